import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import type { FaultPoint } from "./fault-points.ts";
import { openTestWorld } from "./open-world.ts";

/** Draws and fetches keys, tells what was answered, and kills itself at the point named. */
async function main(folder: string, point: FaultPoint): Promise<void> {
  const die = () => process.kill(process.pid, "SIGKILL");
  const tell = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);
  let armed = false;
  const { world } = await openTestWorld(folder, {
    wire(frame) {
      if (armed && point === "in the relay") die();
      return frame;
    },
  });
  world.commits.join({
    async finish() {
      if (armed && point.endsWith("before its commit")) die();
    },
    settled() {
      if (armed && point.endsWith("after its commit")) die();
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
  await Promise.all(Array.from({ length: 20 }, draw));
  await fetch(await draw());
  const last = await draw();
  armed = true;
  if (point.startsWith("a fetch")) {
    tell({ asked: last[0] });
    await fetch(last);
  } else await Promise.all([draw(), draw()]);
  if (point === "under traffic") {
    armed = false;
    setTimeout(die, 150);
    for (;;) await fetch(await draw());
  }
}

await main(process.argv[2] ?? "", (process.argv[3] ?? "") as FaultPoint);
