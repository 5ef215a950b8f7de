import type { Level } from "../../messenger/messenger-api.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { splitDocument } from "./split-document.ts";
import type { VaultBook } from "./vault-book.ts";
import { priceOfStoring } from "./vault-plan.ts";
import { sendVaultMessage } from "./vault-post.ts";
import type { GenerationRecord, ShareRecord, VaultParty } from "./vault-record.ts";

export interface NewGeneration {
  readonly vault: Bytes;
  readonly generation: number;
  readonly document: { readonly name: string; readonly content: Bytes };
  readonly threshold: number;
  readonly custodians: readonly VaultParty[];
  readonly consenter: VaultParty | null;
  readonly level: Level;
}

export interface MadeGeneration {
  readonly record: GenerationRecord;
  /** Hands the shares to the outbox, under the ids that the record names, and zeroes them here. */
  readonly send: () => Promise<void>;
}

/**
 * Splits a document and plans its messages. Note the record, then `send`: what dies between them leaves shares that
 * were never sent, which the list shows.
 * @throws VaultError vault.plan, vault.document-size, vault.name, vault.not-ready
 */
export async function makeGeneration(book: VaultBook, wanted: NewGeneration): Promise<MadeGeneration> {
  const { vault, generation, document, threshold, custodians, consenter, level } = wanted;
  const { api } = book;
  const total = custodians.length;
  const { ed25519Key } = await book.signer();
  const plan = { vault, generation, threshold, total };
  const signed = await splitDocument(document, plan, (value) => api.signVault({ kind: "share", value }));
  const price = await priceOfStoring(
    api,
    {
      name: document.name,
      size: document.content.length,
      threshold,
      custodians: custodians.map(({ user }) => user),
      level,
      consent: consenter !== null,
    },
    generation,
  );
  const shares: ShareRecord[] = [];
  for (const [i, custodian] of custodians.entries()) {
    const conversation = await api.openConversation(custodian.user);
    const bits = price.shares[i] ?? 0;
    const message = book.newMessage();
    shares.push({ index: i + 1, custodian, conversation, message, bits, state: "sent", code: null });
  }
  const terms = consenter ? { consenter: fromHex(consenter.user) } : {};
  return {
    record: { generation, threshold, total, ownerKey: toHex(ed25519Key), shares },
    async send() {
      for (const [i, share] of signed.entries()) {
        const place = shares[i];
        if (!place) continue;
        const deposit = { kind: "deposit", share, ...terms } as const;
        await sendVaultMessage(api, place.conversation, deposit, level, place.message);
        share.fill(0);
      }
    },
  };
}
