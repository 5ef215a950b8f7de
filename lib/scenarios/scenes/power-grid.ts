import { agentsReady, hasAgents, tellAll, told } from "./agent-watch.ts";
import { expectThat } from "./expect-that.ts";
import type { Scene } from "./scene.ts";
import { waitUntil } from "./wait-until.ts";

const orderMs = 60_000;
const pace = { intervalMs: 500, orderEvery: 2 };

interface Attack {
  readonly results: readonly {
    readonly method: string;
    readonly refused: string | null;
    readonly milliseconds: number;
  }[];
  readonly executed: number;
  readonly executedBefore: number;
}

/** "Can somebody open a breaker?" Two control centres at work; forged and replayed orders are put on the wire. */
export const powerGrid: Scene = {
  id: "power-grid",
  suits: (theatre) => hasAgents(theatre, "grid", 2),
  async run(theatre, progress, signal) {
    const [sender, receiver] = await agentsReady(theatre, "grid", 2, signal);
    expectThat(sender !== undefined && receiver !== undefined, "there are no two control centres");
    await theatre.agents.command(sender.handle, "start", pace);
    progress({ key: "started", values: {}, route: [sender.site, receiver.site] });
    const before = told(receiver.state?.duty, "ordersExecuted", "number");
    const executed = await waitUntil(
      theatre,
      { what: "the other control centre carries out an order", withinMs: orderMs, signal },
      async () => {
        const now = (await theatre.agents.list()).find(({ handle }) => handle === receiver.handle);
        const count = now?.state ? told(now.state.duty, "ordersExecuted", "number") : 0;
        return count > before ? count : undefined;
      },
    );
    const stopped = await theatre.agents.command(sender.handle, "stop", undefined);
    const roundTripMs = (stopped as { orderRoundTrip?: { median: number | null } }).orderRoundTrip?.median;
    progress({ key: "forging", values: { orders: executed } });
    const attack = (await theatre.agents.command(receiver.handle, "forge-breaker", {
      method: "all",
    })) as Attack;
    expectThat(attack.results.length > 0, "nothing was forged");
    for (const { method, refused } of attack.results)
      expectThat(refused !== null, `the order forged by ${method} was not refused`);
    const slowest = Math.max(...attack.results.map(({ milliseconds }) => milliseconds));
    return {
      number: { value: Math.max(1, Math.round(slowest)), unit: "milliseconds" },
      facts: [
        { key: "executed", values: { orders: executed } },
        ...(roundTripMs == null
          ? []
          : [{ key: "roundTrip", values: { milliseconds: Math.round(roundTripMs) } }]),
        { key: "refused", values: { forgeries: attack.results.length } },
        {
          key: "reasons",
          values: { codes: [...new Set(attack.results.map(({ refused }) => refused))].join(", ") },
        },
      ],
    };
  },
  restore: (theatre) => tellAll(theatre.agents, "grid", "stop"),
};
