import { fromHex } from "../../shared/hex.ts";
import type { VaultBook } from "./vault-book.ts";
import { newRequest } from "./vault-plan.ts";
import { sendVaultMessage } from "./vault-post.ts";
import type { GenerationRecord, ShareRecord, VaultRecord } from "./vault-record.ts";

/**
 * One signed request to every custodian of a generation up to this one that has not erased it, or was not asked yet.
 * It erases all generations up to it.
 */
export async function askToErase(
  book: VaultBook,
  record: VaultRecord,
  upTo: number,
  isDue: (share: ShareRecord) => boolean = mayHaveIt,
): Promise<void> {
  const due = generationsOf(record)
    .filter(({ generation }) => generation <= upTo)
    .flatMap(({ shares }) => shares)
    .filter(isDue);
  if (due.length === 0) return;
  const { device } = await book.signer();
  const about = { vault: fromHex(record.vault), generation: upTo, action: "erase", reason: "" } as const;
  const value = newRequest({ ...about, device: fromHex(device) }, book.now());
  const request = await book.api.signVault({ kind: "request", value });
  for (const conversation of new Set(due.map((share) => share.conversation)))
    await sendVaultMessage(book.api, conversation, { kind: "ask", request }, record.level, book.newMessage());
  const erasing = (share: ShareRecord): ShareRecord =>
    isDue(share) ? { ...share, state: "erasing", code: null } : share;
  const asked = (one: GenerationRecord): GenerationRecord =>
    one.generation > upTo ? one : { ...one, shares: one.shares.map(erasing) };
  await book.keep({ ...record, current: asked(record.current), former: record.former.map(asked) });
}

/** The old generations go when every custodian of the new one has acknowledged it. */
export async function eraseFormer(book: VaultBook, record: VaultRecord): Promise<void> {
  const { current, former } = record;
  if (former.length === 0 || !current.shares.every(({ state }) => state === "stored")) return;
  await askToErase(book, record, Math.max(...former.map(({ generation }) => generation)), mustBeAsked);
}

/** Forgets generations that every custodian erased, and the document with the last of them. */
export async function forgetErased(book: VaultBook, record: VaultRecord): Promise<void> {
  const left = generationsOf(record).filter(({ shares }) => shares.some(({ state }) => state !== "erased"));
  if (left.length === 0) return await book.drop(record.vault);
  const former = left.filter(({ generation }) => generation !== record.current.generation);
  if (former.length < record.former.length) await book.keep({ ...record, former });
}

function generationsOf({ current, former }: VaultRecord): readonly GenerationRecord[] {
  return [current, ...former];
}

function mayHaveIt({ state }: ShareRecord): boolean {
  return state !== "erased" && state !== "erasing";
}

/** Once each; a request that came too late, because the site was gone for long, is made again. */
function mustBeAsked({ state, code }: ShareRecord): boolean {
  if (state === "kept") return code === "vault.request-expired";
  return state !== "erased" && state !== "erasing";
}
