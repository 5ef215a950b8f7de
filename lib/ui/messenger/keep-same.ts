/**
 * `next`, with every part that says the same as in `held` taken from there: what is drawn from a part that did not
 * change need not be drawn again. For data as it crosses from a worker: plain objects, arrays, bytes and values.
 */
export function keepSame<T>(held: T, next: T): T {
  if (Object.is(held, next) || !isTree(held) || !isTree(next)) return next;
  if (held instanceof Uint8Array || next instanceof Uint8Array)
    return held instanceof Uint8Array && next instanceof Uint8Array && sameBytes(held, next) ? held : next;
  if (Array.isArray(held) !== Array.isArray(next)) return next;
  const [before, after] = [held, next] as [Record<string, unknown>, Record<string, unknown>];
  const names = Object.keys(after);
  let same = names.length === Object.keys(before).length;
  const kept: [string, unknown][] = [];
  for (const name of names) {
    const part = keepSame(before[name], after[name]);
    if (!Object.is(part, before[name]) || !(name in before)) same = false;
    kept.push([name, part]);
  }
  if (same) return held;
  return (Array.isArray(next) ? kept.map(([, part]) => part) : Object.fromEntries(kept)) as T;
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
