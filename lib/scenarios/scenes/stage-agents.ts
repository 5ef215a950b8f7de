import { SceneFailed } from "./scene.ts";
import type { Agents, AgentView } from "./theatre.ts";

interface Answer {
  readonly agent: string;
  readonly ok: boolean;
  readonly result?: unknown;
  readonly code?: string;
  readonly message?: string;
}

/**
 * The agents as the web process tells of them at /api/stage/agents.
 * @param ask a request to that address in the presenter's name.
 */
export function createStageAgents(ask: (init: RequestInit) => Promise<Response>): Agents {
  return {
    async list() {
      const body = await read<{ agents: readonly AgentView[] }>(await ask({ cache: "no-store" }));
      return body.agents;
    },
    async command(agent, command, input) {
      const answer = await ask({
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ agent, command, ...(input === undefined ? {} : { input }) }),
      });
      const [first] = (await read<{ answers: readonly Answer[] }>(answer)).answers;
      if (first?.ok === true) return first.result;
      throw new SceneFailed(first?.code ?? "agent.silent", first?.message ?? "the agent did not answer");
    },
  };
}

async function read<T>(answer: Response): Promise<T> {
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body as T;
  const { code, message } = (body ?? {}) as { code?: string; message?: string };
  throw new SceneFailed(code ?? `http.${answer.status}`, message ?? `the server answered ${answer.status}`);
}
