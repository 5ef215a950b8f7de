import type { BalanceView, VerifyView } from "../../keys/api-types.ts";
import { expectThat } from "./expect-that.ts";
import type { Scene } from "./scene.ts";
import { waitUntil } from "./wait-until.ts";

const settledMs = 20_000;

/** "Why should anybody believe your numbers?" Every chain checked, every link's account balanced, the report exported. */
export const auditor: Scene = {
  id: "auditor",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const { operations } = theatre;
    progress({ key: "verifying", values: {} });
    const verified = await operations.read<VerifyView>("/ops/ledger/verify");
    const { brokenAt } = verified;
    expectThat(
      verified.ok && brokenAt === null,
      `the chain of ${brokenAt?.site ?? "a site"} is broken at row ${brokenAt?.index ?? "?"}`,
    );
    expectThat(verified.checked > 0, "the ledger has no row");
    const balances = await waitUntil(
      theatre,
      { what: "every link's account balances", withinMs: settledMs, signal },
      async () => {
        const all = await operations.read<readonly BalanceView[]>("/ops/ledger/balances");
        return all.length > 0 && all.every(({ balance, agree }) => balance === 0 && agree) ? all : undefined;
      },
    );
    progress({ key: "exporting", values: { rows: verified.checked } });
    const exported = await operations.text("/ops/ledger/export", { format: "jsonl" });
    const lines = exported.split("\n").filter((line) => line !== "").length;
    expectThat(lines >= verified.checked, `the export has ${lines} lines for ${verified.checked} rows`);
    return {
      number: { value: verified.checked, unit: "rows" },
      facts: [
        { key: "balances", values: { links: balances.length } },
        { key: "witnesses", values: { sites: verified.witnesses.length } },
        { key: "export", values: { lines, kilobytes: Math.round(exported.length / 1000) } },
      ],
    };
  },
  async restore() {},
};
