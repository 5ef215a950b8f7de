import { loadNamedPlan } from "../named-plan.ts";
import { sceneClock } from "../scenes/scene-clock.ts";
import { createStageAgents } from "../scenes/stage-agents.ts";
import type { Theatre } from "../scenes/theatre.ts";
import { NodeDesks } from "./node-desks.ts";
import { createNodeOperations } from "./node-operations.ts";
import { NodeWiretap } from "./node-wiretap.ts";
import { openPresenterSession, type PresenterSession } from "./presenter-session.ts";

export interface NodeTheatre extends Theatre {
  /** What the deployment runs. */
  readonly runs: string;
  close(): Promise<void>;
}

/**
 * The theatre without a screen: engines in this process, everything else over the deployment's own faces.
 * @param origin of the web process. @param folder for the devices' stores.
 */
export async function openNodeTheatre(origin: string, folder: string): Promise<NodeTheatre> {
  const session = await openPresenterSession(origin);
  const operations = createNodeOperations(session);
  const desks = new NodeDesks(session, folder);
  const wiretap = await NodeWiretap.open(origin, session.cookie());
  const close = async () => {
    wiretap.close();
    await desks.close();
  };
  try {
    const presenter = await desks.openPresenter();
    return {
      runs: session.network,
      operations,
      async command(kind, args) {
        await operations.command(await presenter.signCommand(kind, args));
      },
      desks: (alice, bob) => desks.pair(alice, bob),
      wiretap,
      agents: agentsOf(session),
      network: loadNamedPlan,
      clock: sceneClock,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function agentsOf({ origin, cookie }: PresenterSession): Theatre["agents"] {
  return createStageAgents((init) =>
    fetch(`${origin}/api/stage/agents`, { ...init, headers: { ...init.headers, cookie: cookie(), origin } }),
  );
}
