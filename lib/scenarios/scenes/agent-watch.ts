import { expectThat } from "./expect-that.ts";
import type { Agents, AgentView, Theatre } from "./theatre.ts";
import { waitUntil } from "./wait-until.ts";

const connectedMs = 90_000;

export async function hasAgents({ agents }: Pick<Theatre, "agents">, kind: AgentView["kind"], least: number) {
  return (await agents.list()).filter((agent) => agent.kind === kind).length >= least;
}

/** Agents of a kind, once so many of them are connected and take commands. */
export function agentsReady(
  theatre: Theatre,
  kind: AgentView["kind"],
  least: number,
  signal: AbortSignal,
): Promise<readonly AgentView[]> {
  let seen: readonly AgentView[] = [];
  return waitUntil(
    theatre,
    { what: `${least} agents (${kind}) are connected`, withinMs: connectedMs, signal },
    async () => {
      seen = (await theatre.agents.list()).filter((agent) => agent.kind === kind);
      const ready = seen.filter(({ connected, state }) => connected && state?.phase === "ready");
      return ready.length >= least ? ready : undefined;
    },
    () => seen.map(({ handle, connected, problem }) => `${handle}: ${problem ?? connected}`).join(", "),
  );
}

/** Gives all agents of a kind a command; those that are not there are left out. */
export async function tellAll(agents: Agents, kind: AgentView["kind"], command: string): Promise<void> {
  const told = (await agents.list()).filter((agent) => agent.kind === kind && agent.connected);
  await Promise.all(told.map(({ handle }) => agents.command(handle, command, undefined)));
}

/** A member of what an agent told, as JSON. @throws SceneFailed when it is not of that kind. */
export function told<Kind extends "number" | "boolean">(
  answer: unknown,
  member: string,
  kind: Kind,
): Kind extends "number" ? number : boolean;
export function told(answer: unknown, member: string, kind: string): unknown {
  const value = (answer as Record<string, unknown> | null)?.[member];
  expectThat(typeof value === kind, `the agent does not tell ${member}`);
  return value;
}
