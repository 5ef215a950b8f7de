/** What the operations face of the key world answers (JSON). Types only: the one file of lib/keys that app/ may import. */
import type { BlockAbort } from "../quantum/block-result.ts";
import type { AttackModel } from "../quantum/condition.ts";
import type { EvidenceWarning, LinkEvidence } from "../quantum/evidence.ts";
import type { LinkParameters } from "../quantum/link-parameters.ts";
import type { LinkCondition, LinkEndCounts, PoolState } from "./link-types.ts";

export type { LinkCondition, LinkEndCounts, PoolState };

export type Provenance = "real" | "planned" | "plausible" | "synthetic";

export interface SiteView {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly lat: number;
  readonly lon: number;
  readonly kind: "endpoint" | "trusted-node" | "ogs" | "mdi-hub" | "noc";
  readonly sector?: string;
  readonly provenance: Provenance;
  readonly source?: string;
  readonly note?: string;
}

export interface LinkView {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly kind: "fibre" | "metro-fibre" | "submarine" | "space" | "free-space" | "mdi-spoke" | "mdi-virtual";
  readonly lengthKm: number;
  readonly lossDb: number;
  readonly provenance: Provenance;
  readonly lengthEstimated?: boolean;
  readonly source?: string;
  readonly note?: string;
  /** True where key is produced and relayed over this link in this deployment. */
  readonly active: boolean;
  /** Its devices and source, where it makes key itself and all the time. */
  readonly parameters?: LinkParameters;
}

export interface SatelliteView {
  readonly id: string;
  readonly name: string;
}

/** GET /ops/topology */
export interface TopologyView {
  readonly network: string;
  readonly simulated: true;
  readonly sites: readonly SiteView[];
  readonly links: readonly LinkView[];
  readonly satellites: readonly SatelliteView[];
  /** Explains each source key of sites and links. */
  readonly sources: Readonly<Record<string, string>>;
}

export type { AttackModel, LinkEvidence };

/** Warnings are said and shown, but the link's key stays in use. */
export type LinkWarning = EvidenceWarning;

export type LinkAlarmCause = BlockAbort | LinkWarning;

/** Faults of fibre and devices that can be switched on; 0 is none. */
export interface LinkFaults {
  /** Loss beyond the fibre's own, dB, up to 40. */
  readonly loss: number;
  /** Speed at which the fibre turns the polarisation, 0..1; at 1 the compensator is at its end after six seconds. */
  readonly drift: number;
  /** Share of its clicks that one of the two detectors loses, 0..1. */
  readonly detector: number;
}

/** What the last block made while nobody checked messages. It was thrown away: no pool ever holds such key. */
export interface QuarantineView {
  readonly at: number;
  readonly bits: number;
  /** Whether both ends had the same bits; they do not compare, so neither knows. */
  readonly endsAgree: boolean;
  /** Bits of the two ends' keys that an attacker in the middle holds too. Only the simulation can know. */
  readonly attackerBits: number;
}

/** One row of GET /ops/links and of the "links" event. */
export interface LinkStatus {
  readonly id: string;
  readonly condition: LinkCondition;
  readonly pool: PoolState;
  readonly alarm: LinkAlarmCause | null;
  readonly alarmSince: number | null;
  /** Something to look at while the link goes on; null under an alarm, which says more. */
  readonly warning: LinkWarning | null;
  /** Measured in the last block, 0..0.5; null before the first. */
  readonly qber: number | null;
  /** Secret bits per simulated second, last block. */
  readonly secretBitsPerSimulatedSecond: number | null;
  /** Secret bits per wall second over the last minute. */
  readonly secretBitsPerSecond: number;
  /** How many times faster than wall time the device clock ran in the last block. */
  readonly clockFactor: number | null;
  readonly availableBytes: number;
  readonly capacityBytes: number;
  readonly authenticationBytes: number;
  readonly attack: { readonly model: AttackModel; readonly fraction: number };
  readonly cut: boolean;
  readonly faults: LinkFaults;
  /** False while the demonstration has switched off that the ends check each other's messages. */
  readonly authenticated: boolean;
  readonly quarantine: QuarantineView | null;
  readonly blocks: number;
  readonly aborts: number;
  readonly lastBlock: BlockView | null;
  /** What the ends measured in the last block beside what they expect. */
  readonly evidence: LinkEvidence | null;
  /** How the link's ends come to the same bits, and what each way costs there; null where there is no choice. */
  readonly reconciliation: ReconciliationView | null;
}

