import type { ExposureView } from "../api-types.ts";
import { canRebuild, waysOf } from "./exposure.ts";
import { decodeRowBody } from "./ledger-row.ts";
import type { LedgerSource } from "./ledger-source.ts";

const mostNamed = 500;

export interface ExposureQuestion {
  /** Sites that kept all they saw and work together. */
  readonly nodes: readonly string[];
  /** ms UTC, both included. */
  readonly from: number;
  readonly to: number;
}

/** Which keys of the time asked about the nodes can rebuild, from the rows of relays in all chains. */
export async function findExposure(source: LedgerSource, question: ExposureQuestion): Promise<ExposureView> {
  const nodes = new Set(question.nodes);
  const known: ExposureView["known"][number][] = [];
  let keys = 0;
  let exposed = 0;
  for (const site of await source.sites()) {
    for await (const { at, kind, body } of source.rows(site)) {
      if (kind !== "relay" || at < question.from || at > question.to) continue;
      const ways = waysOf(site, decodeRowBody(body).detail);
      keys += ways.keyIds.length;
      if (!canRebuild(ways, nodes)) continue;
      exposed += ways.keyIds.length;
      for (const keyId of ways.keyIds) {
        known.push({ keyId, masterSite: site, slaveSites: ways.slaveSites, at });
        if (known.length > 2 * mostNamed) keepNewest(known);
      }
    }
  }
  keepNewest(known);
  return { ...question, keys, exposed, known };
}

function keepNewest(known: ExposureView["known"][number][]): void {
  known.sort((one, other) => other.at - one.at);
  known.length = Math.min(known.length, mostNamed);
}
