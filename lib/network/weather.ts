/** The sky over a station: clear, or closed to light. */
export type Sky = "clear" | "cloudy";

/**
 * Clouds as a chain of two states for each station, an assumption and no forecast: hours of clear and of cloudy sky
 * follow each other with memory, in the proportion that its latitude suggests. The same seed gives the same weather.
 * The chain begins afresh every Monday at 00:00 UTC, so that any hour can be told without all hours before it.
 */
export interface Weather {
  skyAt(station: string, at: number): Sky;
  /** Probability of a clear sky at `at`, given the sky at `now` and nothing of what comes after. */
  clearProbability(station: string, now: number, at: number): number;
}

const hourMs = 3_600_000;
const weekMs = 168 * hourMs;
/** 5 January 1970, a Monday. */
const firstMonday = 4 * 24 * hourMs;
/** Correlation of one hour with the next: a spell forgets itself in about half a day. */
const memory = 0.92;

/** Share of clear hours at a latitude: 0.62 in the south of Europe, 0.34 in the north. */
export function clearShare(lat: number): number {
  return Math.min(0.62, Math.max(0.34, 0.62 - (0.28 * (Math.abs(lat) - 36)) / 24));
}

export function createWeather(
  stations: readonly { readonly id: string; readonly lat: number }[],
  seed: number,
): Weather {
  const shares = new Map(stations.map(({ id, lat }) => [id, clearShare(lat)]));
  const weeks = new Map<string, { week: number; clear: boolean[] }>();
  const shareOf = (station: string) => shares.get(station) ?? 0.5;
  const weekOf = (station: string, week: number): readonly boolean[] => {
    const known = weeks.get(station);
    if (known?.week === week) return known.clear;
    const clear = drawWeek(shareOf(station), randomOf(`${seed}/${station}/${week}`));
    weeks.set(station, { week, clear });
    return clear;
  };
  const skyAt = (station: string, at: number): Sky => {
    const week = Math.floor((at - firstMonday) / weekMs);
    const hour = Math.floor((at - firstMonday - week * weekMs) / hourMs);
    return weekOf(station, week)[hour] === true ? "clear" : "cloudy";
  };
  return {
    skyAt,
    clearProbability(station, now, at) {
      const share = shareOf(station);
      const start = skyAt(station, now) === "clear" ? 1 : 0;
      const steps = Math.max(0, Math.floor(at / hourMs) - Math.floor(now / hourMs));
      return share + (start - share) * memory ** steps;
    },
  };
}

/** Weather that somebody may order: a sky of their choice over a station, until they give it back. */
export interface SteeredWeather extends Weather {
  steer(station: string, sky: Sky | null): void;
}

export function steerWeather(natural: Weather): SteeredWeather {
  const ordered = new Map<string, Sky>();
  return {
    skyAt: (station, at) => ordered.get(station) ?? natural.skyAt(station, at),
    clearProbability(station, now, at) {
      const sky = ordered.get(station);
      if (sky === undefined) return natural.clearProbability(station, now, at);
      return sky === "clear" ? 1 : 0;
    },
    steer(station, sky) {
      if (sky === null) ordered.delete(station);
      else ordered.set(station, sky);
    },
  };
}

function drawWeek(share: number, random: () => number): boolean[] {
  const clear = [random() < share];
  for (let hour = 1; hour < 168; hour++) {
    const stay = clear[hour - 1] === true ? share + (1 - share) * memory : share * (1 - memory);
    clear.push(random() < stay);
  }
  return clear;
}

/** Numbers in 0..1 from a text (mulberry32 over an FNV-1a hash): weather is public, key never comes from here. */
function randomOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}
