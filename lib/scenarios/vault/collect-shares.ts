import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { fromHex } from "../../shared/hex.ts";
import { type BadShare, checkShares, type ReturnedShare, restoreDocument } from "./restore-document.ts";
import type { VaultBook } from "./vault-book.ts";
import { allMessages, readVaultMessage } from "./vault-post.ts";
import type { VaultRecord } from "./vault-record.ts";

export interface RestoredDocument {
  readonly name: string;
  readonly content: Bytes;
  /** Custodians whose share is not what was sent to them. */
  readonly bad: readonly BadShare[];
}

/**
 * The document, from the shares that came back; every signature is verified first.
 * @throws VaultError vault.too-few, vault.not-restored
 */
export async function restoreFrom(book: VaultBook, record: VaultRecord): Promise<RestoredDocument> {
  const { vault, current } = record;
  const { generation, threshold, total } = current;
  const numbers = { generation, threshold, total };
  const known = { vault: fromHex(vault), ...numbers, ownerKey: fromHex(current.ownerKey) };
  const { good, bad } = await checkShares(known, await returnedShares(book, record));
  if (bad.length > 0) await book.keep(nameBad(record, bad));
  try {
    return { ...(await restoreDocument(known, good)), bad };
  } finally {
    for (const { value } of good) value.share.fill(0);
  }
}

/** The shares that came back, each with its custodian's name. */
async function returnedShares(
  book: VaultBook,
  { restore, current }: VaultRecord,
): Promise<readonly ReturnedShare[]> {
  const returned: ReturnedShare[] = [];
  for (const { index, answer } of restore?.answers ?? []) {
    const share = current.shares.find((one) => one.index === index);
    if (!share || answer === null) continue;
    const view = (await allMessages(book.api, share.conversation)).find(({ id }) => id === answer);
    const message = view && (await readVaultMessage(book.api, view));
    if (message?.kind === "release")
      returned.push({ custodian: share.custodian.name, bytes: copyBytes(message.share) });
  }
  return returned;
}

/** Ends a restoration: what came back of it leaves this device. */
export async function endRestore(book: VaultBook, record: VaultRecord): Promise<void> {
  if (!record.restore) return;
  await book.keep({ ...record, restore: null });
  for (const { answer } of record.restore.answers) if (answer !== null) await book.api.discard(answer);
}

function nameBad(record: VaultRecord, bad: readonly BadShare[]): VaultRecord {
  const { restore, current } = record;
  if (!restore) return record;
  const answers = restore.answers.map((answer) => {
    const name = current.shares.find(({ index }) => index === answer.index)?.custodian.name;
    const found = bad.find(({ custodian }) => custodian === name);
    return found ? { ...answer, state: "bad" as const, code: found.code } : answer;
  });
  return { ...record, restore: { ...restore, answers } };
}
