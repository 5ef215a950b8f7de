import { decode, encode, rfc8949EncodeOptions, type Token, Tokenizer, Type } from "cborg";
import { type Bytes, copyBytes } from "../shared/bytes.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * One shape of CBOR item, both ways. `toItem` and `fromItem` refuse the same values with the same codes;
 * `where` names the structure and field for error messages.
 */
export interface Codec<T> {
  toItem(value: T, where: string): unknown;
  fromItem(item: unknown, where: string): T;
}

const encodeOptions = { ...rfc8949EncodeOptions, float64: true };
const decodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowBigInt: false,
  allowInfinity: false,
  allowNaN: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
};

/** Deterministic CBOR (RFC 8949 §4.2.1) of `value`. @throws ProtocolError when the value breaks the codec's limits. */
export function encodeWith<T>(codec: Codec<T>, name: string, value: T, maximum: number): Bytes {
  const bytes = encode(codec.toItem(value, name), encodeOptions);
  if (bytes.length > maximum) throw tooLarge(name, bytes.length, maximum);
  // cborg may hand out a view of a pooled buffer: ours is an array of its own, and no key stays behind in the pool.
  const own = copyBytes(bytes);
  bytes.fill(0);
  return own;
}

/**
 * Reads exactly one item in deterministic encoding: shortest integers, ascending unique keys, no indefinite
 * lengths, no tags, valid UTF-8, nothing after the end.
 * @throws ProtocolError cbor.*
 */
export function decodeWith<T>(codec: Codec<T>, name: string, bytes: Uint8Array, maximum: number): T {
  if (bytes.length > maximum) throw tooLarge(name, bytes.length, maximum);
  let item: unknown;
  try {
    item = decode(bytes, { ...decodeOptions, tokenizer: new StrictTokenizer(bytes) });
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw translate(name, error);
  }
  return codec.fromItem(item, name);
}

const float64Length = 9;
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * What cborg would read two encodings of as one: it replaces malformed UTF-8 and drops a byte order mark, and gives whole
 * numbers written as floats, and short floats, as the same numbers.
 */
class StrictTokenizer extends Tokenizer {
  constructor(bytes: Uint8Array) {
    super(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), {
      ...decodeOptions,
      retainStringBytes: true,
    });
  }

  override next(): Token {
    const token = super.next();
    if (token.byteValue !== undefined && Type.equals(token.type, Type.string)) {
      try {
        token.value = utf8Decoder.decode(token.byteValue);
      } catch {
        throw new ProtocolError("cbor.text", "a text is not valid UTF-8");
      }
    }
    const isFloat = Type.equals(token.type, Type.float);
    if (isFloat && (token.encodedLength !== float64Length || Number.isInteger(token.value)))
      throw new ProtocolError(
        "cbor.not-shortest",
        "a number is written in another way than the one there is",
      );
    return token;
  }
}

const causes: readonly (readonly [RegExp, string])[] = [
  [/indefinite/, "cbor.indefinite"],
  [/more bytes than necessary/, "cbor.not-shortest"],
  [/repeat map key/, "cbor.duplicate-key"],
  [/too many terminals/, "cbor.trailing"],
  [/not enough|unexpected end|did not find any/, "cbor.truncated"],
  [/64-bit|safe integer|bigint/i, "cbor.range"],
];

function translate(name: string, error: unknown): ProtocolError {
  const text = error instanceof Error ? error.message : "";
  const code = causes.find(([pattern]) => pattern.test(text))?.[1] ?? "cbor.malformed";
  return new ProtocolError(code, `${name} is not well-formed deterministic CBOR`);
}

function tooLarge(name: string, length: number, maximum: number): ProtocolError {
  return new ProtocolError("cbor.too-large", `${name} has ${length} bytes; at most ${maximum} are allowed`);
}
