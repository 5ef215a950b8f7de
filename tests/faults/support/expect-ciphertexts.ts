import { expect } from "vitest";
import { parseEnvelope } from "../../../lib/protocol/envelope.ts";
import { parseEpochStart } from "../../../lib/protocol/epoch-start.ts";
import { suites } from "../../../lib/protocol/suites.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import type { Post } from "../../support/post.ts";
import { readRelayLog } from "../../support/relay-log.ts";
import type { KeyBooks } from "./expect-books.ts";

/** What used a key so far, over all conversations of a run: name of the key → the one thing it was used for. */
export class KeyUses {
  readonly #uses = new Map<string, string>();

  get size(): number {
    return this.#uses.size;
  }

  note(key: string, use: string): void {
    const before = this.#uses.get(key);
    if (before !== undefined && before !== use) {
      throw new Error(`${key} was used for ${before} and for ${use}`);
    }
    this.#uses.set(key, use);
  }
}

/**
 * Looks at a conversation as the relay keeps it: every sequence number, message and key has one ciphertext. Returns
 * the number of envelopes.
 */
export async function expectOneCiphertextPerKey(
  origin: string,
  member: Post,
  conversation: string,
  uses: KeyUses,
): Promise<number> {
  const entries = await readRelayLog(origin, member.session, conversation);
  const sequences = new Map<string, number[]>();
  for (const [i, { seq, kind, bytes }] of entries.entries()) {
    expect(seq).toBe(i + 1);
    if (kind === "epoch") {
      const { value, hash } = parseEpochStart(bytes);
      uses.note(`draw record ${toHex(value.drawRecordHash)}`, `epoch start ${toHex(hash)}`);
      uses.note(`epoch ${toHex(value.epochId)}`, `draw record ${toHex(value.drawRecordHash)}`);
    }
    if (kind !== "envelope") continue;
    const { fields, hash } = parseEnvelope(bytes);
    const envelope = `envelope ${toHex(hash)}`;
    uses.note(`message ${toHex(fields.messageId)}`, envelope);
    if (fields.suite === suites.otp) uses.note(`draw record ${toHex(fields.drawRecordHash)}`, envelope);
    else uses.note(`index ${fields.index} of epoch ${toHex(fields.epochId)}`, envelope);
    const sender = toHex(fields.senderDevice);
    sequences.set(sender, [...(sequences.get(sender) ?? []), fields.sequence]);
  }
  let envelopes = 0;
  for (const [sender, numbers] of sequences) {
    const inOrder = [...numbers].sort((a, b) => a - b);
    expect(inOrder, `sequence of ${sender}`).toEqual(numbers.map((_, i) => i + 1));
    envelopes += numbers.length;
  }
  return envelopes;
}

/** The key cards of both ends name the same keys; a key of the network serves one message, or one epoch. */
export async function expectKeysOfCards(
  sender: Post,
  receiver: Post,
  conversation: string,
  books: KeyBooks,
  uses: KeyUses,
): Promise<void> {
  const own = (await sender.messages(conversation)).filter(({ mine }) => mine);
  for (const { id } of own) {
    const [sent, received] = await Promise.all([sender.engine.keyCard(id), receiver.engine.keyCard(id)]);
    if (sent === null || received === null) throw new Error(`message ${id} has no key card`);
    expect(received.keyIds).toEqual(sent.keyIds);
    expect(received.epoch).toEqual(sent.epoch);
    for (const key of sent.keyIds) {
      uses.note(`key ${key}`, sent.epoch === null ? `message ${id}` : `epoch ${sent.epoch.id}`);
      expect(books.drawn.get(key)).toBe(sender.user.site);
      expect(books.collected.has(`${key} sae-${receiver.user.site}`)).toBe(true);
    }
  }
}