/** What a link knows of its ways to reconcile, by its own recent blocks where `measuredBlocks` is not 0. */
export interface ReconciliationView {
  /** A message and its answer over the link's length. */
  readonly roundTripMs: number;
  readonly methods: readonly {
    readonly method: "cascade" | "ldpc";
    readonly chosen: boolean;
    readonly measuredBlocks: number;
    /** Bits told over Shannon's limit. */
    readonly efficiency: number;
    /** Computation of both ends, ms for a million sifted bits. */
    readonly msPerMegabit: number;
    readonly roundTrips: number;
    /** Of the real devices, reconciled so; null before the first block. */
    readonly secretBitsPerSecond: number | null;
  }[];
}

export interface BlockView {
  readonly at: number;
  readonly pulses: number;
  readonly detections: number;
  readonly siftedBits: number;
  readonly qber: number;
  readonly phaseErrorBound: number;
  readonly leakedBits: number;
  readonly reconciliation: "cascade" | "cascade-original" | "ldpc";
  readonly reconciliationEfficiency: number;
  readonly roundTrips: number;
  readonly secretBits: number;
  readonly authenticationBits: number;
  readonly epsilonExponent: number;
  readonly amplification: "toeplitz" | "modular";
  readonly aborted: LinkAlarmCause | null;
}

/** GET /ops/overview */
export interface OverviewView {
  readonly network: string;
  readonly startedAt: number;
  readonly warmUp: {
    readonly done: boolean;
    readonly linksWithKey: number;
    readonly links: number;
    readonly fillRatio: number;
  };
  readonly linksByCondition: Readonly<Record<LinkCondition, number>>;
  readonly alarms: number;
  readonly availableBytes: number;
  readonly generatedBytes: number;
  readonly consumedBytes: number;
  readonly keysSupplied: number;
  /** Pairs of demonstration posts in different countries that have no key route now. */
  readonly pairsWithKey: number;
  readonly pairsWaiting: readonly { readonly a: string; readonly b: string; readonly reason: string }[];
}

/** GET /ops/consumption?from=&to=&bucketMs=&by=pair|site|purpose|suite|level */
export interface ConsumptionView {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  readonly generatedBytes: readonly number[];
  readonly consumedBytes: readonly number[];
  readonly groups: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly keys: number;
    readonly series: readonly number[];
  }[];
}

/** GET /ops/pair?a=&b= : what a conversation between two sites can expect. */
export interface PairView {
  readonly a: string;
  readonly b: string;
  readonly route: readonly string[] | null;
  /** End-to-end bytes obtainable now over the best route. */
  readonly availableBytes: number;
  readonly reason: string | null;
}

/** GET /ops/ledger/balances */
export interface BalanceView {
  readonly link: string;
  readonly a: LinkEndCounts;
  readonly b: LinkEndCounts;
  /** Ledger's own count by rows. */
  readonly ledger: LinkEndCounts;
  /** generated − all uses − stored, from the ledger: zero when every bit is accounted for. */
  readonly balance: number;
  readonly agree: boolean;
}

/** GET /ops/ledger/chains */
export interface ChainView {
  readonly site: string;
  readonly length: number;
  readonly head: string;
  readonly witnesses: readonly { readonly site: string; readonly length: number; readonly at: number }[];
}

/** GET /ops/ledger/verify?site= (all sites when absent) */
export interface VerifyView {
  readonly ok: boolean;
  readonly checked: number;
  readonly verdict: "witnessed" | "internally consistent only" | "broken";
  readonly brokenAt: { readonly site: string; readonly index: number; readonly reason: string } | null;
  readonly witnesses: readonly string[];
}

