import type { PoolOutlookView } from "../../keys/api-types.ts";
import { neighbours } from "./casting.ts";
import { expectThat } from "./expect-that.ts";
import { readTopology, resetKeyWorld } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";
import type { DeskPair, Theatre } from "./theatre.ts";
import { waitUntil } from "./wait-until.ts";

/**
 * Ordinary letters of this many characters, all under a one-time pad: together far more key than a moment brings to
 * a site, each little enough for the pools of a network that has just begun.
 */
const letterLength = 8_000;
const letters = 20;
const confidential = 2;
/** All letters are among so many messages. */
const newest = 60;
const withoutKey: ReadonlySet<string> = new Set(["waiting-for-key", "drawing"]);
const waitsWithinMs = 20_000;
/** Whoever gave up waiting keeps a place for a while. */
const againMs = 90_000;

/** "What if the key runs out?" Every pool at Alice's site is emptied; ordinary letters wait, a priority note passes them. */
export const starvation: Scene = {
  id: "starvation",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const topology = await readTopology(theatre);
    const { alice, bob } = neighbours(topology);
    const pair = await theatre.desks(alice, bob, signal);
    const urgent = { suite: "OTP_HYBRID", level: confidential } as const;
    await sendNote(theatre, pair, { text: "While there is enough.", ...urgent }, signal);
    const uplinks = topology.links.filter((link) => link.active && (link.a === alice || link.b === alice));
    expectThat(uplinks.length > 0, "Alice's site has no link");
    const ordinary: string[] = [];
    try {
      for (const { id } of uplinks) await theatre.command("pool.empty", { link: id });
      progress({ key: "emptied", values: { links: uplinks.length } });
      for (let i = 0; i < letters; i++)
        ordinary.push(await pair.bob.api.send(pair.conversation, letter(i), "OTP"));
      const told = await untilOneWaits(theatre, pair, ordinary, signal);
      progress({ key: "waits", values: { reason: told.reason } });
      const passed = await sendNote(theatre, pair, { text: "Passes those who wait.", ...urgent }, signal);
      progress({ key: "passed", values: { milliseconds: passed.tookMs } });
      const behind = await waiting(pair, ordinary);
      expectThat(behind.length > 0, "no ordinary letter waited when the priority note had arrived");
      const outlook = await theatre.operations.read<readonly PoolOutlookView[]>("/ops/pools");
      const estimates = outlook.flatMap(({ waiting: { ordinary: queued }, timeToKeyMs }) =>
        timeToKeyMs !== null && queued > 0 ? [timeToKeyMs] : [],
      );
      const estimateMs = Math.max(told.estimateMs, ...estimates);
      expectThat(estimateMs > 0, "nobody tells those who wait for how long");
      return {
        number: { value: tenths(estimateMs), unit: "seconds" },
        facts: [
          { key: "priority", values: { milliseconds: passed.tookMs } },
          { key: "waiting", values: { letters: behind.length, sent: letters } },
        ],
      };
    } finally {
      for (const id of ordinary) await pair.bob.api.cancel(id).catch(() => undefined);
    }
  },
  async restore(theatre) {
    await resetKeyWorld(theatre);
    const signal = AbortSignal.timeout(2 * againMs);
    await waitUntil(
      theatre,
      { what: "nobody waits for key any more", withinMs: againMs, signal },
      async () => {
        const pools = await theatre.operations.read<readonly PoolOutlookView[]>("/ops/pools");
        const waiting = pools.filter(({ waiting: { priority, ordinary } }) => priority + ordinary > 0);
        return waiting.length === 0 ? true : undefined;
      },
    );
  },
};

function letter(number: number): string {
  return `Ordinary letter ${number + 1}. `.padEnd(letterLength, "All quiet. ");
}

async function untilOneWaits(
  theatre: Theatre,
  { bob, conversation }: DeskPair,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly reason: string; readonly estimateMs: number }> {
  const patience = { what: "an ordinary letter waits for key", withinMs: waitsWithinMs, signal };
  return waitUntil(theatre, patience, async () => {
    for (const { id, delivery } of await bob.api.messages(conversation, { limit: newest })) {
      if (!ids.includes(id) || delivery?.state !== "waiting-for-key") continue;
      const { reason, retryAt } = delivery;
      return { reason, estimateMs: retryAt === null ? 0 : retryAt - theatre.clock.now() };
    }
    return undefined;
  });
}

/** Letters that have no key yet. */
async function waiting({ bob, conversation }: DeskPair, ids: readonly string[]): Promise<readonly string[]> {
  const messages = await bob.api.messages(conversation, { limit: newest });
  return messages
    .filter(({ id, delivery }) => ids.includes(id) && withoutKey.has(delivery?.state ?? ""))
    .map(({ id }) => id);
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}
