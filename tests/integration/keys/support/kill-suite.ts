import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { KeyNotFoundError } from "../../../../lib/keys/key-errors.ts";
import type { KeyProvider } from "../../../../lib/keys/key-provider.ts";
import type { KeyWorld } from "../../../../lib/keys/key-world-types.ts";
import type { Told } from "../../../keys/support/fault-child.ts";
import type { FaultPoint } from "../../../keys/support/fault-points.ts";
import { newFolder, openTestWorld, removeFolder } from "../../../keys/support/open-world.ts";

const child = `.build/tests/keys-fault-child-${process.env.VITEST_POOL_ID}.mjs`;

/** Bundles the process that is killed. */
export async function buildChild(): Promise<void> {
  await build({
    entryPoints: ["tests/keys/support/fault-child.ts"],
    outfile: child,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
}

/** What the child answered before it was killed. */
interface Answered {
  /** Hashes of the keys by key_ID. */
  readonly drawn: ReadonlyMap<string, string>;
  readonly fetched: ReadonlySet<string>;
  readonly asked: string | undefined;
  readonly expiring: string | undefined;
}

export async function runUntilKilled(folder: string, point: FaultPoint): Promise<Answered> {
  const process = spawn("node", [child, folder, point], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let complaint = "";
  process.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  process.stderr.setEncoding("utf8").on("data", (part: string) => {
    complaint += part;
  });
  const signal = await new Promise((resolve) => process.once("close", (_code, name) => resolve(name)));
  expect(signal, complaint).toBe("SIGKILL");
  const lines = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Told);
  return {
    drawn: new Map(lines.flatMap(({ drawn, hash }) => (drawn === undefined ? [] : [[drawn, hash!]]))),
    fetched: new Set(lines.flatMap(({ fetched }) => (fetched === undefined ? [] : [fetched]))),
    asked: lines.find(({ asked }) => asked !== undefined)?.asked,
    expiring: lines.find(({ expiring }) => expiring !== undefined)?.expiring,
  };
}

const hour = 3_600_000;
const week = 7 * 24 * hour;

/** The world as the next start finds it, at a time that the test sets. */
export class NextStart {
  ahead = 5 * hour;
  readonly #world: KeyWorld;
  readonly #a: string;
  readonly #slave: KeyProvider;

  private constructor(world: KeyWorld) {
    this.#world = world;
    this.#a = world.endpointSites.find((site) => site.startsWith("pt"))!;
    this.#slave = world.providerFor(world.endpointSites.find((site) => site.startsWith("es"))!, "etsi014");
  }

  static async on(folder: string, use: (start: NextStart) => Promise<void>): Promise<void> {
    let start: NextStart | undefined;
    const { world } = await openTestWorld(folder, { now: () => Date.now() + (start?.ahead ?? 5 * hour) });
    start = new NextStart(world);
    try {
      await use(start);
    } finally {
      await world.close();
    }
  }

  /** The hash of the key, or undefined when the receiving side does not get it. */
  async fetch(id: string): Promise<string | undefined> {
    try {
      const [one] = await this.#slave.decKeys(`sae-${this.#a}`, [id]);
      return createHash("sha256").update(one!.key.reveal()).digest("hex");
    } catch (error) {
      expect(error).toBeInstanceOf(KeyNotFoundError);
      return undefined;
    }
  }

  /** The hash of a key that the gateway of the receiving side collected and had not stored. */
  async recover(id: string): Promise<string | undefined> {
    const b = this.#world.endpointSites.find((site) => site.startsWith("es"))!;
    const kept = await this.#world.gatewayProviderFor(b, "etsi014").recover!(`sae-${this.#a}`, [id]);
    return kept === undefined ? undefined : createHash("sha256").update(kept[0]!.key.reveal()).digest("hex");
  }

  async expectGone(id: string): Promise<void> {
    expect(await this.fetch(id)).toBeUndefined();
  }

  async expectBooksInOrder(): Promise<void> {
    for (const balance of this.#world.views.balances()) {
      expect(balance).toMatchObject({ balance: 0, agree: true });
      expect(balance.ledger.lostAtRestart).toBeGreaterThan(0);
    }
    expect(await this.#world.views.verify()).toMatchObject({ ok: true });
  }

  /** Nothing waits any more, every key's life has an end, and no wrapping key is left that opened any. */
  async expectNothingLeft(): Promise<void> {
    await this.#world.keepHouse({ idleMs: 0 });
    const [left] = await this.#world.database.query(
      `SELECT (SELECT count(*) FROM waiting_keys) AS waiting, (SELECT count(*) FROM handed_keys) AS handed,
              (SELECT count(*) FROM key_lives WHERE ended IS NULL) AS living,
              (SELECT count(*) FROM wrapping_keys WHERE erased_at IS NULL) AS wrapping`,
    );
    expect(left).toEqual({ waiting: 0, handed: 0, living: 0, wrapping: 0 });
  }

  async stateOf(id: string): Promise<string | undefined> {
    return (await this.#world.views.keyLife(id))?.state;
  }
}

/** Keys that wait until they expire, of those that were drawn. */
const left = 3;

/** One test for each point: the process dies there, and the next start finds everything in order. */
export function describeKills(points: readonly FaultPoint[]): void {
  describe.each(points)("a process killed at: %s", (point) => {
    it("has lost no key it had answered, gives none twice, lets none outlive its time, and accounts for every byte", async () => {
      const folder = await newFolder();
      try {
        const told = await runUntilKilled(folder, point);
        expect(told.drawn.size).toBeGreaterThanOrEqual(22);
        await NextStart.on(folder, async (start) => {
          const ids = [...told.drawn.keys()];
          for (const id of ids.slice(left)) {
            const handedOut = id === told.asked && point !== "collection-written";
            const got = await start.fetch(id);
            if (told.fetched.has(id) || handedOut) expect(got).toBeUndefined();
            // The kill may have come between the commit of the last fetch and its answer.
            else if (point !== "under-traffic" || id !== ids.at(-1) || got !== undefined)
              expect(got).toBe(told.drawn.get(id));
            await start.expectGone(id);
          }
          if (told.asked !== undefined)
            expect(await start.recover(told.asked)).toBe(
              point === "handed-over" ? told.drawn.get(told.asked) : undefined,
            );
          await start.expectGone(told.expiring!);
          await start.expectBooksInOrder();
          start.ahead += week;
          for (const id of ids) await start.expectGone(id);
          await start.expectNothingLeft();
          expect(await start.stateOf(told.expiring!)).toBe("expired");
          for (const id of ids.slice(0, left)) expect(await start.stateOf(id)).toBe("expired");
          await start.expectBooksInOrder();
        });
      } finally {
        removeFolder(folder);
      }
    });
  });
}
