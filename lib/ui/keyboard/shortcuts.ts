export const shortcutActions = [
  "next",
  "previous",
  "search",
  "compose",
  "newer",
  "older",
  "keyCard",
  "reply",
  "help",
] as const;

export type ShortcutAction = (typeof shortcutActions)[number];

/** How a key combination is written for people; a key of several letters has a name in each language. */
export interface Combination {
  readonly keys: readonly string[];
  /** Held together with Alt or Control (Command on Apple's machines), so that it works while one writes. */
  readonly held: boolean;
}

/**
 * Letters alone would be taken from speech input and screen readers, so they count outside text fields only and can be
 * switched off (WCAG 2.1.4); the combinations with Alt and Control are free in browsers and in NVDA, JAWS and VoiceOver.
 */
export const combinations: Readonly<Record<ShortcutAction, readonly Combination[]>> = {
  next: [{ keys: ["Alt", "↓"], held: true }],
  previous: [{ keys: ["Alt", "↑"], held: true }],
  search: [
    { keys: ["Ctrl", "K"], held: true },
    { keys: ["/"], held: false },
  ],
  compose: [{ keys: ["C"], held: false }],
  newer: [{ keys: ["J"], held: false }],
  older: [{ keys: ["K"], held: false }],
  keyCard: [{ keys: ["I"], held: false }],
  reply: [{ keys: ["R"], held: false }],
  help: [{ keys: ["?"], held: false }],
};

const alone: Readonly<Record<string, ShortcutAction>> = {
  "/": "search",
  c: "compose",
  j: "newer",
  k: "older",
  i: "keyCard",
  r: "reply",
  "?": "help",
};

export interface PressedKey {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  /** An input method is putting a character together. */
  readonly isComposing: boolean;
}

/**
 * What a pressed key asks for, or null.
 * @param typing whether the key would go into a text field or choose from a list
 * @param letters whether the person left the shortcuts of one character on
 */
export function shortcutOf(event: PressedKey, typing: boolean, letters: boolean): ShortcutAction | null {
  if (event.isComposing) return null;
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey && !command) {
    if (event.key === "ArrowDown") return "next";
    if (event.key === "ArrowUp") return "previous";
    return null;
  }
  if (command) return !event.altKey && event.key.toLowerCase() === "k" ? "search" : null;
  return typing || !letters ? null : (alone[event.key.toLowerCase()] ?? null);
}

/** The conversation `by` places after the chosen one in the list, which ends at its ends; null when there is none. */
export function neighbour(list: readonly string[], chosen: string | null, by: 1 | -1): string | null {
  const at = chosen === null ? -1 : list.indexOf(chosen);
  if (at === -1) return (by === 1 ? list[0] : list.at(-1)) ?? null;
  return list[at + by] ?? null;
}
