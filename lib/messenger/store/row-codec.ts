import type { Bytes } from "../../shared/bytes.ts";
import { MessengerError } from "../messenger-error.ts";

/**
 * How one field of a row is written. Rows are this device's own and are written with every message, so they have a
 * compact form of their own, five times faster than general CBOR: one presence bit per field, then the values.
 */
export interface FieldKind<T> {
  write(writer: RowWriter, value: T): void;
  read(reader: RowReader): T;
}

export type RowFields<T> = { readonly [K in keyof T]-?: FieldKind<Exclude<T[K], undefined>> };

export interface RowCodec<T> {
  encode(row: T): Bytes;
  /** @throws MessengerError "store.corrupt" */
  decode(bytes: Bytes): T;
}

/** New fields go to the end: rows of older programs read as if they were absent. */
export function rowCodec<T extends object>(fields: RowFields<T>): RowCodec<T> {
  const kind = structKind(fields);
  return {
    encode(row) {
      shared.reset();
      kind.write(shared, row);
      return shared.finish();
    },
    decode(bytes) {
      return kind.read(new RowReader(bytes));
    },
  };
}

export function structKind<T extends object>(fields: RowFields<T>): FieldKind<T> {
  const names = Object.keys(fields) as (keyof T)[];
  const kinds = names.map((name) => fields[name] as FieldKind<unknown>);
  if (names.length > 30) throw new RangeError("a row has at most 30 fields");
  return {
    write(writer, row) {
      let present = 0;
      for (let i = 0; i < names.length; i++) if (row[names[i] as keyof T] !== undefined) present |= 1 << i;
      writer.uint(present);
      for (let i = 0; i < names.length; i++) {
        const value = row[names[i] as keyof T];
        if (value !== undefined) (kinds[i] as FieldKind<unknown>).write(writer, value);
      }
    },
    read(reader) {
      const present = reader.uint();
      const row: Partial<T> = {};
      for (let i = 0; i < names.length; i++)
        if ((present >> i) & 1) row[names[i] as keyof T] = (kinds[i] as FieldKind<T[keyof T]>).read(reader);
      return row as T;
    },
  };
}

export const uint: FieldKind<number> = {
  write: (writer, value) => writer.uint(value),
  read: (reader) => reader.uint(),
};

export const flag: FieldKind<boolean> = {
  write: (writer, value) => writer.uint(value ? 1 : 0),
  read: (reader) => reader.uint() === 1,
};

export const bytes: FieldKind<Bytes> = {
  write: (writer, value) => writer.bytes(value),
  read: (reader) => reader.bytes(),
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const text: FieldKind<string> = {
  write: (writer, value) => writer.bytes(encoder.encode(value)),
  read: (reader) => decoder.decode(reader.bytes()),
};

export function oneOf<const T extends string>(names: readonly T[]): FieldKind<T> {
  return {
    write: (writer, value) => writer.uint(names.indexOf(value)),
    read(reader) {
      const name = names[reader.uint()];
      if (name === undefined) throw damaged();
      return name;
    },
  };
}

export function listOf<T>(kind: FieldKind<T>): FieldKind<readonly T[]> {
  return {
    write(writer, values) {
      writer.uint(values.length);
      for (const value of values) kind.write(writer, value);
    },
    read: (reader) => Array.from({ length: reader.uint() }, () => kind.read(reader)),
  };
}

/** Grows as needed; unsigned integers in groups of seven bits, least first. */
export class RowWriter {
  #buffer = new Uint8Array(4096);
  #length = 0;

  reset(): void {
    this.#length = 0;
  }

  uint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
  }

  bytes(value: Uint8Array): void {
    this.uint(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** A copy of what was written; the buffer is zeroed, since rows hold plaintext. */
  finish(): Bytes {
    const row = this.#buffer.slice(0, this.#length);
    this.#buffer.fill(0, 0, this.#length);
    this.#length = 0;
    return row;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + more));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/** One writer for all rows: encoding is never interrupted. */
const shared = new RowWriter();

export class RowReader {
  readonly #bytes: Bytes;
  #offset = 0;

  constructor(row: Bytes) {
    this.#bytes = row;
  }

  uint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined || factor > 2 ** 49) throw damaged();
      value += (byte % 0x80) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  bytes(): Bytes {
    const length = this.uint();
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw damaged();
    const value = this.#bytes.slice(this.#offset, end);
    this.#offset = end;
    return value;
  }
}

function damaged(): MessengerError {
  return new MessengerError("store.corrupt", "a row of the device store is damaged", {
    nextStep: "Forget this device on this computer and enrol again.",
  });
}
