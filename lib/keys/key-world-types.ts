import type { Topology } from "../network/topology.ts";
import type { CommitQueue } from "../shared/database/commit-queue.ts";
import type { Database } from "../shared/database/database.ts";
import type { OperationsEvents } from "./api-types.ts";
import type { KmeManners } from "./etsi014/kme-routes.ts";
import type { ExternalKme } from "./external/external-kmes.ts";
import type { KeyProvider } from "./key-provider.ts";
import type { KeyUse } from "./kme/key-store.ts";
import type { Kme } from "./kme/kme.ts";
import type { HopWire } from "./kme/relay.ts";
import type { AtStep } from "./kme/supply-steps.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { LinkNetwork } from "./link-types.ts";
import type { LinkLedger } from "./links/link-network-types.ts";
import type { KeyMetrics } from "./metrics/key-metrics.ts";
import type { KeyNetworkPki } from "./pki/key-network-pki.ts";
import type { KeyWorldViews } from "./views/world-views.ts";

export interface KeyWorldOptions {
  /** DATA_DIR/qkdn: lock, db/, pki/, wrapping/, kmes.json. */
  readonly dataFolder: string;
  readonly topology: Topology;
  /** Makes the links once the ledger is open; they must account for every byte through it. */
  readonly links: (ledger: LinkLedger) => LinkNetwork | Promise<LinkNetwork>;
  /** PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string;
  /** Reviewed SQL of the keys database. Default prisma/keys/migrations under the working directory. */
  readonly migrations?: string;
  readonly listen: {
    /** Default 127.0.0.1. */
    readonly host?: string;
    /** Further names and addresses for the KMEs' certificates. */
    readonly names?: readonly string[];
    readonly manners?: KmeManners;
    /** Port of the first key manager, the others follow. Default: any free ports, the same at every start. */
    readonly firstPort?: number;
  };
  /** Sites whose gateway asks a real key manager for keys with the sites it knows. */
  readonly external?: ReadonlyMap<string, ExternalKme>;
  readonly now: () => number;
  /** Between housekeeping rounds (expiry, erasure, heads of the ledger). Default 60,000 ms; 0: none by itself. */
  readonly housekeepingMs?: number;
  /** What carries relay frames between nodes; tests put an attacker here. */
  readonly wire?: HopWire;
  /** Told of every step of a key's supply; tests end the process there. */
  readonly atStep?: AtStep;
  /** Told of a housekeeping round that failed; the next one tries again. */
  readonly log?: (error: unknown) => void;
}

/** All key managers of one process, their ledger and their listeners. */
export interface KeyWorld {
  readonly database: Database;
  /** Group commit on `database`: all writes go through it. */
  readonly commits: CommitQueue;
  readonly ledger: Ledger;
  readonly pki: KeyNetworkPki;
  readonly network: LinkNetwork;
  readonly views: KeyWorldViews;
  readonly metrics: KeyMetrics;
  /** Sites with an SAE-facing listener. */
  readonly endpointSites: readonly string[];
  /** @throws KeyRequestError for a site that holds no key. */
  kme(site: string): Kme;
  /** The site's key manager as its gateway sees it: by ETSI GS QKD 014 over mutual TLS, or called directly. */
  providerFor(site: string, kind: "etsi014" | "built-in"): KeyProvider;
  /** The same or the site's external key manager, with what the gateway collects recoverable until its own commit confirms it. */
  gatewayProviderFor(site: string, kind: "etsi014" | "built-in"): KeyProvider;
  /** https://host:port of a site's KME. */
  addressOf(site: string): string | undefined;
  /** Suite, level and (as an HMAC) conversation of a drawn key, for its life and the consumption screen. */
  noteUse(use: KeyUse): Promise<void>;
  onRelay(listener: (event: OperationsEvents["relay"]) => void): () => void;
  /** One round now. Wrapping keys go when nothing was wrapped under them for `idleMs` (default 60,000). */
  keepHouse(options?: { readonly idleMs?: number }): Promise<void>;
  close(): Promise<void>;
}
