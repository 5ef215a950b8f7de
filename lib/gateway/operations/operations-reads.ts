import type {
  AlarmView,
  BalanceView,
  ChainView,
  ConsumptionView,
  KeyLifeView,
  KmeView,
  LedgerEntryView,
  LinkStatus,
  OperationsEvents,
  OverviewView,
  PairView,
  TopologyView,
  VerifyView,
} from "../../keys/api-types.ts";

export interface ConsumptionQuery {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  readonly by: "pair" | "site" | "purpose" | "suite" | "level";
}

type Eventually<T> = T | Promise<T>;

/** What the operations face reads of the key world. Names, counts and hashes; never key bytes. */
export interface OperationsReads {
  topology(): Eventually<TopologyView>;
  links(): Eventually<readonly LinkStatus[]>;
  overview(): Eventually<OverviewView>;
  consumption(query: ConsumptionQuery): Eventually<ConsumptionView>;
  pair(a: string, b: string): Eventually<PairView>;
  balances(): Eventually<readonly BalanceView[]>;
  chains(): Eventually<readonly ChainView[]>;
  verify(site: string | undefined): Eventually<VerifyView>;
  ledgerEntries(query: {
    readonly site?: string;
    readonly after?: number;
    readonly limit: number;
    readonly kind?: string;
  }): Eventually<readonly LedgerEntryView[]>;
  keys(query: { readonly after?: string; readonly limit: number }): Eventually<readonly KeyLifeView[]>;
  key(keyId: string): Eventually<KeyLifeView | undefined>;
  alarms(): Eventually<readonly AlarmView[]>;
  kmes(): Eventually<readonly KmeView[]>;
  /** Calls back for every change; returns the function that unsubscribes. */
  subscribe(listener: OperationsListener): () => void;
}

export interface OperationsListener {
  readonly alarm: (alarm: OperationsEvents["alarm"]) => void;
  readonly relay: (relay: OperationsEvents["relay"]) => void;
}
