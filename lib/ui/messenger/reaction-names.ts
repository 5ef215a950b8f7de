import type { reactionPalette } from "../../messenger/content/reactions.ts";

export type PaletteName = "agree" | "done" | "seen" | "question" | "thanks" | "disagree";

/** Each sign of the palette has a name that can be read aloud. */
export const reactionNames: Readonly<Record<(typeof reactionPalette)[number], PaletteName>> = {
  "👍": "agree",
  "✅": "done",
  "👀": "seen",
  "❓": "question",
  "❤️": "thanks",
  "👎": "disagree",
};

export function reactionName(emoji: string): PaletteName | null {
  return Object.hasOwn(reactionNames, emoji) ? reactionNames[emoji as keyof typeof reactionNames] : null;
}
