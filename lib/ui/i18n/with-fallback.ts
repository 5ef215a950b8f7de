/** A tree of texts. */
export interface Texts {
  readonly [name: string]: string | Texts;
}

/**
 * `texts` in the shape of `complete`: where a text is missing or empty, that of `complete` stands; what `complete` does
 * not know is left out.
 */
export function withFallback<T extends object>(complete: T, texts: object): T {
  const own = texts as Readonly<Record<string, unknown>>;
  const merged = Object.entries(complete as Texts).map(([name, text]) => {
    const found = own[name];
    if (typeof text === "string") return [name, typeof found === "string" && found !== "" ? found : text];
    return [name, withFallback(text, typeof found === "object" && found !== null ? found : {})];
  });
  return Object.fromEntries(merged) as T;
}
