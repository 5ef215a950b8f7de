import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { formatUuid } from "../../../lib/shared/uuid.ts";
import type { FaultPoint } from "./fault-points.ts";
import { openTestWorld } from "./open-world.ts";

/** What the child tells its parent, a line each: what was answered before it died. */
export interface Told {
  readonly drawn?: string;
  readonly hash?: string;
  readonly fetched?: string;
  /** About to be fetched. */
  readonly asked?: string;
  /** Expires before the parent looks. */
  readonly expiring?: string;
}

const hour = 3_600_000;

/** Draws and fetches keys, keeps house, tells what was answered, and kills itself at the point named. */
async function main(folder: string, point: FaultPoint): Promise<void> {
  const die = () => process.kill(process.pid, "SIGKILL");
  const tell = (line: Told) => writeSync(1, `${JSON.stringify(line)}\n`);
  let armed = false;
  let ahead = 0;
  let hops = 0;
  const { world } = await openTestWorld(folder, {
    now: () => Date.now() + ahead,
    wire(frame) {
      if (armed && point === "second-hop" && ++hops === 2) die();
      return frame;
    },
    atStep(step) {
      if (armed && step === point) die();
    },
  });
  const a = world.endpointSites.find((site) => site.startsWith("pt")) ?? "";
  const b = world.endpointSites.find((site) => site.startsWith("es")) ?? "";
  const master = world.providerFor(a, "etsi014");
  const slave = world.providerFor(b, "etsi014");
  const draw = async () => {
    const { keys } = await master.encKeys({ slaveSae: `sae-${b}`, number: 1, size: 256 });
    for (const { keyId, key } of keys) {
      const hash = createHash("sha256").update(key.reveal()).digest("hex");
      tell({ drawn: keyId, hash });
    }
    return keys.map(({ keyId }) => keyId);
  };
  const fetch = async (ids: readonly string[]) => {
    await slave.decKeys(`sae-${a}`, ids);
    for (const fetched of ids) tell({ fetched });
  };
  const drawShortLived = async () => {
    const demand = { masterSae: `sae-${a}`, slaveSaes: [`sae-${b}`], number: 1, size: 256, maxAgeMs: 1000 };
    for (const { keyId } of (await world.kme(a).encKeys(demand)).keys) tell({ expiring: formatUuid(keyId) });
  };
  // Under a wrapping key of its own, so that nothing but the expired key waits under it.
  await drawShortLived();
  ahead += 2 * hour;
  await Promise.all(Array.from({ length: 20 }, draw));
  await fetch(await draw());
  const last = await draw();
  armed = true;
  if (point.startsWith("wrapping-key-made")) ahead += 2 * hour;
  if (point.startsWith("expiry") || point.startsWith("heads") || /gone|erasure/.test(point))
    await world.keepHouse({ idleMs: 0 });
  else if (point === "handed-over") {
    tell({ asked: last[0] ?? "" });
    await world.gatewayProviderFor(b, "etsi014").decKeys(`sae-${a}`, last);
    die();
  } else if (point.startsWith("collection")) {
    tell({ asked: last[0] ?? "" });
    await fetch(last);
  } else if (point === "under-traffic") {
    setTimeout(die, 150);
    for (;;) await fetch(await draw());
  } else await Promise.all([draw(), draw()]);
}

await main(process.argv[2] ?? "", (process.argv[3] ?? "") as FaultPoint);
