import { OperationsProblem, readProblem } from "./operations-client.ts";

interface TokenAnswer {
  readonly token: string;
  readonly expiresAt?: number;
}

const spare = 10_000;

/** A token with audience "ops", asked of the web process and kept until shortly before it expires. */
export class TokenCache {
  #kept: { readonly token: string; readonly until: number } | null = null;
  #asking: Promise<string> | null = null;

  token(): Promise<string> {
    if (this.#kept && Date.now() < this.#kept.until) return Promise.resolve(this.#kept.token);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** The gateway refused it: the next call asks anew. */
  forget(): void {
    this.#kept = null;
  }

  async #ask(): Promise<string> {
    let answer: Response;
    try {
      answer = await fetch("/api/token?aud=ops", { cache: "no-store" });
    } catch {
      throw new OperationsProblem("unreachable", "web.unreachable", "the server cannot be reached");
    }
    if (!answer.ok) throw await readProblem(answer);
    const { token, expiresAt } = (await answer.json()) as TokenAnswer;
    this.#kept = {
      token,
      until: Math.min(expiresAt ?? Number.POSITIVE_INFINITY, Date.now() + 60_000) - spare,
    };
    return token;
  }
}
