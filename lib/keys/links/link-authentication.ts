import { type Bytes, concatBytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { type AuthenticationReserve, segmentBytes } from "./authentication-reserve.ts";

/** The same authentication key at both ends, each from its own reserve. */
export interface AuthenticationDraw {
  readonly a: SecretBytes;
  readonly b: SecretBytes;
}

/**
 * Authentication key of one link: its two ends' reserves in step. The ends compare positions, never key. What only
 * one of them holds after a crash is given up, and both go on from the later of their marks.
 */
export class LinkAuthentication {
  readonly link: string;
  readonly #a: AuthenticationReserve;
  readonly #b: AuthenticationReserve;
  /** Opened segments not used up, each end its own copy. */
  #openA: Bytes = new Uint8Array(0);
  #openB: Bytes = new Uint8Array(0);
  #segments: number[] = [];
  #next = 0;

  private constructor(link: string, a: AuthenticationReserve, b: AuthenticationReserve) {
    this.link = link;
    this.#a = a;
    this.#b = b;
  }

  /**
   * Brings both ends in step. When they have no key in common (a new link, or a damaged reserve) the first key is
   * installed at both, as a courier would: `initial` answers one end's copy of it at each call, the same both times.
   */
  static async open(
    link: string,
    a: AuthenticationReserve,
    b: AuthenticationReserve,
    install: () => AuthenticationDraw,
  ): Promise<LinkAuthentication> {
    const authentication = new LinkAuthentication(link, a, b);
    await authentication.#bringInStep();
    if (authentication.#segments.length === 0) {
      const { a: first, b: second } = install();
      await authentication.topUp(first, second);
    }
    return authentication;
  }

  /** Bytes left at both ends. */
  get remaining(): number {
    return this.#segments.length * segmentBytes + Math.min(this.#openA.length, this.#openB.length);
  }

  /** Takes the same `bytes` at both ends, burned durably before; undefined when there is not enough. */
  async draw(bytes: number): Promise<AuthenticationDraw | undefined> {
    if (bytes > this.remaining) return undefined;
    while (this.#openA.length < bytes) {
      const offset = this.#segments.shift() as number;
      const [a, b] = await Promise.all([this.#a.open(this.link, offset), this.#b.open(this.link, offset)]);
      this.#openA = joinAndZero(this.#openA, a);
      this.#openB = joinAndZero(this.#openB, b);
    }
    const draw = {
      a: SecretBytes.copyOf(this.#openA.subarray(0, bytes)),
      b: SecretBytes.copyOf(this.#openB.subarray(0, bytes)),
    };
    this.#openA = keepAndZero(this.#openA, bytes);
    this.#openB = keepAndZero(this.#openB, bytes);
    return draw;
  }

  /** Stores new key at both ends; whole segments only, both arguments are destroyed. */
  async topUp(a: SecretBytes, b: SecretBytes): Promise<void> {
    try {
      for (let at = 0; at + segmentBytes <= Math.min(a.length, b.length); at += segmentBytes) {
        const offset = this.#next;
        this.#next += segmentBytes;
        await Promise.all([
          this.#a.add(this.link, offset, a.reveal().subarray(at, at + segmentBytes)),
          this.#b.add(this.link, offset, b.reveal().subarray(at, at + segmentBytes)),
        ]);
        this.#segments.push(offset);
      }
    } finally {
      a.destroy();
      b.destroy();
    }
  }

  /** Zeroes what was opened; it counts as used. */
  close(): void {
    this.#openA.fill(0);
    this.#openB.fill(0);
    this.#openA = new Uint8Array(0);
    this.#openB = new Uint8Array(0);
  }

  async #bringInStep(): Promise<void> {
    const atA = this.#a.positions(this.link);
    const atB = this.#b.positions(this.link);
    const burned = Math.max(atA.burnedUntil, atB.burnedUntil);
    for (const [end, { burnedUntil, segments }, other] of [
      [this.#a, atA, atB],
      [this.#b, atB, atA],
    ] as const) {
      if (burnedUntil < burned) await end.burn(this.link, burned);
      for (const offset of segments) {
        if (offset >= burned && !other.segments.includes(offset)) await end.drop(this.link, offset);
      }
    }
    this.#segments = atA.segments.filter((offset) => offset >= burned && atB.segments.includes(offset));
    const last = Math.max(-segmentBytes, ...atA.segments, ...atB.segments);
    this.#next = Math.max(burned, last + segmentBytes);
  }
}

function joinAndZero(rest: Bytes, more: SecretBytes): Bytes {
  const joined = more.consume((bytes) => concatBytes(rest, bytes));
  rest.fill(0);
  return joined;
}

function keepAndZero(open: Bytes, used: number): Bytes {
  const rest = open.slice(used);
  open.fill(0);
  return rest;
}
