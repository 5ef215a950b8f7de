/** Hexadecimal text (hyphens dropped) in groups of four, to be read aloud and compared. */
export function groupIdentifier(text: string): string {
  return text.replaceAll("-", "").replace(/(.{4})(?=.)/g, "$1 ");
}
