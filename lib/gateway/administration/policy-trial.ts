import type { TrialCounts, TrialView } from "../../keys/api-types.ts";
import type { LevelPolicy } from "../../protocol/level-policy.ts";
import { isAtLeast, type Suite } from "../../protocol/suites.ts";
import { type Quota, QuotaMeter } from "./quota.ts";

/** A draw that was made, as the ledger tells it. */
export interface PastDraw {
  readonly at: number;
  readonly site: string;
  readonly level: number;
  readonly suite: Suite;
  /** End-to-end key, and link key burned for it. */
  readonly bytes: number;
  readonly networkBytes: number;
  /** Ways that the key took. */
  readonly routes: number;
}

interface Rules {
  readonly levels: LevelPolicy;
  readonly quotas: readonly Quota[];
}

type Counts = { -readonly [Name in keyof TrialCounts]: TrialCounts[Name] };

/**
 * Plays past draws under other rules. A draw that a quota holds back comes when there is room, and what the same site
 * draws for the same level does not overtake it; other levels and sites go on meanwhile.
 */
export function tryPolicy(
  draws: readonly PastDraw[],
  rules: Rules,
  range: { readonly from: number; readonly to: number },
): TrialView {
  const meter = new QuotaMeter();
  const lines = linesOf(draws);
  const total = noCounts();
  for (let line = earliest(lines); line !== undefined; line = earliest(lines)) {
    const draw = line.draws[line.served];
    if (draw === undefined) break;
    const at = Math.max(draw.at, line.readyAt);
    const delay = meter.check(rules.quotas, draw, at);
    if (delay?.waitMs !== undefined) {
      line.readyAt = at + delay.waitMs;
      continue;
    }
    if (delay === undefined) meter.add(draw, at);
    const outcome = outcomeOf(
      draw,
      rules.levels,
      delay !== undefined,
      delay === undefined ? at - draw.at : 0,
    );
    addTo(line.counts, draw, outcome);
    addTo(total, draw, outcome);
    line.served++;
    line.readyAt = at;
  }
  const rows = [...lines.values()]
    .map(({ site, level, counts }) => ({ site, level, ...counts }))
    .sort((a, b) => b.bytes - a.bytes || a.site.localeCompare(b.site));
  return { ...range, ...total, rows };
}

/** The draws of one site for one level, each behind the one before. */
interface Line {
  readonly site: string;
  readonly level: number;
  readonly draws: PastDraw[];
  readonly counts: Counts;
  served: number;
  readyAt: number;
}

function linesOf(draws: readonly PastDraw[]): ReadonlyMap<string, Line> {
  const lines = new Map<string, Line>();
  for (const draw of [...draws].sort((a, b) => a.at - b.at)) {
    const { site, level } = draw;
    const name = `${site} ${level}`;
    const line = lines.get(name) ?? { site, level, draws: [], counts: noCounts(), served: 0, readyAt: 0 };
    lines.set(name, line);
    line.draws.push(draw);
  }
  return lines;
}

/** The line whose next draw comes first; undefined when all are through. */
function earliest(lines: ReadonlyMap<string, Line>): Line | undefined {
  let found: Line | undefined;
  let soonest = Number.POSITIVE_INFINITY;
  for (const line of lines.values()) {
    const next = line.draws[line.served];
    if (next === undefined) continue;
    const at = Math.max(next.at, line.readyAt);
    if (at >= soonest) continue;
    soonest = at;
    found = line;
  }
  return found;
}

interface Outcome {
  readonly refused: boolean;
  readonly waitMs: number;
  readonly tooWeak: boolean;
  readonly extraNetworkBytes: number;
}

function outcomeOf(draw: PastDraw, levels: LevelPolicy, refused: boolean, waitMs: number): Outcome {
  const rule = levels.levels[draw.level];
  const tooWeak = rule !== undefined && !isAtLeast(draw.suite, rule.minimum);
  const secondWay = !refused && rule?.disjointRoutes === true && draw.routes === 1;
  return { refused, waitMs, tooWeak, extraNetworkBytes: secondWay ? draw.networkBytes : 0 };
}

function addTo(counts: Counts, draw: PastDraw, outcome: Outcome): void {
  counts.draws++;
  counts.bytes += draw.bytes;
  if (outcome.refused) {
    counts.refused++;
    counts.refusedBytes += draw.bytes;
  }
  if (outcome.waitMs > 0) counts.waited++;
  counts.longestWaitMs = Math.max(counts.longestWaitMs, outcome.waitMs);
  if (outcome.tooWeak) counts.tooWeak++;
  counts.extraNetworkBytes += outcome.extraNetworkBytes;
}

function noCounts(): Counts {
  return {
    draws: 0,
    bytes: 0,
    waited: 0,
    longestWaitMs: 0,
    refused: 0,
    refusedBytes: 0,
    tooWeak: 0,
    extraNetworkBytes: 0,
  };
}
