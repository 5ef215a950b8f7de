import type { VaultMessage } from "../../protocol/vault-message.ts";
import { parseVaultConsent, parseVaultRequest, verifyVaultConsent } from "../../protocol/vault-request.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { applyAnswer } from "./apply-answer.ts";
import type { VaultBook } from "./vault-book.ts";
import { allMessages, custodianTitle, isVaultMessage, readVaultMessage } from "./vault-post.ts";
import type { ConsentRecord, ShareRecord, VaultRecord } from "./vault-record.ts";

/**
 * Takes in every answer that came to this device: notes what it says, then takes its content away, except a share
 * that came back and is still to be put together. Own copies of shares go as soon as their custodian has them.
 */
export async function takeIn(book: VaultBook): Promise<readonly VaultRecord[]> {
  const records = new Map((await book.all()).map((record) => [record.vault, record]));
  const own = (await book.api.self())?.device;
  const places = new Set([
    ...[...records.values()].flatMap(conversationsOf),
    ...(await withCustodians(book)),
  ]);
  for (const conversation of places) {
    const views = (await allMessages(book.api, conversation)).filter(isVaultMessage);
    for (const view of views.filter(({ mine }) => !mine)) {
      const message = await readVaultMessage(book.api, view);
      if (message && asksThisPerson(message)) continue;
      if (message) await takeOne(book, records, { conversation, message: view.id }, message);
      if (![...records.values()].some((record) => needs(record, view.id))) await book.api.discard(view.id);
    }
    const settled = new Set([...records.values()].flatMap(sharesOf).filter(isWithCustodian).map(messageOf));
    // What another device of this person sent is that device's matter, and its shares are not kept here as well.
    for (const { id, mine, sender } of views)
      if (mine && (settled.has(id) || sender.device !== own)) await book.api.discard(id);
  }
  return [...records.values()];
}

async function takeOne(
  book: VaultBook,
  records: Map<string, VaultRecord>,
  from: { readonly conversation: string; readonly message: string },
  message: VaultMessage,
): Promise<void> {
  for (const record of records.values()) {
    const next = await changedBy(book, record, from, message);
    if (next === record) continue;
    records.set(record.vault, next);
    await book.keep(next);
  }
}

async function changedBy(
  book: VaultBook,
  record: VaultRecord,
  from: { readonly conversation: string; readonly message: string },
  message: VaultMessage,
): Promise<VaultRecord> {
  switch (message.kind) {
    case "consent":
      return await withConsent(book, record, from.conversation, message.consent);
    case "custody":
    case "refusal":
    case "release":
      return applyAnswer(record, from, message);
    default:
      return record;
  }
}

/** A consent counts when the person who was named signed exactly this request. @throws "relay.offline" */
async function withConsent(
  book: VaultBook,
  record: VaultRecord,
  conversation: string,
  bytes: Bytes,
): Promise<VaultRecord> {
  const { restore, consenter } = record;
  if (!restore?.consent || !consenter || restore.consent.conversation !== conversation) return record;
  if (restore.consent.state !== "asked") return record;
  try {
    const consent = parseVaultConsent(bytes);
    const device = toHex(consent.value.device);
    const key = (await book.api.signingKeys(consenter.user)).find((one) => one.device === device);
    if (!key) return record;
    await verifyVaultConsent(consent, parseVaultRequest(fromHex(restore.request)), key.ed25519Key);
  } catch (error) {
    if (!(error instanceof VernamError) || error.code.startsWith("relay.")) throw error;
    return record;
  }
  const given: ConsentRecord = { ...restore.consent, state: "given", bytes: toHex(bytes) };
  return { ...record, restore: { ...restore, consent: given } };
}

async function withCustodians({ api }: VaultBook): Promise<readonly string[]> {
  const all = await api.conversations();
  return all
    .filter(({ members }) => members.some(({ name }) => name.startsWith(`${custodianTitle}, `)))
    .map(({ id }) => id);
}

function asksThisPerson({ kind }: VaultMessage): boolean {
  return kind === "consent-ask";
}

function needs({ restore }: VaultRecord, message: string): boolean {
  return restore?.answers.some(({ answer }) => answer === message) ?? false;
}

function sharesOf({ current, former }: VaultRecord): readonly ShareRecord[] {
  return [current, ...former].flatMap(({ shares }) => shares);
}

function isWithCustodian({ state }: ShareRecord): boolean {
  return state !== "sent" && state !== "refused";
}

function messageOf({ message }: ShareRecord): string {
  return message;
}

function conversationsOf(record: VaultRecord): readonly string[] {
  const places = sharesOf(record).map(({ conversation }) => conversation);
  const consent = record.restore?.consent;
  return consent ? [...places, consent.conversation] : places;
}
