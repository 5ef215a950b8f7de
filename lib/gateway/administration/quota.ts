import type { QuotaView as Quota } from "../../keys/api-types.ts";

export type { Quota };

/** Key drawn by devices of one site for messages of one level. */
export interface QuotaDraw {
  readonly site: string;
  readonly level: number;
  readonly bytes: number;
}

/** Why a draw is held back: when there is room again, or undefined when the whole quota is too small for it. */
export interface QuotaDelay {
  readonly quota: Quota;
  readonly waitMs: number | undefined;
}

export const windowMs = 60 * 60 * 1000;

interface Entry extends QuotaDraw {
  readonly at: number;
}

/** Which quotas bind a draw: those of its site and, where the site has none of that level, those for every site. */
export function quotasFor(quotas: readonly Quota[], { site, level }: Omit<QuotaDraw, "bytes">): Quota[] {
  const binding: Quota[] = [];
  for (const wanted of [level, null]) {
    const own = quotas.find((quota) => quota.site === site && quota.level === wanted);
    const general = quotas.find((quota) => quota.site === "*" && quota.level === wanted);
    const quota = own ?? general;
    if (quota !== undefined) binding.push(quota);
  }
  return binding;
}

/** What each site drew in the last 60 minutes. Time is passed in: the same code runs for real and over the past. */
export class QuotaMeter {
  readonly #entries = new Map<string, Entry[]>();

  add(draw: QuotaDraw, at: number): void {
    const entries = this.#entries.get(draw.site) ?? [];
    this.#entries.set(draw.site, entries);
    entries.push({ ...draw, at });
  }

  /** Takes back a draw that got no key. */
  remove(draw: QuotaDraw): void {
    const entries = this.#entries.get(draw.site);
    const index = entries?.findLastIndex(({ level, bytes }) => level === draw.level && bytes === draw.bytes);
    if (index !== undefined && index >= 0) entries?.splice(index, 1);
  }

  /** Undefined when no quota holds the draw back; otherwise the longest delay of those that do. */
  check(quotas: readonly Quota[], draw: QuotaDraw, now: number): QuotaDelay | undefined {
    let worst: QuotaDelay | undefined;
    for (const quota of quotasFor(quotas, draw)) {
      const delay = this.#delay(quota, draw, now);
      if (delay === 0) continue;
      if (delay === undefined) return { quota, waitMs: undefined };
      if (worst?.waitMs === undefined || delay > worst.waitMs) worst = { quota, waitMs: delay };
    }
    return worst;
  }

  /** Bytes of the last 60 minutes by site and level. */
  used(now: number): QuotaDraw[] {
    const sums = new Map<string, QuotaDraw>();
    for (const site of this.#entries.keys()) {
      for (const { level, bytes } of this.#recent(site, now)) {
        const name = `${site} ${level}`;
        sums.set(name, { site, level, bytes: (sums.get(name)?.bytes ?? 0) + bytes });
      }
    }
    return [...sums.values()].sort((a, b) => a.site.localeCompare(b.site) || a.level - b.level);
  }

  /** Until enough of the window is over, ms. */
  #delay({ level, bytesPerHour }: Quota, draw: QuotaDraw, now: number): number | undefined {
    if (draw.bytes > bytesPerHour) return undefined;
    const counted = this.#recent(draw.site, now).filter((entry) => level === null || entry.level === level);
    let over = counted.reduce((sum, { bytes }) => sum + bytes, draw.bytes) - bytesPerHour;
    let delay = 0;
    for (const { at, bytes } of counted) {
      if (over <= 0) break;
      over -= bytes;
      delay = at + windowMs - now;
    }
    return delay;
  }

  #recent(site: string, now: number): readonly Entry[] {
    const entries = this.#entries.get(site);
    if (entries === undefined) return [];
    const first = entries.findIndex(({ at }) => at + windowMs > now);
    if (first < 0) this.#entries.delete(site);
    else if (first > 0) entries.splice(0, first);
    return first < 0 ? [] : entries;
  }
}
