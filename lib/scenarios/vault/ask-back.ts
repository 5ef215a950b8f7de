import { fromHex, toHex } from "../../shared/hex.ts";
import { endRestore } from "./collect-shares.ts";
import type { VaultBook } from "./vault-book.ts";
import { newRequest } from "./vault-plan.ts";
import { sendVaultMessage } from "./vault-post.ts";
import type { ConsentRecord, RestoreRecord, VaultParty, VaultRecord } from "./vault-record.ts";

/**
 * Asks every custodian that has a share to give it back, after the second person's consent where one is named.
 * @throws VaultError vault.unknown, vault.not-ready
 */
export async function askBack(
  book: VaultBook,
  vault: string,
  reason: string,
  purpose: RestoreRecord["purpose"],
): Promise<void> {
  await endRestore(book, await book.get(vault));
  const record = await book.get(vault);
  const { generation, shares } = record.current;
  const { device } = await book.signer();
  const about = { vault: fromHex(vault), generation, action: "release", reason } as const;
  const value = newRequest({ ...about, device: fromHex(device) }, book.now());
  const request = await book.api.signVault({ kind: "request", value });
  const consent = record.consenter ? await consentOf(book, record.consenter) : null;
  const answers = shares
    .filter(({ state }) => state === "stored")
    .map(({ index }) => {
      const message = book.newMessage();
      return { index, message, answer: null, state: "waiting", code: null } as const;
    });
  const { nonce, expiry } = value;
  const place = { request: toHex(request), nonce: toHex(nonce), expiry };
  await book.keep({ ...record, restore: { purpose, reason, ...place, consent, answers } });
  if (!consent) return await askConsented(book, await book.get(vault));
  const message = { kind: "consent-ask", request, title: record.title } as const;
  await sendVaultMessage(book.api, consent.conversation, message, record.level, consent.message);
}

/** Asks the custodians once the consent is here, or none is needed. */
export async function askConsented(book: VaultBook, record: VaultRecord): Promise<void> {
  const { restore, current, level } = record;
  if (!restore || (restore.consent && restore.consent.state !== "given")) return;
  const waiting = restore.answers.filter(({ state }) => state === "waiting");
  if (waiting.length === 0) return;
  const consent = restore.consent?.bytes ? { consent: fromHex(restore.consent.bytes) } : {};
  const ask = { kind: "ask", request: fromHex(restore.request), ...consent } as const;
  for (const { index, message } of waiting) {
    const share = current.shares.find((one) => one.index === index);
    // Its id was noted before: sent twice, it is one message.
    if (share) await sendVaultMessage(book.api, share.conversation, ask, level, message);
  }
  const answers = restore.answers.map((one) =>
    one.state === "waiting" ? { ...one, state: "asked" as const } : one,
  );
  await book.keep({ ...record, restore: { ...restore, answers } });
}

async function consentOf(book: VaultBook, { user }: VaultParty): Promise<ConsentRecord> {
  const conversation = await book.api.openConversation(user);
  return { state: "asked", conversation, message: book.newMessage(), bytes: null };
}
