import { GatewayError } from "../gateway-error.ts";
import type { Identity } from "./identity-token.ts";

/** Identity tokens that enrolled a device already: each does so once. Remembered until it would have expired. */
export class UsedTokens {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws GatewayError token.used */
  use({ tokenId, expiry }: Pick<Identity, "tokenId" | "expiry">): void {
    const now = this.#now();
    for (const [old, end] of this.#until) if (end <= now) this.#until.delete(old);
    if (this.#until.has(tokenId))
      throw new GatewayError("token.used", "The identity token was used before.", {
        status: 401,
        nextStep: "Ask for a new token and enrol again.",
      });
    this.#until.set(tokenId, expiry);
  }
}
