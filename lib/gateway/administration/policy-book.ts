import { z } from "zod";
import type { PoliciesView } from "../../keys/api-types.ts";
import {
  decodeLevelPolicy,
  defaultLevelPolicy,
  encodeLevelPolicy,
  type LevelPolicy,
} from "../../protocol/level-policy.ts";
import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { Database } from "../../shared/database/database.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { GatewayError } from "../gateway-error.ts";
import { type Quota, type QuotaDraw, QuotaMeter, windowMs } from "./quota.ts";

interface Change {
  readonly at: number;
  readonly by: string;
}

interface StoredPolicy {
  readonly name: "levels" | "quotas";
  readonly value: string;
  readonly changed_at: number;
  readonly changed_by: string;
}

const quotasShape = z.array(
  z.object({ site: z.string(), level: z.number().int().nullable(), bytesPerHour: z.number().int().min(1) }),
);

/** The rules that administrators set: of the levels, and how much key sites may draw. Durable, the same for all sites. */
export class PolicyBook {
  readonly #queue: CommitQueue;
  readonly #now: () => number;
  readonly #meter = new QuotaMeter();
  readonly #listeners = new Set<(policy: LevelPolicy) => void>();
  #levels = defaultLevelPolicy;
  #levelsChange: Change | undefined;
  #quotas: readonly Quota[] = [];
  #quotasChange: Change | undefined;

  private constructor(queue: CommitQueue, now: () => number) {
    this.#queue = queue;
    this.#now = now;
  }

  /** Reads the rules, and from the ledger's table of keys what was drawn in the last 60 minutes. */
  static async open(database: Database, queue: CommitQueue, now: () => number): Promise<PolicyBook> {
    const book = new PolicyBook(queue, now);
    const stored = await database.query<StoredPolicy>(
      `SELECT name, value, changed_at, changed_by FROM administration_policies`,
    );
    for (const { name, value, changed_at: at, changed_by: by } of stored) {
      if (name === "levels") {
        book.#levels = decodeLevelPolicy(fromHex(value));
        book.#levelsChange = { at, by };
      } else {
        book.#quotas = quotasShape.parse(JSON.parse(value));
        book.#quotasChange = { at, by };
      }
    }
    const drawn = await database.query<QuotaDraw & { readonly at: number }>(
      `SELECT requested_at AS at, master_site AS site, level, sum(bits)::int8 / 8 AS bytes FROM key_lives
       WHERE requested_at > $1 AND level IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1`,
      [now() - windowMs],
    );
    for (const { at, ...draw } of drawn) book.#meter.add(draw, at);
    return book;
  }

  get levels(): LevelPolicy {
    return this.#levels;
  }

  get quotas(): readonly Quota[] {
    return this.#quotas;
  }

  /** Returns the function that ends it. */
  onLevels(listener: (policy: LevelPolicy) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Counts a draw, or says why it has to wait. Returns what takes it back when no key came.
   * @throws GatewayError key.unavailable with the time until there is room; draw.quota when there never will be.
   */
  admit(draw: QuotaDraw): () => void {
    const delay = this.#meter.check(this.#quotas, draw, this.#now());
    if (delay === undefined) {
      this.#meter.add(draw, this.#now());
      return () => this.#meter.remove(draw);
    }
    if (delay.waitMs === undefined)
      throw new GatewayError("draw.quota", "This message needs more key than its site may draw in an hour.", {
        status: 403,
        nextStep: "Send less at once, or ask the network's administrators for a larger quota.",
      });
    throw new GatewayError(
      "key.unavailable",
      "The quota of this site for an hour is used up. The message goes when there is room again.",
      { status: 503, retryAfterMs: delay.waitMs },
    );
  }

  /** @throws GatewayError policy.serial when somebody else changed the rules meanwhile; ProtocolError policy.* */
  checkLevels(policy: LevelPolicy): void {
    encodeLevelPolicy(policy);
    if (policy.serial !== this.#levels.serial + 1)
      throw new GatewayError("policy.serial", "The rules were changed by somebody else meanwhile.", {
        status: 409,
        nextStep: "Look at the rules as they are now, and change them again.",
      });
  }

  async setLevels(policy: LevelPolicy, by: string): Promise<void> {
    this.checkLevels(policy);
    const at = this.#now();
    await this.#store("levels", policy.serial, toHex(encodeLevelPolicy(policy)), { at, by });
    this.#levels = policy;
    this.#levelsChange = { at, by };
    for (const listener of this.#listeners) listener(policy);
  }

  /** Replaces the quota of that site and level; 0 bytes removes it. */
  async setQuota(quota: Quota, by: string): Promise<void> {
    const others = this.#quotas.filter(({ site, level }) => site !== quota.site || level !== quota.level);
    const quotas = quota.bytesPerHour === 0 ? others : [...others, quota];
    const at = this.#now();
    await this.#store("quotas", at, JSON.stringify(quotas), { at, by });
    this.#quotas = quotas;
    this.#quotasChange = { at, by };
  }

  view(): PoliciesView {
    return {
      levels: {
        serial: this.#levels.serial,
        rules: this.#levels.levels,
        changedAt: this.#levelsChange?.at ?? null,
        changedBy: this.#levelsChange?.by ?? null,
      },
      quotas: this.#quotas,
      quotasChangedAt: this.#quotasChange?.at ?? null,
      quotasChangedBy: this.#quotasChange?.by ?? null,
      used: this.#meter.used(this.#now()),
    };
  }

  async #store(name: string, serial: number, value: string, { at, by }: Change): Promise<void> {
    await this.#queue.run((client) =>
      client.query(
        `INSERT INTO administration_policies AS held (name, serial, value, changed_at, changed_by)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET serial = EXCLUDED.serial,
           value = EXCLUDED.value, changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by`,
        [name, serial, value, at, by],
      ),
    );
  }
}
