import { randomBytes } from "node:crypto";
import type {
  LinkCondition,
  LinkEndCounts,
  LinkKeyPurpose,
  LinkNetwork,
  LinkPool,
  PoolEnd,
  PoolReservation,
} from "../../../lib/keys/link-types.ts";
import type { LinkLedger } from "../../../lib/keys/links/link-network-types.ts";
import type { Topology } from "../../../lib/network/topology.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";

const none: LinkEndCounts = {
  generated: 0,
  relayed: 0,
  supplied: 0,
  authentication: 0,
  expired: 0,
  discarded: 0,
  lostAtRestart: 0,
  stored: 0,
};

/** One end: its own memory of the link's key and its own counts. */
class FakeEnd implements PoolEnd {
  readonly counts: { -readonly [name in keyof LinkEndCounts]: number };
  readonly #drawer = new Map<number, SecretBytes>();
  #held = new Uint8Array(0);
  #first: number;

  constructor(
    readonly linkId: string,
    readonly site: string,
    initial: LinkEndCounts,
  ) {
    this.counts = { ...initial, stored: 0 };
    this.#first = initial.generated;
  }

  get availableBytes(): number {
    return this.#held.length;
  }

  get untaken(): number {
    return this.#drawer.size;
  }

  append(key: Uint8Array): void {
    const joined = new Uint8Array(this.#held.length + key.length);
    joined.set(this.#held);
    joined.set(key, this.#held.length);
    this.#held = joined;
    this.counts.generated += key.length;
    this.counts.stored += key.length;
  }

  setAside(bytes: number, purpose: LinkKeyPurpose): PoolReservation {
    const offset = this.#first;
    this.#drawer.set(offset, SecretBytes.copyOf(this.#held.subarray(0, bytes)));
    this.#held = this.#held.subarray(bytes);
    this.#first += bytes;
    this.counts[purpose] += bytes;
    this.counts.stored -= bytes;
    return { offset, bytes };
  }

  take({ offset, bytes }: PoolReservation): SecretBytes {
    const key = this.#drawer.get(offset);
    if (key === undefined || key.length !== bytes) throw new Error("taken before or unknown");
    this.#drawer.delete(offset);
    return key;
  }
}

class FakePool implements LinkPool {
  condition: LinkCondition = "generating";
  readonly capacityBytes = 64 * 1024 * 1024;
  readonly epsilonExponent = 14;
  readonly endA: FakeEnd;
  readonly endB: FakeEnd;

  constructor(
    readonly linkId: string,
    readonly a: string,
    readonly b: string,
    initial: { readonly a: LinkEndCounts; readonly b: LinkEndCounts },
  ) {
    this.endA = new FakeEnd(linkId, a, initial.a);
    this.endB = new FakeEnd(linkId, b, initial.b);
  }

  get state() {
    return this.availableBytes === 0 ? "empty" : "ready";
  }

  get usable(): boolean {
    return this.condition !== "alarm" && this.condition !== "down" && this.availableBytes > 0;
  }

  get availableBytes(): number {
    return this.endA.availableBytes;
  }

  reserve(bytes: number, purpose: LinkKeyPurpose): PoolReservation | undefined {
    if (!this.usable || bytes > this.availableBytes) return undefined;
    this.endB.setAside(bytes, purpose);
    return this.endA.setAside(bytes, purpose);
  }

  end(site: string): FakeEnd {
    if (site === this.a) return this.endA;
    if (site === this.b) return this.endB;
    throw new Error("not an end");
  }
}

/** Links whose two ends get the same random bytes, accounted for as the real ones are. */
export class FakeLinkNetwork implements LinkNetwork {
  readonly #pools = new Map<string, FakePool>();
  readonly #ledger: LinkLedger;

  private constructor(ledger: LinkLedger) {
    this.#ledger = ledger;
  }

  static async open(topology: Topology, ledger: LinkLedger, fillBytes: number): Promise<FakeLinkNetwork> {
    const network = new FakeLinkNetwork(ledger);
    const losses = [];
    for (const { id, a, b } of topology.keyLinks) {
      const initial = ledger.initialCounts(id) ?? { a: none, b: none };
      const pool = new FakePool(id, a, b, initial);
      const [lostA, lostB] = [lose(pool.endA), lose(pool.endB)];
      if (lostA > 0) losses.push({ link: id, at: Date.now(), bytes: { a: lostA, b: lostB } });
      network.#pools.set(id, pool);
    }
    if (losses.length > 0) await ledger.acceptLosses(losses);
    await Promise.all([...network.#pools.keys()].map((id) => network.fill(id, fillBytes)));
    return network;
  }

  async fill(linkId: string, bytes: number): Promise<void> {
    if (bytes === 0) return;
    const pool = this.pool(linkId);
    const offset = pool.endA.counts.generated;
    await this.#ledger.acceptBlock({
      link: linkId,
      at: Date.now(),
      offset,
      bytes: { a: bytes, b: bytes },
      report: {
        at: Date.now(),
        pulses: 0,
        detections: 0,
        siftedBits: 0,
        qber: 0.01,
        phaseErrorBound: 0,
        leakedBits: 0,
        reconciliation: "cascade",
        reconciliationEfficiency: 1,
        roundTrips: 0,
        secretBits: bytes * 8,
        authenticationBits: 0,
        epsilonExponent: 14,
        amplification: "toeplitz",
        aborted: null,
      },
    });
    const key = randomBytes(bytes);
    pool.endA.append(key);
    pool.endB.append(key);
  }

  /** Links that make key by passes: until the next one, ms. */
  readonly passes = new Map<string, number>();

  untilPassMs(linkId: string): number | undefined {
    return this.passes.get(linkId);
  }

  pools(): readonly FakePool[] {
    return [...this.#pools.values()];
  }

  pool(linkId: string): FakePool {
    const pool = this.#pools.get(linkId);
    if (pool === undefined) throw new Error(`no link ${linkId}`);
    return pool;
  }

  counts(linkId: string): { readonly a: LinkEndCounts; readonly b: LinkEndCounts } {
    const { endA, endB } = this.pool(linkId);
    return { a: { ...endA.counts }, b: { ...endB.counts } };
  }

  onChange(): () => void {
    return () => {};
  }
}

function lose(end: FakeEnd): number {
  const { generated, relayed, supplied, authentication, expired, discarded, lostAtRestart } = end.counts;
  const lost = generated - relayed - supplied - authentication - expired - discarded - lostAtRestart;
  end.counts.lostAtRestart += lost;
  return lost;
}
