import { pino } from "pino";
import { onStopRequest, tellLauncher } from "./lib/gateway/process/launcher-channel.ts";
import { describeStartFailure } from "./lib/gateway/process/start-failure.ts";
import { startGridDuty } from "./lib/scenarios/agents/grid/grid-duty.ts";
import { startPaymentsDuty } from "./lib/scenarios/agents/payments/payments-duty.ts";
import { startAgents } from "./lib/scenarios/agents/start-agents.ts";
import { startCustodian } from "./lib/scenarios/vault/custodian-duty.ts";
import { readAgentsConfig } from "./lib/shared/config-agents.ts";

/** The programs of the demonstration that hold posts: control centres, central banks, custodians of vaults. */
function main(): void {
  const config = readAgentsConfig(process.env);
  const log = pino(
    {
      level: config.logLevel,
      base: { component: "agents" },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ fd: 2, sync: true }),
  );
  const duties = { grid: startGridDuty, payments: startPaymentsDuty, custodian: startCustodian };
  const agents = startAgents({ config, duties, log });
  onStopRequest(
    () => agents.stop(),
    (error) => log.error({ code: "agents.stop", error: String(error) }, "the clean stop failed"),
  );
  // Nothing waits for the agents: they come one by one when the others are up.
  tellLauncher({ type: "ready" });
}

try {
  main();
} catch (error) {
  const failure = describeStartFailure(error);
  process.stderr.write(`agents: ${failure.message} (${failure.code})\n`);
  tellLauncher({ type: "failed", ...failure });
  // Lets the message to the launcher leave; nothing else may keep the process.
  setTimeout(() => process.exit(1), 100);
}
