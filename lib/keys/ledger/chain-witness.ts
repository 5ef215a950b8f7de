import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database } from "../../shared/database/database.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { type AtStep, passStep } from "../kme/supply-steps.ts";
import type { Ledger } from "./ledger.ts";
import { decodeRowBody } from "./ledger-row.ts";
import type { SiteSigningKeys } from "./site-signing-keys.ts";
import type { WitnessedHead } from "./witnessed-head.ts";

/**
 * Enters the signed heads of the sites' chains into two other sites' chains, so that a chain rewritten in place
 * contradicts what two others hold. Only chains with rows of their own since the last time: a head row alone calls
 * for no head, or the chains would feed each other for ever.
 */
export class ChainWitness {
  readonly #ledger: Ledger;
  readonly #queue: CommitQueue;
  readonly #keys: SiteSigningKeys;
  readonly #ring: readonly string[];
  readonly #atStep: AtStep;
  /** Chain length up to which a head was published; rows that are heads of others count as published. */
  readonly #published = new Map<string, number>();

  constructor(
    ledger: Ledger,
    queue: CommitQueue,
    keys: SiteSigningKeys,
    sites: readonly string[],
    atStep: AtStep = passStep,
  ) {
    this.#atStep = atStep;
    this.#ledger = ledger;
    this.#queue = queue;
    this.#keys = keys;
    this.#ring = [...sites].sort();
  }

  /** The two sites whose chains hold `site`'s heads (fewer in a network of fewer than three). */
  witnessesOf(site: string): readonly string[] {
    const at = this.#ring.indexOf(site);
    const step = Math.max(1, Math.floor(this.#ring.length / 3));
    const chosen = [1, 2].map((k) => this.#ring[(at + k * step) % this.#ring.length]);
    return [...new Set(chosen)].filter((other): other is string => other !== undefined && other !== site);
  }

  /** One commit with every head that has moved. Returns how many were published. */
  async publish(now: number): Promise<number> {
    const reached = await this.#queue.run(async () => {
      const entered = this.#enterHeads(now);
      this.#atStep("heads-written");
      return entered;
    });
    this.#atStep("heads-committed");
    for (const [site, length] of reached) this.#published.set(site, length);
    return reached.size;
  }

  /** Answers, for every chain touched, the length up to which there is nothing new to publish. */
  #enterHeads(now: number): Map<string, number> {
    const reached = new Map<string, number>();
    const moved = [...this.#ledger.heads()].filter(
      ([site, head]) => this.#ring.includes(site) && head.length > (this.#published.get(site) ?? 0),
    );
    for (const [site, head] of moved) reached.set(site, head.length);
    for (const [site, head] of moved) {
      const signature = toHex(this.#keys.signHead(site, head.length, head.hash));
      for (const witness of this.witnessesOf(site)) {
        const detail = { site, length: head.length, hash: toHex(head.hash), signature };
        this.#ledger.append(witness, now, "head", detail);
        const before = reached.get(witness) ?? this.#published.get(witness) ?? 0;
        reached.set(witness, before + 1);
      }
    }
    return reached;
  }

  verifySignature(head: WitnessedHead): boolean {
    return this.#keys.verifyHead(head.site, head.length, head.hash, head.signature);
  }
}

/** All heads held in any chain of this database. */
export async function readWitnessedHeads(database: Database): Promise<WitnessedHead[]> {
  const rows = await database.query<{ body: Uint8Array }>(
    `SELECT body FROM ledger_rows WHERE kind = 'head' ORDER BY site, "index"`,
  );
  return rows.map(({ body }) => headOf(body));
}

/** What a row of kind "head" holds. One that was tampered with gets an empty hash, which fits nothing. */
export function headOf(body: Uint8Array): WitnessedHead {
  const { site: witness, at, detail } = decodeRowBody(body);
  return {
    site: String(detail.site),
    witness,
    length: Number(detail.length),
    hash: hexOrNothing(detail.hash),
    signature: hexOrNothing(detail.signature),
    at,
  };
}

function hexOrNothing(value: unknown): Uint8Array {
  try {
    return fromHex(String(value));
  } catch {
    return new Uint8Array(0);
  }
}
