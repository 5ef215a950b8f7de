import { randomBytes } from "node:crypto";
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Bytes, concatBytes } from "../../shared/bytes.ts";
import { segmentBytes } from "../links/authentication-reserve.ts";
import { openRecord, type ReserveRecord, recordLength, sealRecord } from "../links/reserve-record.ts";

interface Place {
  readonly at: number;
  /** Of the record in the file. */
  readonly recordBytes: number;
  /** Of the key in it. */
  readonly bytes: number;
}

export interface StoredSegment {
  /** Position in the stream of this link's stored key, the same at both ends. */
  readonly offset: number;
  readonly bytes: number;
}

interface Shelf {
  burnedUntil: number;
  readonly segments: Map<number, Place>;
}

const nothing: Bytes = new Uint8Array(0);
/** Files beyond this size are rewritten at a start once less than half of them is key that is still good, bytes. */
const rewriteFrom = 262_144;

/**
 * One place's stored key from passes: a ground station's, or the satellite's for all its stations. An append-only
 * file, every record wrapped under the installation's key (AES-256-GCM), durable when a call returns: a mark that
 * key is used must be on disk before the key leaves, and reservations do not wait. A record cut short by a crash was
 * never acknowledged and is cut off; an altered file is set aside as `.damaged`. Losing key is safe, using it twice is not.
 */
export class SpaceStore {
  readonly site: string;
  readonly #file: number;
  readonly #wrapping: Bytes;
  readonly #shelves = new Map<string, Shelf>();
  #size = 0;

  private constructor(site: string, file: number, wrapping: Uint8Array) {
    this.site = site;
    this.#file = file;
    this.#wrapping = Uint8Array.from(wrapping);
  }

  /** Opens or creates the store. @param wrapping 32 bytes, copied. */
  static open(path: string, site: string, wrapping: Uint8Array): SpaceStore {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      compact(path, wrapping);
    } catch {
      renameSync(path, `${path}.damaged`);
    }
    const store = new SpaceStore(site, openSync(path, "a+", 0o600), wrapping);
    store.#load(readFileSync(path));
    syncFolder(dirname(path));
    return store;
  }

  /** True before the first key of this link was ever stored here. */
  isNew(link: string): boolean {
    return !this.#shelves.has(link);
  }

  burnedUntil(link: string): number {
    return this.#shelves.get(link)?.burnedUntil ?? 0;
  }

  /** What is neither used nor given up, oldest first. */
  segments(link: string): StoredSegment[] {
    const found = [...(this.#shelves.get(link)?.segments ?? [])];
    return found.map(([offset, { bytes }]) => ({ offset, bytes })).sort((a, b) => a.offset - b.offset);
  }

  /** Stores new key from `offset` on, in segments, with one flush. The caller zeroes `key`. */
  add(link: string, offset: number, key: Uint8Array): void {
    const records: ReserveRecord[] = [];
    for (let at = 0; at < key.length; at += segmentBytes) {
      records.push({ kind: "add", link, offset: offset + at, key: key.slice(at, at + segmentBytes) });
    }
    this.#write(records);
  }

  /** Marks everything before `until` as used. */
  burn(link: string, until: number): void {
    this.#write([{ kind: "burn", link, offset: until, key: nothing }]);
  }

  /** Gives up a segment that the other end does not have. */
  drop(link: string, offset: number): void {
    this.#write([{ kind: "drop", link, offset, key: nothing }]);
  }

  /** The key of a segment; the caller zeroes it. @throws RangeError when it is not here. */
  read(link: string, offset: number): Bytes {
    const place = this.#shelves.get(link)?.segments.get(offset);
    if (place === undefined) throw new RangeError("no such segment");
    const sealed = new Uint8Array(place.recordBytes);
    readSync(this.#file, sealed, 0, sealed.length, place.at);
    return openRecord(this.#wrapping, sealed).key;
  }

  close(): void {
    closeSync(this.#file);
    this.#wrapping.fill(0);
  }

  #load(bytes: Uint8Array): void {
    const size = readRecords(bytes, this.#wrapping, (record, at, length) => this.#note(record, at, length));
    if (size < bytes.length) ftruncateSync(this.#file, size);
    this.#size = size;
  }

  #write(records: readonly ReserveRecord[]): void {
    const sealed = records.map((record) => sealRecord(this.#wrapping, randomBytes(12), record));
    try {
      const bytes = concatBytes(...sealed);
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#file, bytes, written);
      fdatasyncSync(this.#file);
    } catch (reason) {
      ftruncateSync(this.#file, this.#size);
      throw reason;
    }
    for (const [index, record] of records.entries()) {
      const length = sealed[index]?.length ?? 0;
      this.#note(record, this.#size, length);
      this.#size += length;
      record.key.fill(0);
    }
  }

  #note({ kind, link, offset, key }: ReserveRecord, at: number, recordBytes: number): void {
    const shelf = this.#shelves.get(link) ?? { burnedUntil: 0, segments: new Map<number, Place>() };
    this.#shelves.set(link, shelf);
    if (kind === "add") shelf.segments.set(offset, { at, recordBytes, bytes: key.length });
    else if (kind === "drop") shelf.segments.delete(offset);
    else {
      shelf.burnedUntil = Math.max(shelf.burnedUntil, offset);
      for (const segment of shelf.segments.keys()) if (segment < offset) shelf.segments.delete(segment);
    }
  }
}

/** Calls `each` for every whole record and answers how many bytes they take. Keys are zeroed afterwards. */
function readRecords(
  file: Uint8Array,
  wrapping: Uint8Array,
  each: (record: ReserveRecord, at: number, length: number) => void,
): number {
  let at = 0;
  for (let length = recordLength(file, at); length !== undefined; length = recordLength(file, at)) {
    const record = openRecord(wrapping, file.subarray(at, at + length));
    each(record, at, length);
    record.key.fill(0);
    at += length;
  }
  return at;
}

/** Checks every record, and leaves used key out of the file once that is most of it. @throws when it was altered. */
function compact(path: string, wrapping: Uint8Array): void {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code === "ENOENT") return;
    throw reason;
  }
  const burned = new Map<string, number>();
  const live = new Map<string, Map<number, Uint8Array>>();
  readRecords(file, wrapping, ({ kind, link, offset }, at, length) => {
    const segments = live.get(link) ?? new Map<number, Uint8Array>();
    live.set(link, segments);
    if (kind === "add") segments.set(offset, file.subarray(at, at + length));
    else if (kind === "drop") segments.delete(offset);
    else {
      burned.set(link, Math.max(burned.get(link) ?? 0, offset));
      for (const segment of segments.keys()) if (segment < offset) segments.delete(segment);
    }
  });
  const kept = [...live].flatMap(([link, segments]) => {
    const mark: ReserveRecord = { kind: "burn", link, offset: burned.get(link) ?? 0, key: nothing };
    return [sealRecord(wrapping, randomBytes(12), mark), ...segments.values()];
  });
  const content = concatBytes(...kept);
  if (file.length < rewriteFrom || content.length > file.length / 2) return;
  const next = openSync(`${path}.next`, "w", 0o600);
  writeSync(next, content);
  fsyncSync(next);
  closeSync(next);
  renameSync(`${path}.next`, path);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
