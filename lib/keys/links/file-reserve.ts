import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { type Bytes, concatBytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { AppendFile, type Place } from "./append-file.ts";
import { type AuthenticationReserve, ReserveError, type ReservePositions } from "./authentication-reserve.ts";
import { openRecord, type ReserveRecordKind, recordLength, sealRecord } from "./reserve-record.ts";

interface LinkIndex {
  burnedUntil: number;
  /** Stream position of a segment → where its record lies. */
  readonly segments: Map<number, Place>;
}

/** Files beyond this size are rewritten once less than half of them is key that is still good, bytes. */
const rewriteFrom = 262_144;
const nothing: Bytes = new Uint8Array(0);

/**
 * Opens a site's reserve: one append-only file, every record wrapped under `wrapping` (32 bytes, the installation's).
 * A record cut short by a crash was never acknowledged and is cut off. A file with an altered record is set aside as
 * `.damaged` and the reserve starts empty: losing key is safe, forgetting that it was used is not.
 * Burned key is gone from the file at its next rewrite, as far as the disk allows.
 */
export async function openFileReserve(
  path: string,
  site: string,
  wrapping: Uint8Array,
): Promise<AuthenticationReserve> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const bytes = await readIfThere(path);
  const index = new Map<string, LinkIndex>();
  try {
    const size = readIndex(bytes, wrapping, index);
    return new FileReserve(site, new AppendFile(path, size), wrapping, index);
  } catch {
    await rename(path, `${path}.damaged`);
    return new FileReserve(site, new AppendFile(path, 0), wrapping, new Map());
  }
}

async function readIfThere(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code === "ENOENT") return nothing;
    throw reason;
  }
}

/** Fills `index` and answers how many bytes of the file are whole records. */
function readIndex(file: Uint8Array, wrapping: Uint8Array, index: Map<string, LinkIndex>): number {
  let at = 0;
  for (let length = recordLength(file, at); length !== undefined; length = recordLength(file, at)) {
    const record = openRecord(wrapping, file.subarray(at, at + length));
    record.key.fill(0);
    note(index, record.kind, record.link, record.offset, { at, length });
    at += length;
  }
  return at;
}

function note(
  index: Map<string, LinkIndex>,
  kind: ReserveRecordKind,
  link: string,
  offset: number,
  place: Place,
): void {
  const entry = index.get(link) ?? { burnedUntil: 0, segments: new Map<number, Place>() };
  index.set(link, entry);
  if (kind === "add") entry.segments.set(offset, place);
  else if (kind === "drop") entry.segments.delete(offset);
  else {
    entry.burnedUntil = Math.max(entry.burnedUntil, offset);
    for (const segment of entry.segments.keys()) if (segment < offset) entry.segments.delete(segment);
  }
}

class FileReserve implements AuthenticationReserve {
  readonly site: string;
  readonly #file: AppendFile;
  readonly #wrapping: Bytes;
  readonly #index: Map<string, LinkIndex>;
  #rewriting: Promise<void> | undefined;

  constructor(site: string, file: AppendFile, wrapping: Uint8Array, index: Map<string, LinkIndex>) {
    this.site = site;
    this.#file = file;
    this.#wrapping = Uint8Array.from(wrapping);
    this.#index = index;
  }

  positions(link: string): ReservePositions {
    const entry = this.#index.get(link);
    if (entry === undefined) return { burnedUntil: 0, segments: [] };
    const segments = [...entry.segments.keys()].sort((one, other) => one - other);
    return { burnedUntil: entry.burnedUntil, segments };
  }

  async add(link: string, offset: number, key: Uint8Array): Promise<void> {
    await this.#write("add", link, offset, Uint8Array.from(key));
  }

  async open(link: string, offset: number): Promise<SecretBytes> {
    const sealed = await this.#file.read(() => {
      const place = this.#index.get(link)?.segments.get(offset);
      if (place !== undefined) return place;
      throw new ReserveError(
        "links.reserve-absent",
        `The reserve of ${this.site} has no key there for ${link}.`,
      );
    });
    const { key } = openRecord(this.#wrapping, sealed);
    await this.burn(link, offset + key.length);
    return SecretBytes.own(key);
  }

  async burn(link: string, until: number): Promise<void> {
    await this.#write("burn", link, until, nothing);
    this.#rewriteWhenWorthwhile();
  }

  async drop(link: string, offset: number): Promise<void> {
    await this.#write("drop", link, offset, nothing);
  }

  async close(): Promise<void> {
    await this.#file.settled();
    this.#wrapping.fill(0);
  }

  async #write(kind: ReserveRecordKind, link: string, offset: number, key: Bytes): Promise<void> {
    const sealed = sealRecord(this.#wrapping, randomBytes(12), { kind, link, offset, key });
    key.fill(0);
    const at = await this.#file.append(sealed);
    note(this.#index, kind, link, offset, { at, length: sealed.length });
  }

  #rewriteWhenWorthwhile(): void {
    if (this.#rewriting !== undefined || this.#file.size < rewriteFrom) return;
    let live = 0;
    for (const entry of this.#index.values())
      for (const place of entry.segments.values()) live += place.length;
    if (live > this.#file.size / 2) return;
    this.#rewriting = this.#file
      .replace((old) => this.#collectLive(old))
      .catch(() => {})
      .finally(() => {
        this.#rewriting = undefined;
      });
  }

  /** The records still needed, one mark per link first. */
  #collectLive(old: Uint8Array): { content: Uint8Array; committed: () => void } {
    const parts: Uint8Array[] = [];
    const moves: (() => void)[] = [];
    let at = 0;
    for (const [link, { burnedUntil, segments }] of this.#index) {
      const mark = { kind: "burn" as const, link, offset: burnedUntil, key: nothing };
      const sealed = sealRecord(this.#wrapping, randomBytes(12), mark);
      parts.push(sealed);
      at += sealed.length;
      for (const [offset, place] of segments) {
        const moved = { at, length: place.length };
        moves.push(() => void (segments.has(offset) && segments.set(offset, moved)));
        parts.push(old.subarray(place.at, place.at + place.length));
        at += place.length;
      }
    }
    const committed = (): void => {
      for (const move of moves) move();
    };
    return { content: concatBytes(...parts), committed };
  }
}
