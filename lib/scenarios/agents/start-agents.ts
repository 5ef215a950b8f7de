import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AgentsConfig } from "../../shared/config-agents.ts";
import type { AgentKind, AgentLog, AgentPost, StartDuty } from "./agent-duty.ts";
import { AgentHost } from "./agent-host.ts";
import { AgentsOrigin } from "./agents-origin.ts";

export interface AgentsOptions {
  readonly config: AgentsConfig;
  readonly duties: Readonly<Partial<Record<AgentKind, StartDuty>>>;
  readonly log: AgentLog;
}

export interface Agents {
  /** Resolves when every agent has started once. */
  readonly started: Promise<void>;
  stop(): Promise<void>;
}

const askAgainMs = 1_000;
/** One that waits (for its site's gateway, say) does not keep the others from starting. */
const patienceMs = 10_000;

/** Starts an agent for each post that the web process names, one after the other, once the system can carry messages. */
export function startAgents({ config, duties, log }: AgentsOptions): Agents {
  const web = new AgentsOrigin(config.relayOrigin, config.secret);
  const stopping = new AbortController();
  const hosts: AgentHost[] = [];
  const run = createHash("sha256").update(`vernam/1 agents' run ${config.secret}`).digest("hex").slice(0, 16);

  const begin = async (): Promise<void> => {
    const posts = await findPosts(web, stopping.signal);
    for (const post of posts) {
      if (stopping.signal.aborted) return;
      const startDuty = duties[post.kind];
      if (startDuty === undefined) continue;
      const host = new AgentHost({
        post,
        peers: posts.filter(({ kind, handle }) => kind === post.kind && handle !== post.handle),
        startDuty,
        web,
        relayOrigin: config.relayOrigin,
        gatewayOrigin: config.gatewayOrigin,
        folder: join(config.dataFolder, "agents", post.handle),
        run,
        log,
      });
      hosts.push(host);
      await withPatience(host.start());
    }
  };
  const started = begin();
  return {
    started,
    stop: async () => {
      stopping.abort();
      await Promise.all(hosts.map((host) => host.stop()));
      await started;
    },
  };
}

async function findPosts(web: AgentsOrigin, signal: AbortSignal): Promise<readonly AgentPost[]> {
  while (!signal.aborted) {
    try {
      // Before that, the other processes need the machine to themselves.
      if (await web.isHealthy()) return await web.posts();
    } catch {
      // Asked again.
    }
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
  return [];
}

async function withPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
