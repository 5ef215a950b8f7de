import type { BalanceView, LedgerEntryView, LinkStatus, VerifyView } from "../../lib/keys/api-types.ts";
import { type NodeSession, signInAsPost } from "../../lib/messenger/node/sign-in.ts";
import type { Origins } from "./post.ts";
import { until } from "./until.ts";

/** Environment of a deployment whose pools hold 32 kB a link. */
export const smallPools = { POOL_TARGET_BYTES: "32000" } as const;

const page = 500;

/** The operations face as an administrator reads it. */
export class Operations {
  readonly #session: NodeSession;
  readonly #gatewayOrigin: string;

  private constructor(session: NodeSession, gatewayOrigin: string) {
    this.#session = session;
    this.#gatewayOrigin = gatewayOrigin;
  }

  static async signIn(at: Origins): Promise<Operations> {
    return new Operations(await signInAsPost(at.origin, "administrator"), at.gatewayOrigin);
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(this.#gatewayOrigin + path, {
      headers: { authorization: `Bearer ${await this.#session.token("ops")}` },
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /**
   * Waits until every pool is full. Routes are chosen by key first and by hops second, so only then is the shortest
   * one sure to be taken. Start the deployment with `smallPools`, which fill in seconds.
   */
  async linksAtRest(): Promise<void> {
    const links = () => this.get<LinkStatus[]>("/ops/links");
    await until(
      "every pool is full",
      async () => (await links()).every(({ condition }) => condition === "standby"),
      120_000,
      links,
    );
  }

  balances(): Promise<BalanceView[]> {
    return this.get("/ops/ledger/balances");
  }

  verify(): Promise<VerifyView> {
    return this.get("/ops/ledger/verify");
  }

  /** Every row of one kind in a site's chain, in order. */
  async entries(site: string, kind: string): Promise<LedgerEntryView[]> {
    const all: LedgerEntryView[] = [];
    for (;;) {
      const after = all.at(-1)?.index ?? -1;
      const query = new URLSearchParams({ site, kind, after: String(after), limit: String(page) });
      const rows = await this.get<LedgerEntryView[]>(`/ops/ledger/entries?${query}`);
      all.push(...rows);
      if (rows.length < page) return all;
    }
  }
}
