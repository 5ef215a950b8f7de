/** What was received breaks a rule of docs/PROTOCOL.md; `code` is the document's name for the rule. */
export class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export function demand(condition: boolean, code: string): asserts condition {
  if (!condition) throw new Refused(code);
}