/** GET /ops/ledger/entries?site=&after=&limit=&kind= */
export interface LedgerEntryView {
  readonly site: string;
  readonly index: number;
  readonly at: number;
  readonly kind: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
  readonly hash: string;
}

/** GET /ops/keys?after=&limit= and GET /ops/keys/{key_ID} */
export interface KeyLifeView {
  readonly keyId: string;
  readonly masterSite: string;
  readonly slaveSites: readonly string[];
  readonly bits: number;
  readonly networkBits: number;
  readonly route: readonly string[];
  /** Every way the key, or a share of it, took. */
  readonly routes: readonly (readonly string[])[];
  /** Nodes between the ends that know the key, each alone; and those that saw only a share of it. */
  readonly knownTo: readonly string[];
  readonly shareKnownTo: readonly string[];
  readonly costPerLink: readonly { readonly link: string; readonly bits: number }[];
  readonly epsilonExponent: number;
  readonly suite: number | null;
  readonly level: number | null;
  readonly requestedAt: number;
  readonly delivered: readonly { readonly site: string; readonly at: number }[];
  readonly deletedAt: number | null;
  readonly erasedAt: number | null;
  readonly state: "waiting" | "delivered" | "expired" | "void";
}

/** GET /ops/pools : how each link's key stands with those who want it. Rates are of the last two minutes. */
export interface PoolOutlookView {
  readonly link: string;
  /** Null while too short a time was measured. */
  readonly producedBytesPerSecond: number | null;
  readonly consumedBytesPerSecond: number | null;
  /** At these rates; null when the pool does not empty. */
  readonly timeToEmptyMs: number | null;
  /** Requests that found too little key. */
  readonly waiting: { readonly priority: number; readonly ordinary: number };
  /** Until all who wait now are served; null when nobody waits or the link makes no key. */
  readonly timeToKeyMs: number | null;
}

/** GET /ops/exposure?node=&node=&from=&to= : keys that these nodes together could know. */
export interface ExposureView {
  readonly nodes: readonly string[];
  readonly from: number;
  readonly to: number;
  /** End-to-end keys of that time, and how many of them the nodes can rebuild. */
  readonly keys: number;
  readonly exposed: number;
  /** The newest of those, at most 500. */
  readonly known: readonly {
    readonly keyId: string;
    readonly masterSite: string;
    readonly slaveSites: readonly string[];
    readonly at: number;
  }[];
}

/** What became of a pass; null while it is ahead or under way. */
export type PassOutcome =
  | "key"
  | "daylight"
  | "cloud"
  | "too-low"
  | "full"
  | "other-station"
  | "no-key"
  | "alarm";

/** One crossing of a satellite over a ground station. Times are the satellites' own, ms UTC. */
export interface PassView {
  readonly satellite: string;
  readonly station: string;
  readonly link: string;
  readonly rise: number;
  readonly culmination: number;
  readonly set: number;
  readonly maxElevationDeg: number;
  readonly light: "night" | "twilight" | "day";
  /** Probability of a clear sky as told at `clock.now`; 0 or 1 for a pass that was flown. */
  readonly clearProbability: number;
  /** Secret bits under a clear sky, on average. */
  readonly expectedBits: number;
  readonly outcome: PassOutcome | null;
  readonly secretBits: number;
  /** True for the passes of the days before the first start, which filled the stores for the demonstration. */
  readonly beforeStart: boolean;
}

export interface SpaceStationView {
  readonly site: string;
  readonly link: string;
  readonly condition: LinkCondition;
  readonly storedBytes: number;
  readonly capacityBytes: number;
  readonly sunElevationDeg: number;
  readonly sky: "clear" | "cloudy";
  /** Rise of the next pass that may give key, or null when none is known yet. */
  readonly nextKeyPass: number | null;
}

/** Where a satellite is and will be; between the points of its track a screen may interpolate. */
export interface SatelliteTrack {
  readonly id: string;
  readonly name: string;
  readonly track: readonly {
    readonly at: number;
    readonly lat: number;
    readonly lon: number;
    readonly altitudeKm: number;
  }[];
}

