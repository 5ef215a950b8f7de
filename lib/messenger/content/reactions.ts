/** The reactions that this program offers, in the order of the palette. Others that come are shown all the same. */
export const reactionPalette = ["👍", "✅", "👀", "❓", "❤️", "👎"] as const;
