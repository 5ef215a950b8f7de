import { decode as decodeItem, encode as encodeItem, type Item } from "./cbor.ts";
import { demand } from "./refused.ts";

/**
 * A shape says how a structure of the CDDL stands in CBOR. Values are plain objects with the fields of the
 * CDDL by name; byte strings are lower-case hex, as in the vectors.
 */
export interface Shape<T> {
  read(item: Item): T;
  write(value: T): Item;
}

export interface OptionalShape<T> extends Shape<T> {
  readonly optional: true;
}

type Fields = Record<string, Shape<unknown> | OptionalShape<unknown>>;
type Read<S> = S extends Shape<infer T> ? T : never;
type OptionalNames<F extends Fields> = {
  [K in keyof F]: F[K] extends OptionalShape<unknown> ? K : never;
}[keyof F];

/** The value of a `record` with these fields. */
type RecordValue<F extends Fields> = { [K in Exclude<keyof F, OptionalNames<F>>]: Read<F[K]> } & {
  [K in OptionalNames<F>]?: Read<F[K]>;
};

/** The value that a shape reads. */
export type ValueOf<S> = Read<S>;

export function encode<T>(shape: Shape<T>, value: T): Buffer {
  return encodeItem(shape.write(value));
}

/** @throws Refused with a `cbor.*` code */
export function decode<T>(shape: Shape<T>, bytes: Uint8Array): T {
  return shape.read(decodeItem(bytes));
}

function shape<T>(read: (item: Item) => T, write: (value: T) => Item): Shape<T> {
  return { read, write };
}

export function integer(minimum: number, maximum: number): Shape<number> {
  return shape(
    (item) => {
      demand(typeof item === "number", "cbor.type");
      demand(item >= minimum && item <= maximum, "cbor.range");
      return item;
    },
    (value) => value,
  );
}

export const uint = integer(0, Number.MAX_SAFE_INTEGER);

export const bool = shape<boolean>(
  (item) => {
    demand(typeof item === "boolean", "cbor.type");
    return item;
  },
  (value) => value,
);

/** Length in bytes, `minimum` alone for an exact one. */
export function bytes(minimum = 0, maximum = minimum || Number.MAX_SAFE_INTEGER): Shape<string> {
  return shape(
    (item) => {
      demand(item instanceof Uint8Array, "cbor.type");
      demand(item.length >= minimum && item.length <= maximum, "cbor.length");
      return Buffer.from(item).toString("hex");
    },
    (value) => Buffer.from(value, "hex"),
  );
}

/** Bytes of this exact length, or none. */
export function bytesOrEmpty(length: number): Shape<string> {
  const { read, write } = bytes(0, length);
  return shape((item) => {
    const value = read(item);
    demand(value.length === 0 || value.length === 2 * length, "cbor.length");
    return value;
  }, write);
}

/** Length in bytes of UTF-8, as RFC 8610 counts `.size` of a text. */
export function text(minimum = 0, maximum = Number.MAX_SAFE_INTEGER): Shape<string> {
  return shape(
    (item) => {
      demand(typeof item === "string", "cbor.type");
      const length = Buffer.byteLength(item);
      demand(length >= minimum && length <= maximum, "cbor.length");
      return item;
    },
    (value) => value,
  );
}

/** An item as it came. */
export const anything = shape<Item>(
  (item) => item,
  (value) => value,
);

/** One of a few numbers, truths or texts. */
export function oneOf<const T extends number | string>(...values: T[]): Shape<T> {
  return shape(
    (item) => {
      demand(typeof item === typeof values[0], "cbor.type");
      demand(values.includes(item as T), "cbor.value");
      return item as T;
    },
    (value) => value,
  );
}

export function list<T>(of: Shape<T>, minimum = 0, maximum = Number.MAX_SAFE_INTEGER): Shape<T[]> {
  return shape(
    (item) => {
      demand(Array.isArray(item), "cbor.type");
      demand(item.length >= minimum && item.length <= maximum, "cbor.length");
      return item.map((element) => of.read(element));
    },
    (values) => values.map((value) => of.write(value)),
  );
}

export function optional<T>(of: Shape<T>): OptionalShape<T> {
  return { ...of, optional: true };
}

/** A map whose keys are 1, 2, 3 … in the order of the fields. */
export function record<F extends Record<string, Shape<unknown>>>(fields: F): Shape<RecordValue<F>> {
  return recordFrom(1, fields);
}

/** The same with key 1 the version, 1. */
export function versioned<F extends Record<string, Shape<unknown>>>(fields: F): Shape<RecordValue<F>> {
  const { read, write } = recordFrom(2, fields);
  return shape(
    (item) => {
      demand(item instanceof Map, "cbor.type");
      demand(item.has(1), "cbor.missing-key");
      demand(item.get(1) === 1, "version.unsupported");
      return read(new Map([...item].filter(([key]) => key !== 1)));
    },
    (value) => new Map([[1, 1], ...(write(value) as Map<number, Item>)]),
  );
}

function recordFrom<F extends Record<string, Shape<unknown>>>(
  first: number,
  fields: F,
): Shape<RecordValue<F>> {
  const entries = Object.entries(fields).map(([name, of], position) => ({
    name,
    key: first + position,
    of: of as Shape<unknown>,
    optional: "optional" in of,
  }));
  return shape(
    (item) => {
      demand(item instanceof Map, "cbor.type");
      for (const key of item.keys())
        demand(
          entries.some((entry) => entry.key === key),
          "cbor.unknown-key",
        );
      const value: Record<string, unknown> = {};
      for (const { name, key, of, optional } of entries) {
        const field = item.get(key);
        demand(field !== undefined || optional, "cbor.missing-key");
        if (field !== undefined) value[name] = of.read(field);
      }
      return value as RecordValue<F>;
    },
    (value) => {
      const given = value as Record<string, unknown>;
      return new Map(
        entries
          .filter(({ name }) => given[name] !== undefined)
          .map((e) => [e.key, e.of.write(given[e.name])]),
      );
    },
  );
}

/** Applies a further rule to what was read. */
export function checked<T>(of: Shape<T>, rule: (value: T) => void): Shape<T> {
  return shape((item) => {
    const value = of.read(item);
    rule(value);
    return value;
  }, of.write);
}
