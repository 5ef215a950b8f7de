import { z } from "zod";
import type { IdentitySource } from "../../messenger/identity-source.ts";
import { MessengerError } from "../../messenger/messenger-error.ts";
import { type AgentPost, agentKinds } from "./agent-duty.ts";

const postsSchema = z.object({
  posts: z.array(
    z.object({
      handle: z.string(),
      kind: z.enum(agentKinds),
      site: z.string(),
      name: z.string(),
      user: z.string().regex(/^[0-9a-f]{32}$/),
    }),
  ),
});
const tokenSchema = z.object({ token: z.string() });
const patienceMs = 10_000;

/** The web process as the agents ask it: they show the secret of this start instead of a session. */
export class AgentsOrigin {
  readonly #origin: string;
  readonly #secret: string;

  constructor(origin: string, secret: string) {
    this.#origin = origin;
    this.#secret = secret;
  }

  /** @throws MessengerError "identity.unavailable" */
  async posts(): Promise<readonly AgentPost[]> {
    return postsSchema.parse(await this.#ask("/api/agents/posts")).posts;
  }

  /** Whether a first message could cross a border now. */
  async isHealthy(): Promise<boolean> {
    const { status } = await this.#send("/api/health", {});
    return status === 200;
  }

  identityOf(handle: string): IdentitySource {
    return {
      token: async (audience) => {
        const body = JSON.stringify({ handle, audience });
        return tokenSchema.parse(await this.#ask("/api/agents/token", { method: "POST", body })).token;
      },
    };
  }

  async #ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await this.#send(path, init);
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    // Also a refusal passes: the web process may be another start's, about to be ended.
    throw unavailable(`the server answered ${response.status}`);
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#secret}`, "content-type": "application/json" };
    try {
      return await fetch(this.#origin + path, { ...init, headers, signal: AbortSignal.timeout(patienceMs) });
    } catch (cause) {
      throw unavailable("the server cannot be reached", cause);
    }
  }
}

function unavailable(message: string, cause?: unknown): MessengerError {
  return new MessengerError("identity.unavailable", message, { cause });
}
