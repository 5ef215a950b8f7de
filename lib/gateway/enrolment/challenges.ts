import { createHmac, randomBytes } from "node:crypto";
import { uint64 } from "../../protocol/frame.ts";
import { type Bytes, concatBytes } from "../../shared/bytes.ts";
import { equalSecret } from "../../shared/equal-secret.ts";
import { toHex } from "../../shared/hex.ts";
import { GatewayError } from "../gateway-error.ts";

const lifeMs = 2 * 60 * 1000;
const openPart = 16;

/**
 * One-time challenges of enrolment, 32 bytes: time (8) ‖ random (8) ‖ the first 16 bytes of an HMAC-SHA-256 under a
 * key of this start. Giving one out costs no memory, so asking for many crowds nobody out; used ones are remembered
 * until they are too old.
 */
export class Challenges {
  readonly #now: () => number;
  readonly #key = randomBytes(32);
  readonly #used = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  create(): Bytes {
    const open = concatBytes(uint64(this.#now()), randomBytes(8));
    return concatBytes(open, this.#mac(open));
  }

  /**
   * Call once everything else about the request is verified.
   * @throws GatewayError `enrol.challenge` for one that was never given here, was used, or is too old.
   */
  use(challenge: Uint8Array): void {
    const open = challenge.subarray(0, openPart);
    const given = challenge.length === 32 && equalSecret(this.#mac(open), challenge.subarray(openPart));
    const name = toHex(challenge);
    const until = given ? Number(new DataView(open.slice().buffer).getBigUint64(0)) + lifeMs : 0;
    if (until <= this.#now() || this.#used.has(name)) {
      throw new GatewayError(
        "enrol.challenge",
        "The challenge is not one of this gateway, is too old, or was used before.",
        { nextStep: "Ask for a new challenge and enrol again." },
      );
    }
    for (const [old, end] of this.#used) {
      if (end > this.#now()) break;
      this.#used.delete(old);
    }
    this.#used.set(name, until);
  }

  #mac(open: Uint8Array): Uint8Array {
    return new Uint8Array(createHmac("sha256", this.#key).update(open).digest().subarray(0, 16));
  }
}
