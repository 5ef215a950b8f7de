import type {
  LinkCondition,
  LinkEndCounts,
  LinkKeyPurpose,
  LinkPool,
  PoolEnd,
  PoolReservation,
  PoolState,
} from "../link-types.ts";
import { EpsilonRecord } from "./epsilon-record.ts";
import { PoolEndMemory, PoolError } from "./pool-end.ts";
import { nextPoolState } from "./pool-state.ts";

const withheld: ReadonlySet<LinkCondition> = new Set(["alarm", "down", "quarantined"]);

export interface SimulatedPoolOptions {
  readonly linkId: string;
  readonly a: string;
  readonly b: string;
  /** Memory per end, bytes. */
  readonly capacityBytes: number;
  readonly reserveBytes: number;
  readonly initial: { readonly a: LinkEndCounts; readonly b: LinkEndCounts };
  readonly onReserved: (reservation: PoolReservation, purpose: LinkKeyPurpose) => void;
  readonly onStateChange: () => void;
}

/** The key of one link: two end memories and the one allocator that reserves the same range at both. */
export class SimulatedPool implements LinkPool {
  readonly linkId: string;
  readonly a: string;
  readonly b: string;
  readonly capacityBytes: number;
  readonly reserveBytes: number;
  readonly endA: PoolEndMemory;
  readonly endB: PoolEndMemory;
  readonly #epsilon = new EpsilonRecord();
  readonly #onReserved: SimulatedPoolOptions["onReserved"];
  readonly #onStateChange: () => void;
  #condition: LinkCondition = "starting";
  #state: PoolState = "empty";

  constructor(options: SimulatedPoolOptions) {
    const { linkId, a, b, capacityBytes: size, reserveBytes, initial } = options;
    this.linkId = linkId;
    this.a = a;
    this.b = b;
    this.capacityBytes = size;
    this.reserveBytes = reserveBytes;
    this.#onReserved = options.onReserved;
    this.#onStateChange = options.onStateChange;
    const start = Math.max(initial.a.generated, initial.b.generated);
    const common = { linkId, size, reserveBytes, start };
    this.endA = new PoolEndMemory({ ...common, site: a, initial: initial.a });
    this.endB = new PoolEndMemory({ ...common, site: b, initial: initial.b });
  }

  get condition(): LinkCondition {
    return this.#condition;
  }

  get state(): PoolState {
    return this.#state;
  }

  get availableBytes(): number {
    return Math.min(this.endA.availableBytes, this.endB.availableBytes);
  }

  get usable(): boolean {
    return !withheld.has(this.#condition) && this.availableBytes > 0;
  }

  get epsilonExponent(): number {
    return this.#epsilon.exponent;
  }

  /** Bytes that one more block may bring. */
  get room(): number {
    return Math.min(this.endA.room, this.endB.room);
  }

  reserve(bytes: number, purpose: LinkKeyPurpose): PoolReservation | undefined {
    if (!Number.isSafeInteger(bytes) || bytes <= 0)
      throw new RangeError("reserve a positive number of bytes");
    const own = purpose === "authentication" || purpose === "expired" || purpose === "discarded";
    if (!own && !this.usable) return undefined;
    const limit = own ? Math.min(this.endA.storedBytes, this.endB.storedBytes) : this.availableBytes;
    if (bytes > limit) return undefined;
    const atA = this.endA.setAside(bytes, purpose);
    const atB = this.endB.setAside(bytes, purpose);
    if (atA.offset !== atB.offset) {
      throw new PoolError(
        "links.ends-disagree",
        `The two ends of link ${this.linkId} disagree about their key.`,
        {
          nextStep: "Restart the key network: both ends start again with an empty pool.",
        },
      );
    }
    this.#epsilon.leave(atA.offset + bytes);
    this.#onReserved(atA, purpose);
    this.#refreshState();
    return atA;
  }

  end(site: string): PoolEnd {
    if (site === this.a) return this.endA;
    if (site === this.b) return this.endB;
    throw new PoolError("links.not-an-end", `Site ${site} is not an end of link ${this.linkId}.`);
  }

  counts(): { readonly a: LinkEndCounts; readonly b: LinkEndCounts } {
    return { a: this.endA.counts(), b: this.endB.counts() };
  }

  setCondition(condition: LinkCondition): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    this.#onStateChange();
  }

  /** Adds a block's key, each end its own copy. The caller zeroes both. */
  append(keyA: Uint8Array, keyB: Uint8Array, epsilonExponent: number): void {
    this.endA.append(keyA);
    this.endB.append(keyB);
    this.#epsilon.enter(this.endA.position, epsilonExponent);
    this.#refreshState();
  }

  destroy(): void {
    this.endA.destroy();
    this.endB.destroy();
  }

  #refreshState(): void {
    const next = nextPoolState(this.#state, this.availableBytes, this.capacityBytes - this.reserveBytes);
    if (next === this.#state) return;
    this.#state = next;
    this.#onStateChange();
  }
}
