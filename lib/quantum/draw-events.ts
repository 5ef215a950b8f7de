import type { RandomSource } from "./random.ts";

/** One kind of event: a code below 255 and its probability, up to a common factor. */
export interface EventKind {
  readonly code: number;
  readonly probability: number;
}

const cells = 65_536;
const cellsAtOnce = 16_384;
/** No kind's code: the cell belongs to more than one. */
const shared = 255;

/**
 * Draws `count` independent events, each by its kind's share of all probabilities, as codes. Sixteen random bits name
 * one of 65,536 cells of the unit interval; where the boundary of two kinds lies within the cell, 53 bits more say on
 * which side. So the law is exact up to double rounding, and most events cost two random bytes.
 */
export function drawEvents(
  random: RandomSource,
  kinds: readonly EventKind[],
  count: number,
): Uint8Array<ArrayBuffer> {
  const total = kinds.reduce((sum, { probability }) => sum + probability, 0);
  const ends = new Float64Array(kinds.length);
  const table = new Uint8Array(cells);
  let end = 0;
  kinds.forEach(({ code, probability }, i) => {
    const start = end;
    end = i === kinds.length - 1 ? cells : end + (cells * probability) / total;
    ends[i] = end;
    if (start < end) table.fill(code, Math.ceil(start), Math.floor(end));
    if (Math.floor(end) < end) table[Math.floor(end)] = shared;
  });
  const codeAt = (cell: number): number => {
    const code = table[cell] as number;
    return code === shared ? kindAt(kinds, ends, cell + random.double()) : code;
  };
  const events = new Uint8Array(count);
  // Two cells to a word, two events to a half word: half as many loads and stores.
  const pairs = new Uint16Array(events.buffer, 0, count >> 1);
  const words = new Uint32Array(cellsAtOnce >> 1);
  const bytes = new Uint8Array(words.buffer, 0, 2 * Math.min(count, cellsAtOnce));
  for (let from = 0; from < count; from += cellsAtOnce) {
    random.fill(bytes);
    const until = Math.min(cellsAtOnce, count - from);
    for (let i = 0; i < until >> 1; i++) {
      const word = words[i] as number;
      let first = table[word & 0xffff] as number;
      let second = table[word >>> 16] as number;
      if (first === shared || second === shared) {
        first = codeAt(word & 0xffff);
        second = codeAt(word >>> 16);
      }
      pairs[(from >> 1) + i] = first | (second << 8);
    }
    if (until & 1) events[count - 1] = codeAt((words[until >> 1] as number) & 0xffff);
  }
  return events;
}

function kindAt(kinds: readonly EventKind[], ends: Float64Array, place: number): number {
  let i = 0;
  while (i < kinds.length - 1 && place >= (ends[i] as number)) i++;
  return kinds[i]?.code ?? 0;
}