/** GET /ops/space */
export interface SpaceView {
  readonly simulated: true;
  /** The satellites' time and how fast it runs; the fibre links keep wall time. */
  readonly clock: { readonly now: number; readonly rate: number };
  readonly satellites: readonly SatelliteTrack[];
  readonly stations: readonly SpaceStationView[];
  /** Under way and ahead, in order of their rise. */
  readonly ahead: readonly PassView[];
  /** Flown, the last first. */
  readonly flown: readonly PassView[];
}

/** GET /ops/alarms */
export interface AlarmView {
  readonly id: string;
  readonly link: string;
  readonly cause: LinkAlarmCause;
  /** Under an alarm the link's key is withheld, under a warning it is not. */
  readonly severity: "alarm" | "warning";
  readonly text: string;
  readonly raisedAt: number;
  readonly clearedAt: number | null;
}

/** One row of GET /ops/alarms/history?state=&before=&limit= : alarms of links and of key managers, newest first. */
export interface AlarmRecordView {
  readonly id: string;
  readonly place: "link" | "site";
  /** The link, or the site whose key manager it is about. */
  readonly subject: string;
  readonly cause: LinkAlarmCause | "key-repeated";
  readonly severity: "alarm" | "warning";
  readonly raisedAt: number;
  /** Null while it stands. A repeated key does not stand: it happened. */
  readonly clearedAt: number | null;
  readonly acknowledged: { readonly at: number; readonly by: string; readonly note: string } | null;
}

/** One row of GET /ops/alarms/affected?alarm= : who drew keys over that place from a day before the alarm until its end. */
export interface AffectedView {
  readonly a: string;
  readonly b: string;
  /** Conversations told apart by pseudonyms of their sites; names and members are not known here. */
  readonly conversations: number;
  readonly keys: number;
  readonly lastAt: number;
  /** Whether the two can have key now, over whatever way. */
  readonly hasKey: boolean;
}

/** How much end-to-end key a site's devices may draw in any 60 minutes; `level` null: for all levels together. */
export interface QuotaView {
  /** "*": every site, each for itself. */
  readonly site: string;
  readonly level: number | null;
  readonly bytesPerHour: number;
}

export interface LevelRuleView {
  readonly minimum: number;
  readonly offered: number;
  readonly disjointRoutes: boolean;
  readonly requireDisjoint: boolean;
  readonly padFileBytes: number;
  readonly streamFileBytes: number;
}

/** GET /ops/policies */
export interface PoliciesView {
  readonly levels: {
    readonly serial: number;
    readonly rules: readonly LevelRuleView[];
    readonly changedAt: number | null;
    readonly changedBy: string | null;
  };
  readonly quotas: readonly QuotaView[];
  readonly quotasChangedAt: number | null;
  readonly quotasChangedBy: string | null;
  /** Drawn in the last 60 minutes. */
  readonly used: readonly { readonly site: string; readonly level: number; readonly bytes: number }[];
}

/** What the rules asked about would have done to some draws. Bytes are end-to-end key. */
export interface TrialCounts {
  readonly draws: number;
  readonly bytes: number;
  /** Draws that would have come later, and the longest wait. */
  readonly waited: number;
  readonly longestWaitMs: number;
  /** Draws larger than a whole quota: never met. */
  readonly refused: number;
  readonly refusedBytes: number;
  /** Draws in a suite that the level would not allow any more. */
  readonly tooWeak: number;
  /** Link key that second routes would have cost, if as long as the first. */
  readonly extraNetworkBytes: number;
}

/** GET /ops/policies/trial?quota=&level= : last day's draws under other rules. */
export interface TrialView extends TrialCounts {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly (TrialCounts & { readonly site: string; readonly level: number })[];
}

/** One stretch of time of the service report. */
export interface ServicePeriod {
  readonly at: number;
  readonly keys: number;
  readonly keyBytes: number;
  readonly requests: number;
  readonly refused: number;
  readonly meanDelayMs: number | null;
  /** Of the pairs of posts in different countries, null where nothing was measured. */
  readonly availability: number | null;
}

