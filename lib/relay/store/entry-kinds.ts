import type { EntryKind, ReceiptKind } from "../../protocol/relay-events.ts";

const entryKinds = ["roster", "envelope", "epoch", "resend"] as const satisfies readonly EntryKind[];
const receiptKinds = ["delivered", "read"] as const satisfies readonly ReceiptKind[];

/** Entry kinds in the database: 1 roster, 2 envelope, 3 epoch, 4 request to send a message again. */
export function entryKindNumber(kind: EntryKind): number {
  return entryKinds.indexOf(kind) + 1;
}

export function entryKindName(stored: number): EntryKind {
  const kind = entryKinds[stored - 1];
  if (kind === undefined) throw new Error(`entry kind ${stored} in the database is unknown`);
  return kind;
}

/** Receipt kinds in the database and on the wire: 1 delivered, 2 read. */
export function receiptKindName(stored: number): ReceiptKind {
  const kind = receiptKinds[stored - 1];
  if (kind === undefined) throw new Error(`receipt kind ${stored} in the database is unknown`);
  return kind;
}
