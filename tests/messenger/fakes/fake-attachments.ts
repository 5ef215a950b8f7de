import type {
  AttachmentPort,
  FilePlace,
  UploadStatus,
} from "../../../lib/messenger/files/attachment-port.ts";
import { RelayRefused, relayOffline } from "../../../lib/messenger/relay/relay-refused.ts";
import { type Bytes, concatBytes, copyBytes, equalBytes } from "../../../lib/shared/bytes.ts";

interface Stored {
  readonly size: number;
  readonly chunks: Map<number, Bytes>;
}

const full = 64 * 1024 + 16;

/** The relay's files in memory, with hooks for one that is away, refuses or lies. */
export class FakeAttachments implements AttachmentPort {
  readonly files = new Map<string, Stored>();
  readonly asked: string[] = [];
  /** Chunks it still answers for before it goes away. */
  putsLeft = Number.POSITIVE_INFINITY;
  getsLeft = Number.POSITIVE_INFINITY;
  refusal: "attachment.quota" | "relay.unavailable" | undefined;
  /** Changes what is given out. */
  tamper: (sealed: readonly Bytes[]) => readonly Uint8Array[] = (sealed) => sealed;

  async begin({ conversation, file }: FilePlace, size: number): Promise<UploadStatus> {
    this.asked.push("begin");
    await this.#answer(this.putsLeft);
    const key = `${conversation}/${file}`;
    const stored = this.files.get(key) ?? { size, chunks: new Map<number, Bytes>() };
    this.files.set(key, stored);
    const missing = this.#positions(stored).filter((position) => !stored.chunks.has(position));
    return { complete: missing.length === 0, missing: missing.map((position) => [position, position]) };
  }

  async put({ conversation, file }: FilePlace, position: number, sealed: Bytes): Promise<void> {
    await this.#answer(this.putsLeft--);
    this.asked.push(`put ${position}`);
    const { chunks } = this.files.get(`${conversation}/${file}`) as Stored;
    const before = chunks.get(position);
    if (before && !equalBytes(before, sealed)) throw refused("attachment.conflict");
    chunks.set(position, copyBytes(sealed));
  }

  async get({ conversation, file }: FilePlace, first: number, count: number): Promise<Bytes> {
    await this.#answer(this.getsLeft--);
    this.asked.push(`get ${first}`);
    const stored = this.files.get(`${conversation}/${file}`);
    if (!stored) throw refused("attachment.unknown");
    const all = this.#positions(stored).map((position) => stored.chunks.get(position) as Bytes);
    return concatBytes(...this.tamper(all).slice(first, first + count));
  }

  async remove({ conversation, file }: FilePlace): Promise<void> {
    this.asked.push("remove");
    this.files.delete(`${conversation}/${file}`);
  }

  #positions({ size }: Stored): number[] {
    return Array.from({ length: Math.ceil(size / full) }, (_, position) => position);
  }

  async #answer(left: number): Promise<void> {
    await Promise.resolve();
    if (left <= 0) throw relayOffline();
    if (this.refusal) throw refused(this.refusal);
  }
}

function refused(
  code: "attachment.quota" | "attachment.unknown" | "attachment.conflict" | "relay.unavailable",
) {
  return new RelayRefused({ ok: false, code, message: code });
}