/** GET /ops/service?from=&to=&bucketMs= : parameters named as in ITU-T Y.3807. */
export interface ServiceView {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  /** Time in which the service was measured, i.e. ran. */
  readonly measuredMs: number;
  readonly throughput: {
    readonly keys: number;
    readonly keyBytes: number;
    readonly keyBitsPerSecond: number;
    readonly generatedBytes: number;
    readonly generatedBitsPerSecond: number;
  };
  /** From request to answer, in the key managers. Percentiles are upper bounds of classes. */
  readonly responseDelay: {
    readonly answered: number;
    readonly meanMs: number | null;
    readonly medianMs: number | null;
    readonly p99Ms: number | null;
    readonly longestMs: number | null;
  };
  /** Keys of the range that ended: how many were not delivered. */
  readonly loss: {
    readonly ended: number;
    readonly expired: number;
    readonly void: number;
    readonly ratio: number | null;
    readonly requests: number;
    readonly refused: number;
    readonly refusedRatio: number | null;
  };
  readonly availability: { readonly pairs: number | null; readonly links: number | null };
  /** Alarms of links that began in the range, without warnings. */
  readonly restoration: {
    readonly alarms: number;
    readonly restored: number;
    readonly meanMs: number | null;
    readonly longestMs: number | null;
  };
  readonly periods: readonly ServicePeriod[];
}

/** GET /ops/kmes */
export interface KmeView {
  readonly site: string;
  readonly kmeId: string;
  readonly saeId: string;
  readonly address: string;
  readonly certificateFingerprint: string;
  readonly notAfter: number;
  readonly curl: string;
}

/** GET /ops/kmes/status?master=&slave= : the status of ETSI GS QKD 014 §6.1 for two SAEs. Sizes in bits. */
export interface KmeStatusView {
  readonly source_KME_ID: string;
  readonly target_KME_ID: string;
  readonly master_SAE_ID: string;
  readonly slave_SAE_ID: string;
  readonly key_size: number;
  readonly stored_key_count: number;
  readonly max_key_count: number;
  readonly max_key_per_request: number;
  readonly max_key_size: number;
  readonly min_key_size: number;
  readonly max_SAE_ID_count: number;
}

/** GET /ops/devices */
export interface DeviceView {
  readonly device: string;
  readonly user: string;
  readonly site: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly assurance: "open" | "approved";
  readonly state: "certified" | "pending" | "revoked";
  readonly enrolledAt: number;
  readonly notAfter: number | null;
  /** What the device calls itself; nobody vouches for it. */
  readonly label: string;
  readonly lastSeen: number | null;
  /** Hash over the device's keys and its site's, hex: what an approval names. */
  readonly keys: string;
  /** The first 30 digits of that hash, as the device shows them. */
  readonly digits: string;
  /** The site hands access secrets over by hand: an approved device waits for its card. */
  readonly byHand: boolean;
}

/** GET /ops/stage : what the presenter supposes or ordered; all of it ends with the command links.reset. */
export interface StageView {
  /** Supposed, for judging recorded messages: the mathematics under X-Wing, the physics or devices under QKD. */
  readonly broken: { readonly xWing: boolean; readonly qkd: boolean };
  /** Nodes supposed dishonest: GET /ops/exposure says what they saw. */
  readonly compromised: readonly { readonly node: string; readonly since: number }[];
  /** Skies that the presenter ordered in place of the forecast's. */
  readonly skies: readonly { readonly station: string; readonly sky: "clear" | "cloudy" }[];
  /** Pools whose key was thrown away, the last first. */
  readonly emptied: readonly { readonly link: string; readonly bytes: number; readonly at: number }[];
}

/** Events of GET /ops/events (text/event-stream; `event:` is the key, `data:` the JSON value). */
export interface OperationsEvents {
  /** At most once a second: only links that changed. */
  links: readonly LinkStatus[];
  overview: OverviewView;
  alarm: AlarmView;
  /** An end-to-end key crossed the network. */
  relay: {
    readonly keyId: string;
    readonly route: readonly string[];
    readonly bits: number;
    readonly at: number;
  };
}

/** Body of every error answer of the operations face. */
export interface OperationsError {
  readonly code: string;
  readonly message: string;
}
