import { decodePayload, type Payload, payloadKinds } from "../../protocol/payload.ts";
import { checkTarget, targetOf } from "../../protocol/payload-rules.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { Conversation } from "../engine/conversation.ts";
import { hashRow, type MessageRow, messageRow, ordinalKey } from "../engine/rows.ts";
import type { DeviceStore, StoreWrite } from "../store/device-store.ts";
import { applyChange, untouched } from "./apply-change.ts";
import { type ChangeRow, type ContentRow, changeRow, contentRow } from "./content-rows.ts";

/** A message of this device's store, with what later ones did to it. */
export interface StoredMessage {
  readonly key: string;
  readonly row: MessageRow;
  readonly content: ContentRow;
}

export interface Changed {
  readonly key: string;
  /** As it is now; `payload` and text are gone when it was deleted. */
  readonly row: MessageRow;
  readonly content: ContentRow;
  readonly writes: readonly StoreWrite[];
}

/**
 * Edits, deletes and reactions, made to the messages that they name: at once when the target is here, when it comes
 * otherwise. Call within the conversation's queue.
 */
export class ChangeDesk {
  readonly #store: DeviceStore;
  /** "<conversation>/<target hash>" of changes that wait. */
  readonly #waiting = new Set<string>();

  constructor(store: DeviceStore) {
    this.#store = store;
  }

  async load(): Promise<void> {
    for (const { key } of await this.#store.range("changes", { prefix: "" })) this.#waiting.add(nameOf(key));
  }

  /** The message with this envelope hash; "unknown" before it came, "gone" when it was erased. */
  async find(conversation: Conversation, hash: Bytes): Promise<StoredMessage | "unknown" | "gone"> {
    const bytes = await this.#store.get("hashes", toHex(hash));
    const place = bytes && hashRow.decode(bytes);
    if (!place || !equalBytes(place.conversation, conversation.idBytes)) return "unknown";
    return (await this.read(ordinalKey(conversation.id, place.ordinal))) ?? "gone";
  }

  async read(key: string): Promise<StoredMessage | undefined> {
    const [bytes, content] = await Promise.all([
      this.#store.get("messages", key),
      this.#store.get("content", key),
    ]);
    if (!bytes) return undefined;
    return {
      key,
      row: messageRow.decode(bytes),
      content: content ? contentRow.decode(content) : untouched,
    };
  }

  /**
   * What a change does to its target. "unknown": it is not here yet, `keep` stores the change; "gone": it was erased.
   * @throws ProtocolError payload.* when this user may not do it
   */
  async change(conversation: Conversation, change: ChangeRow): Promise<Changed | "unknown" | "gone"> {
    const payload = decodePayload(change.payload);
    const target = targetOf(payload);
    const found = target === undefined ? "gone" : await this.find(conversation, target);
    return typeof found === "string" ? found : this.#apply(found, [{ ...change, decoded: payload }]);
  }

  /** A change waits for its target, or (own ones) for its turn. */
  keep(conversation: Conversation, ownHash: Bytes, change: ChangeRow): StoreWrite | undefined {
    const target = targetOf(decodePayload(change.payload));
    if (target === undefined) return undefined;
    const key = `${conversation.id}/${toHex(target)}/${toHex(ownHash)}`;
    this.#waiting.add(nameOf(key));
    return { table: "changes", key, value: changeRow.encode(change) };
  }

  /** Makes the changes that waited for a message that is here now, given as it is to be stored. */
  async settle(conversation: Conversation, key: string, row: MessageRow): Promise<Changed | undefined> {
    if (row.hash === undefined) return undefined;
    const name = `${conversation.id}/${toHex(row.hash)}`;
    if (!this.#waiting.has(name)) return undefined;
    const rows = await this.#store.range("changes", { prefix: `${name}/` });
    this.#waiting.delete(name);
    const changes = rows.map(({ value }) => {
      const change = changeRow.decode(value);
      return { ...change, decoded: decodePayload(change.payload) };
    });
    const stored = await this.#store.get("content", key);
    const content = stored ? contentRow.decode(stored) : untouched;
    const changed = this.#apply({ key, row, content }, changes, true);
    const done = rows.map((one): StoreWrite => ({ table: "changes", key: one.key, value: null }));
    return { ...changed, writes: [...changed.writes, ...done] };
  }

  /** Hashes (hex) of this conversation's messages that changes wait for. */
  waitingFor(conversation: string): readonly string[] {
    const prefix = `${conversation}/`;
    return [...this.#waiting].filter((name) => name.startsWith(prefix)).map((name) => name.slice(33));
  }

  /** The message without what it said: nobody deleted it, this device does not keep it. */
  withoutContent({ key, row, content }: StoredMessage): Changed {
    const { payload: _, ...rest } = row;
    const bare: MessageRow = { ...rest, text: "" };
    const now: ContentRow = { ...content, versions: [], deleted: true };
    return {
      key,
      row: bare,
      content: now,
      writes: [
        { table: "messages", key, value: messageRow.encode(bare) },
        { table: "content", key, value: contentRow.encode(now) },
      ],
    };
  }

  /** Removes a message with everything that is known of it but that it was. */
  async erase(key: string): Promise<readonly StoreWrite[]> {
    const found = await this.read(key);
    if (!found) return [];
    return [
      { table: "messages", key, value: null },
      { table: "identifiers", key: toHex(found.row.id), value: null },
      { table: "content", key, value: null },
      ...(await this.eraseOwnChanges(key, found.content)),
    ];
  }

  /** The rows of own changes hold texts: they go with the message. */
  async eraseOwnChanges(key: string, { ownChanges }: ContentRow): Promise<readonly StoreWrite[]> {
    const writes: StoreWrite[] = [];
    for (const ordinal of ownChanges) {
      const place = ordinalKey(key.slice(0, 32), ordinal);
      const bytes = await this.#store.get("messages", place);
      if (!bytes) continue;
      writes.push({ table: "messages", key: place, value: null });
      writes.push({ table: "identifiers", key: toHex(messageRow.decode(bytes).id), value: null });
    }
    return writes;
  }

  /** `lenient`: what is not allowed is left out instead of refused. */
  #apply(
    { key, row, content }: StoredMessage,
    changes: readonly (ChangeRow & { readonly decoded: Payload })[],
    lenient = false,
  ): Changed {
    let now = { row: content, text: row.text ?? "" };
    for (const { decoded: payload, user, at, ordinal } of changes) {
      const target = { user: row.senderUser, kind: kindOfRow(row), deleted: now.row.deleted };
      try {
        checkTarget(payload, user, target);
      } catch (error) {
        if (lenient && error instanceof ProtocolError) continue;
        throw error;
      }
      now = applyChange(now, row.at, { payload, user, at });
      if (ordinal !== undefined)
        now = { ...now, row: { ...now.row, ownChanges: [...now.row.ownChanges, ordinal] } };
    }
    const { payload, text: _, ...rest } = row;
    const shown: MessageRow = now.row.deleted ? { ...rest, text: "" } : { ...row, text: now.text };
    return {
      key,
      row: shown,
      content: now.row,
      writes: [
        { table: "messages", key, value: messageRow.encode(shown) },
        { table: "content", key, value: contentRow.encode(now.row) },
      ],
    };
  }
}

/** Of a message row: texts are stored without their payload. */
export function kindOfRow(row: MessageRow): number {
  return row.payload === undefined ? payloadKinds.text : decodePayload(row.payload).kind;
}

function nameOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}
