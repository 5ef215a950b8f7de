import type { SqlValue } from "./database.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Object identifiers of the types that go over the wire in binary (pg_type.dat). */
const oid = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  float8: 701,
  varchar: 1043,
};
const elementOf = new Map([
  [1000, oid.bool],
  [1001, oid.bytea],
  [1005, oid.int2],
  [1007, oid.int4],
  [1009, oid.text],
  [1016, oid.int8],
  [1022, oid.float8],
]);
const scalars = new Set(Object.values(oid));
const decoder = new TextDecoder();

export function isBinaryParameter(type: number): boolean {
  return scalars.has(type) || elementOf.has(type);
}

/** Results are read in binary only where one value has one form. */
export function isBinaryResult(type: number): boolean {
  return scalars.has(type);
}

/**
 * Writes one parameter, its length first.
 * @throws RangeError, TypeError when the value does not fit the type.
 */
export function writeParameter(writer: WireWriter, type: number, value: SqlValue): void {
  if (value === null || value === undefined) writer.int32(-1);
  else writer.block(() => writeValue(writer, type, value));
}

function writeValue(writer: WireWriter, type: number, value: NonNullable<SqlValue>): void {
  const element = elementOf.get(type);
  if (element === undefined) writeScalar(writer, type, value as Exclude<SqlValue, null>);
  else if (Array.isArray(value)) writeArray(writer, element, value);
  else throw new TypeError("an array parameter takes an array");
}

function writeArray(writer: WireWriter, element: number, values: readonly SqlValue[]): void {
  writer.int32(values.length === 0 ? 0 : 1);
  writer.int32(values.includes(null) ? 1 : 0);
  writer.int32(element);
  if (values.length === 0) return;
  writer.int32(values.length);
  writer.int32(1);
  for (const value of values) writeParameter(writer, element, value);
}

function writeScalar(writer: WireWriter, type: number, value: NonNullable<SqlValue>): void {
  if (type === oid.bytea) {
    if (!(value instanceof Uint8Array)) throw new TypeError("a bytea parameter takes bytes");
    writer.bytes(value);
  } else if (type === oid.bool) {
    if (typeof value !== "boolean") throw new TypeError("a boolean parameter takes a boolean");
    writer.byte(value ? 1 : 0);
  } else if (type === oid.int2) writer.int16(integer(value, 2 ** 15));
  else if (type === oid.int4) writer.int32(integer(value, 2 ** 31));
  else if (type === oid.int8) writer.int64(BigInt(value as string | number | bigint));
  else if (type === oid.float8) writer.float64(Number(value));
  else if (typeof value === "string" || typeof value === "number" || typeof value === "bigint")
    writer.text(String(value));
  else throw new TypeError("a text parameter takes a text");
}

function integer(value: NonNullable<SqlValue>, limit: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= -limit && number < limit) return number;
  throw new RangeError("an integer parameter is out of range");
}

/** Reads one value that came in binary. Bytes are a copy of their own. */
export function readValue(type: number, bytes: Uint8Array): unknown {
  if (type === oid.bytea) return bytes.slice();
  if (type === oid.bool) return bytes[0] === 1;
  if (type === oid.text || type === oid.varchar || type === oid.name) return decoder.decode(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === oid.int2) return view.getInt16(0);
  if (type === oid.int4) return view.getInt32(0);
  if (type === oid.float8) return view.getFloat64(0);
  const large = view.getBigInt64(0);
  const number = Number(large);
  return Number.isSafeInteger(number) ? number : large;
}
