import type { BalanceView, KeyLifeView } from "../../keys/api-types.ts";
import { neighbours } from "./casting.ts";
import { expectThat } from "./expect-that.ts";
import { readTopology } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";
import { waitUntil } from "./wait-until.ts";

const text = "For the file: agreed as discussed.";
const bookedMs = 20_000;

/** "Where did this key come from, and where is it now?" One key's life in the ledger, from link to erasure. */
export const keyLife: Scene = {
  id: "key-life",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const { read } = theatre.operations;
    const { alice, bob } = neighbours(await readTopology(theatre));
    const pair = await theatre.desks(alice, bob, signal);
    const { card } = await sendNote(theatre, pair, { text, suite: "OTP" }, signal);
    const keyId = card.keyIds[0];
    expectThat(keyId !== undefined, "the message names no key");
    progress({ key: "following", values: { keyId }, route: card.routes[0] ?? [] });
    const life = await waitUntil(
      theatre,
      { what: "the ledger has the key as delivered to the other site", withinMs: bookedMs, signal },
      async () => {
        const found = await read<KeyLifeView>(`/ops/keys/${keyId}`);
        const had = new Set(found.delivered.map(({ site }) => site));
        return found.slaveSites.every((site) => had.has(site)) ? found : undefined;
      },
    );
    const spent = life.costPerLink.reduce((sum, { bits }) => sum + bits, 0);
    expectThat(spent === life.networkBits, "the links' shares do not add up to what the key cost");
    expectThat(life.networkBits >= life.bits, "the network spent less key than it delivered");
    const used = await balances(theatre, life, signal);
    return {
      number: { value: life.networkBits, unit: "bits" },
      facts: [
        { key: "delivered", values: { bits: life.bits, sites: 1 + life.slaveSites.length } },
        { key: "links", values: { links: life.costPerLink.length, balanced: used } },
        { key: "nodes", values: { nodes: life.knownTo.length } },
        {
          key: "erased",
          values: { milliseconds: Math.max(0, (card.erasedAt ?? life.requestedAt) - life.requestedAt) },
        },
      ],
    };
  },
  async restore() {},
};

/** Waits until the accounts of all links on the way balance, and says of how many. */
async function balances(
  theatre: Parameters<Scene["run"]>[0],
  life: KeyLifeView,
  signal: AbortSignal,
): Promise<number> {
  return waitUntil(
    theatre,
    { what: "the accounts of the links on the way balance", withinMs: bookedMs, signal },
    async () => {
      const all = await theatre.operations.read<readonly BalanceView[]>("/ops/ledger/balances");
      const onWay = all.filter(({ link }) => life.costPerLink.some((cost) => cost.link === link));
      const sound = onWay.length > 0 && onWay.every(({ balance, agree }) => balance === 0 && agree);
      return sound ? onWay.length : undefined;
    },
  );
}
