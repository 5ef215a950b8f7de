import { decodePayload } from "../../protocol/payload.ts";
import { type MessageRow, messageRow } from "../engine/rows.ts";
import type { DeviceStore } from "../store/device-store.ts";
import { isRow, wordsOf } from "./content-payload.ts";

const pageSize = 500;

/**
 * The words of all messages, folded, in the worker's memory from the first search until it ends: nothing of an index
 * is ever written, so there is nothing more to encrypt or to erase than the messages themselves.
 */
export class SearchIndex {
  readonly #store: DeviceStore;
  /** By key of the message row; in key order within a conversation until messages open late. */
  readonly #words = new Map<string, string>();
  #built: Promise<void> | undefined;

  constructor(store: DeviceStore) {
    this.#store = store;
  }

  /** A message that is new here or shows another text now. */
  put(key: string, row: MessageRow): void {
    if (this.#built) this.#take(key, row);
  }

  remove(key: string): void {
    this.#words.delete(key);
  }

  /** Keys of message rows that have all words of the query (also inside of words), newest place first. */
  async find(query: string, conversation: string | undefined, limit: number): Promise<readonly string[]> {
    const wanted = fold(query).split(/\s+/).filter(Boolean);
    if (wanted.length === 0) return [];
    await this.#build();
    const prefix = conversation === undefined ? "" : `${conversation}/`;
    const found: string[] = [];
    for (const [key, words] of this.#words)
      if (key.startsWith(prefix) && wanted.every((word) => words.includes(word))) found.push(key);
    // Across conversations the caller orders by time: all are needed.
    found.sort((a, b) => (a < b ? 1 : -1));
    return conversation === undefined ? found : found.slice(0, limit);
  }

  forget(): void {
    this.#words.clear();
    this.#built = undefined;
  }

  #build(): Promise<void> {
    this.#built ??= this.#readAll().catch((error) => {
      this.forget();
      throw error;
    });
    return this.#built;
  }

  async #readAll(): Promise<void> {
    let from = "";
    for (;;) {
      const rows = await this.#store.range("messages", { prefix: "", from, limit: pageSize });
      for (const { key, value } of rows) if (!this.#words.has(key)) this.#take(key, messageRow.decode(value));
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      from = `${last.key}\u0000`;
    }
  }

  #take(key: string, row: MessageRow): void {
    const words = searchWords(row);
    if (words === "") this.#words.delete(key);
    else this.#words.set(key, fold(words));
  }
}

function searchWords(row: MessageRow): string {
  if (row.problemCode !== undefined || row.text === undefined) return "";
  if (row.payload === undefined) return row.text;
  const payload = decodePayload(row.payload);
  if (!isRow(payload.kind)) return "";
  const words = wordsOf(payload);
  return words.includes(row.text) ? words : row.text;
}

/** Small letters without accents: "Évora" is found by "evora". */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
