/** A tree of texts; one with plurals or arguments is a list once a build has read it. */
interface Texts {
  readonly [name: string]: string | readonly unknown[] | Texts;
}

/**
 * `texts` in the shape of `complete`: where a text is missing or empty, that of `complete` stands; what `complete` does
 * not know is left out.
 */
export function withFallback<T extends object>(complete: T, texts: object): T {
  const own = texts as Readonly<Record<string, unknown>>;
  const merged = Object.entries(complete as Texts).map(([name, text]) => {
    const found = own[name];
    if (isText(text)) return [name, isText(found) && found !== "" ? found : text];
    return [name, withFallback(text, typeof found === "object" && found !== null ? found : {})];
  });
  return Object.fromEntries(merged) as T;
}

function isText(value: unknown): value is string | readonly unknown[] {
  return typeof value === "string" || Array.isArray(value);
}
