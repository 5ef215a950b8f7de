import { agentsReady, hasAgents, tellAll, told } from "./agent-watch.ts";
import { expectThat } from "./expect-that.ts";
import type { Scene } from "./scene.ts";

const transfers = 20;

/** "And the money?" A batch of transfers between two central banks under AES; what the one-time pad would have cost. */
export const payments: Scene = {
  id: "payments",
  suits: (theatre) => hasAgents(theatre, "payments", 2),
  async run(theatre, progress, signal) {
    const [bank, other] = await agentsReady(theatre, "payments", 2, signal);
    expectThat(bank !== undefined && other !== undefined, "there are no two central banks");
    progress({ key: "sending", values: { transfers }, route: [bank.site, other.site] });
    const batch = await theatre.agents.command(bank.handle, "run-batch", { transfers, suite: "AES" });
    const settled = told(batch, "settled", "number");
    expectThat(settled === transfers, `${settled} of ${transfers} transfers are settled`);
    expectThat(told(batch, "agreed", "boolean"), "the two banks' books do not agree");
    const bits = told(batch, "keyBits", "number");
    const otpBits = told(batch, "otpBits", "number");
    expectThat(bits < otpBits, "the batch took as much key under AES as it would under a one-time pad");
    return {
      number: { value: settled, unit: "transfers" },
      facts: [
        { key: "budget", values: { bits, otpBits } },
        { key: "time", values: { milliseconds: told(batch, "milliseconds", "number") } },
      ],
    };
  },
  restore: (theatre) => tellAll(theatre.agents, "payments", "stop"),
};
