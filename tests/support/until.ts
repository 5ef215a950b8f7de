const pollMs = 100;

/**
 * Polls until `check` gives something other than false or undefined, and returns that.
 * @throws Error that names what was waited for, with what `explain` sees of it at the end.
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | false | undefined> | T | false | undefined,
  withinMs = 60_000,
  explain: () => Promise<unknown> | unknown = () => "",
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found !== false && found !== undefined) return found;
    if (Date.now() > end) {
      const seen = await explain();
      const text = typeof seen === "string" ? seen : JSON.stringify(seen);
      throw new Error(`${what}: not within ${withinMs} ms. ${text}`);
    }
    await new Promise((next) => setTimeout(next, pollMs));
  }
}
