import type { Bytes } from "../shared/bytes.ts";
import type { Codec } from "./cbor.ts";
import { lengths, limits, protocolVersion } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";

function both<T>(check: (value: unknown, where: string) => T): Codec<T> {
  return { toItem: check, fromItem: check };
}

function wrongType(where: string, wanted: string): ProtocolError {
  return new ProtocolError("cbor.type", `${where} is not ${wanted}`);
}

/** A byte string of `minimum` to `maximum` bytes. */
export function bytesOf(minimum: number, maximum: number = minimum): Codec<Bytes> {
  return both((value, where) => {
    if (!(value instanceof Uint8Array)) throw wrongType(where, "a byte string");
    if (value.length < minimum || value.length > maximum)
      throw new ProtocolError("cbor.length", `${where} has ${value.length} bytes`);
    return value as Bytes;
  });
}

export const idBytes = bytesOf(lengths.id);
export const hashBytes = bytesOf(lengths.hash);

/** A byte string that is either empty or of exactly `length` bytes. */
export function bytesOrEmpty(length: number): Codec<Bytes> {
  return both((value, where) => {
    if (!(value instanceof Uint8Array)) throw wrongType(where, "a byte string");
    if (value.length !== 0 && value.length !== length)
      throw new ProtocolError("cbor.length", `${where} has ${value.length} bytes`);
    return value as Bytes;
  });
}

/** Text of at most `maximum` UTF-8 bytes and at least `minimum` characters, without lone surrogates. */
export function textOf(maximum: number, minimum = 0): Codec<string> {
  return both((value, where) => {
    if (typeof value !== "string") throw wrongType(where, "a text");
    if (/\p{Surrogate}/u.test(value)) throw new ProtocolError("cbor.text", `${where} is not valid Unicode`);
    const tooLong = 3 * value.length > maximum && new TextEncoder().encode(value).length > maximum;
    if (tooLong || value.length < minimum)
      throw new ProtocolError("cbor.length", `${where} is too ${tooLong ? "long" : "short"}`);
    return value;
  });
}

export const siteText = textOf(limits.siteId, 1);

export function uintOf(maximum: number = Number.MAX_SAFE_INTEGER, minimum = 0): Codec<number> {
  return both((value, where) => {
    if (typeof value !== "number" || !Number.isInteger(value) || Object.is(value, -0))
      throw wrongType(where, "an unsigned integer");
    if (value < minimum || value > maximum)
      throw new ProtocolError("cbor.range", `${where} is out of its range`);
    return value;
  });
}

/** A whole number of at most 2^53 - 1 in absolute value. */
export function intOf(): Codec<number> {
  return both((value, where) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || Object.is(value, -0))
      throw wrongType(where, "a whole number");
    return value;
  });
}

export const bool: Codec<boolean> = both((value, where) => {
  if (typeof value !== "boolean") throw wrongType(where, "true or false");
  return value;
});

/** One of a closed list of numbers or texts. @throws ProtocolError cbor.value */
export function oneOf<const T extends string | number>(values: readonly T[]): Codec<T> {
  return both((value, where) => {
    const known = values.find((one) => one === value);
    if (known === undefined)
      throw new ProtocolError("cbor.value", `${where} has a value this version does not know`);
    return known;
  });
}

export function arrayOf<T>(element: Codec<T>, maximum: number, minimum = 0): Codec<readonly T[]> {
  const check = (value: unknown, where: string): readonly unknown[] => {
    if (!Array.isArray(value)) throw wrongType(where, "an array");
    if (value.length < minimum || value.length > maximum)
      throw new ProtocolError("cbor.length", `${where} has ${value.length} elements`);
    return value;
  };
  return {
    toItem: (value, where) => check(value, where).map((item) => element.toItem(item as T, where)),
    fromItem: (item, where) => check(item, where).map((one) => element.fromItem(one, where)),
  };
}

/** Marks a field that may be absent. */
export function optional<T>(codec: Codec<T>): Codec<T> & { readonly optional: true } {
  return { toItem: codec.toItem, fromItem: codec.fromItem, optional: true };
}

type Field<V> = readonly [key: number, codec: Codec<Exclude<V, undefined>> & { readonly optional?: true }];

/** One entry per property, in ascending order of the integer keys. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** A map with exactly these integer keys. */
export function structOf<T extends object>(fields: Fields<T>): Codec<T> {
  return mapCodec(fields, false);
}

/** As `structOf`, with the protocol version under key 1, which values in memory do not carry. */
export function versionedOf<T extends object>(fields: Fields<T>): Codec<T> {
  return mapCodec(fields, true);
}

function mapCodec<T extends object>(fields: Fields<T>, versioned: boolean): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  const byKey = new Map(names.map((name) => [fields[name][0], name]));
  return {
    toItem(value, where) {
      const map = new Map<number, unknown>();
      if (versioned) map.set(1, protocolVersion);
      for (const name of names) {
        const [key, codec] = fields[name];
        const field = value[name];
        if (field !== undefined)
          map.set(key, codec.toItem(field as Exclude<T[typeof name], undefined>, `${where}.${name}`));
        else if (codec.optional !== true) throw missing(where, name);
      }
      return map;
    },
    fromItem(item, where) {
      if (!(item instanceof Map)) throw wrongType(where, "a map");
      if (versioned) checkVersion(item, where);
      const value: Partial<T> = {};
      let last = -1;
      for (const [key, field] of item) {
        if (typeof key !== "number")
          throw new ProtocolError("cbor.unknown-key", `${where} has a key that is no integer`);
        if (key <= last) throw new ProtocolError("cbor.key-order", `${where} has keys out of order`);
        last = key;
        if (versioned && key === 1) continue;
        const name = byKey.get(key);
        if (name === undefined)
          throw new ProtocolError("cbor.unknown-key", `${where} has an unknown field ${key}`);
        value[name] = fields[name][1].fromItem(field, `${where}.${name}`);
      }
      for (const name of names) {
        if (value[name] === undefined && fields[name][1].optional !== true) throw missing(where, name);
      }
      return value as T;
    },
  };
}

function checkVersion(item: Map<unknown, unknown>, where: string): void {
  const version = item.get(1);
  if (version === undefined) throw missing(where, "version");
  if (version !== protocolVersion)
    throw new ProtocolError("version.unsupported", `${where} is of a version this program does not speak`, {
      nextStep: "Update this program.",
    });
}

function missing(where: string, name: string): ProtocolError {
  return new ProtocolError("cbor.missing-key", `${where} lacks ${name}`);
}
