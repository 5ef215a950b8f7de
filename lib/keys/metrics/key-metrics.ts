import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { VernamError } from "../../shared/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LinkNetwork } from "../link-types.ts";
import type { SimulatedLinkNetwork } from "../links/link-network-types.ts";

export type KeyAction = "enc_keys" | "dec_keys";

/** A key request that was answered, or not. */
export interface ObservedRequest {
  readonly answered: boolean;
  readonly ms: number;
}

/**
 * What this process tells Prometheus, in base units: about links, pools and key, never about people or keys. Counters
 * count from the start of the process, except what links made, which the links count for ever.
 */
export class KeyMetrics {
  readonly #registry = new Registry();
  readonly #supplied: Counter;
  readonly #relayBytes: Counter;
  readonly #expired: Counter;
  readonly #duration: Histogram<"action">;
  readonly #failures: Counter<"reason">;
  readonly #listeners = new Set<(request: ObservedRequest) => void>();

  constructor(network: LinkNetwork, ledger: Pick<Ledger, "writeFailures">) {
    const registers = [this.#registry];
    this.#supplied = new Counter({
      name: "vernam_keys_supplied_total",
      help: "End-to-end keys supplied.",
      registers,
    });
    this.#relayBytes = new Counter({
      name: "vernam_relay_key_bytes_total",
      help: "Link key burned to carry end-to-end keys, over all links, tags included.",
      registers,
    });
    this.#expired = new Counter({
      name: "vernam_keys_expired_total",
      help: "Waiting keys that nobody collected in time.",
      registers,
    });
    this.#duration = new Histogram({
      name: "vernam_key_request_duration_seconds",
      help: "Time of an answered key request inside the key manager.",
      labelNames: ["action"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    this.#failures = new Counter({
      name: "vernam_key_request_failures_total",
      help: "Key requests that were refused or could not be met.",
      labelNames: ["reason"],
      registers,
    });
    readAtScrape(registers, "vernam_audit_write_failures_total", "Commits to the ledger that failed.", () => [
      ["", ledger.writeFailures],
    ]);
    this.#watchPools(network);
  }

  /** Exposition format 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  noteRelay(keys: number, networkBytes: number): void {
    this.#supplied.inc(keys);
    this.#relayBytes.inc(networkBytes);
  }

  noteExpired(keys: number): void {
    this.#expired.inc(keys);
  }

  /** Runs a request and counts it. */
  async observe<Answer>(action: KeyAction, request: () => Promise<Answer>): Promise<Answer> {
    const from = performance.now();
    try {
      const answer = await request();
      const ms = performance.now() - from;
      this.#duration.observe({ action }, ms / 1000);
      this.#tell({ answered: true, ms });
      return answer;
    } catch (error) {
      this.#failures.inc({ reason: error instanceof VernamError ? error.code : "internal" });
      this.#tell({ answered: false, ms: performance.now() - from });
      throw error;
    }
  }

  /** Tells of every request from now on. Returns the function that ends it. */
  onRequest(listener: (request: ObservedRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(request: ObservedRequest): void {
    for (const listener of this.#listeners) listener(request);
  }

  /** What only links with devices of their own can tell. */
  watchDevices(links: Pick<SimulatedLinkNetwork, "statuses" | "status" | "onChange">): void {
    const registers = [this.#registry];
    new Gauge({
      name: "vernam_link_qber_ratio",
      help: "Quantum bit error ratio measured in the last block.",
      labelNames: ["link"],
      registers,
      collect() {
        this.reset();
        for (const status of links.statuses()) {
          if (status.qber !== null) this.set({ link: status.id }, status.qber);
        }
      },
    });
    const aborts = new Counter({
      name: "vernam_link_aborts_total",
      help: "Blocks thrown away, by what was wrong with them.",
      labelNames: ["cause"],
      registers,
    });
    const lastBlocks = new Map<string, number>();
    links.onChange((link) => {
      const block = links.status(link).lastBlock;
      if (block === null || lastBlocks.get(link) === block.at) return;
      lastBlocks.set(link, block.at);
      if (block.aborted !== null) aborts.inc({ cause: block.aborted });
    });
  }

  #watchPools(network: LinkNetwork): void {
    const registers = [this.#registry];
    const perLink = (name: string, help: string, read: (link: string) => number): void =>
      readAtScrape(registers, name, help, () => network.pools().map(({ linkId }) => [linkId, read(linkId)]));
    perLink("vernam_link_up", "1 where the link's key may be used.", (link) =>
      ["generating", "standby"].includes(network.pool(link).condition) ? 1 : 0,
    );
    perLink(
      "vernam_pool_available_bytes",
      "Key above the link's own reserve.",
      (link) => network.pool(link).availableBytes,
    );
    perLink(
      "vernam_pool_capacity_bytes",
      "Key that the pool of one end can hold.",
      (link) => network.pool(link).capacityBytes,
    );
    perLink(
      "vernam_link_secret_key_bytes_total",
      "Secret key that the link made since it was created.",
      (link) => network.counts(link).a.generated,
    );
  }
}

/** A family whose values are read when somebody asks; a name that ends in _total is a counter. "": no label. */
function readAtScrape(
  registers: Registry[],
  name: string,
  help: string,
  read: () => readonly (readonly [link: string, value: number])[],
): void {
  const labels = (link: string) => (link === "" ? {} : { link });
  if (name.endsWith("_total")) {
    new Counter({
      name,
      help,
      labelNames: ["link"],
      registers,
      collect() {
        this.reset();
        for (const [link, value] of read()) this.inc(labels(link), value);
      },
    });
    return;
  }
  new Gauge({
    name,
    help,
    labelNames: ["link"],
    registers,
    collect() {
      this.reset();
      for (const [link, value] of read()) this.set(labels(link), value);
    },
  });
}
