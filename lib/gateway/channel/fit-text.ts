const encoder = new TextEncoder();

/** The text, or as many whole characters of it as fit into `mostBytes` of UTF-8 with an ellipsis at the end. */
export function fitText(text: string, mostBytes: number): string {
  if (encoder.encode(text).length <= mostBytes) return text;
  const ellipsis = "…";
  let left = mostBytes - encoder.encode(ellipsis).length;
  let fitting = "";
  for (const character of text) {
    left -= encoder.encode(character).length;
    if (left < 0) break;
    fitting += character;
  }
  return fitting + ellipsis;
}
