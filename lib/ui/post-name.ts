/** "Duty officer, Ministry X, Lisbon" → the place and who sits there; a name without a comma is a place. */
export function splitPostName(name: string): { readonly place: string; readonly title: string } {
  const comma = name.indexOf(", ");
  return comma < 0
    ? { place: name, title: "" }
    : { place: name.slice(comma + 2), title: name.slice(0, comma) };
}
