import { demand } from "./refused.ts";
import { bool, bytes, checked, integer, list, optional, record, uint, versioned } from "./shapes.ts";
import { ascending, hash, id, level, site, suite } from "./structures.ts";

const recipients = checked(list(record({ device: id, site }), 1, 256), (entries) =>
  ascending(entries, (entry) => entry.device, "recipients.order"),
);

export const drawRequest = record({
  requestId: id,
  suite,
  bytes: integer(32, 1_048_576),
  conversation: id,
  rosterHead: hash,
  recipients,
  count: integer(1, 64),
  level,
});

export const drawRecord = checked(
  versioned({
    keyIds: list(id, 1, 16_384),
    bytes: integer(32, 1_048_576),
    suite,
    masterSite: site,
    slaveSites: list(site, 0, 256),
    drawingDevice: id,
    conversation: id,
    rosterHead: hash,
    recipients,
    drawnAt: uint,
    expiry: uint,
    local: bool,
    routes: list(list(site, 1, 256), 0, 16),
    networkBits: uint,
    epsilonExponent: integer(0, 1000),
    shares: optional(
      list(record({ site, keyIds: integer(1, 16_384), masked: bytes(32, 131_072), tag: bytes(16) }), 2, 256),
    ),
  }),
  checkRecord,
);

/** What docs/PROTOCOL.md §3 calls a record that contradicts itself. */
function checkRecord(record: {
  keyIds: string[];
  bytes: number;
  masterSite: string;
  slaveSites: string[];
  recipients: { site: string }[];
  drawnAt: number;
  expiry: number;
  local: boolean;
  routes: string[][];
  networkBits: number;
  shares?: { site: string; keyIds: number; masked: string }[];
}): void {
  const { keyIds, slaveSites, local, shares } = record;
  const sites = new Set([record.masterSite, ...slaveSites]);
  demand(new Set(keyIds).size === keyIds.length, "record.key-id-twice");
  demand(sites.size === slaveSites.length + 1, "record.sites");
  demand(
    record.recipients.every(({ site }) => sites.has(site)),
    "record.sites",
  );
  demand(local === (slaveSites.length === 0), "record.local");
  demand(!local || (record.routes.length === 0 && record.networkBits === 0), "record.local");
  demand(record.drawnAt <= record.expiry, "record.expiry");
  if (shares === undefined) return;
  demand(
    shares
      .map((share) => share.site)
      .sort()
      .join() === slaveSites.toSorted().join(),
    "record.share",
  );
  demand(shares.reduce((sum, share) => sum + share.keyIds, 0) === keyIds.length, "record.share");
  demand(
    shares.every((share) => share.masked.length === 2 * record.bytes),
    "record.share",
  );
}
