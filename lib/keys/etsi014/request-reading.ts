import type { z } from "zod";
import { toHex } from "../../shared/hex.ts";
import { isUuid, parseUuid } from "../../shared/uuid.ts";
import { KeyRequestError } from "../key-errors.ts";
import { keyLimits } from "../kme/key-limits.ts";
import type { KeyDemand } from "../kme/key-request.ts";
import { readExtensions, type Wishes } from "./extensions.ts";
import { type KeyRequestBody, keyIdsSchema, keyRequestSchema, strictKeyRequestSchema } from "./schemas.ts";

const integerText = /^[+-]?\d{1,12}$/;

/** The path's SAE ID. @throws KeyRequestError for a blank one. */
export function readSaeId(text: string): string {
  if (text.trim() === "") throw new KeyRequestError("the SAE ID is blank");
  if (text.length > 256) throw new KeyRequestError("the SAE ID is too long");
  return text;
}

/** A POST body of enc_keys: JSON as sent, undefined when there was none. */
export function readKeyRequestBody(json: unknown, strict: boolean): KeyRequestBody {
  if (json === undefined) return {};
  return parse(strict ? strictKeyRequestSchema : keyRequestSchema, json);
}

/** GET has number and size and nothing else that counts. @throws KeyRequestError when they are no integers. */
export function readKeyRequestQuery(query: Readonly<Record<string, unknown>>): KeyRequestBody {
  const numbers: Record<string, number> = {};
  for (const name of ["number", "size"] as const) {
    const text = query[name];
    if (text === undefined) continue;
    if (typeof text !== "string" || !integerText.test(text))
      throw new KeyRequestError(`${name} shall be an integer`);
    numbers[name] = Number(text);
  }
  for (const name of ["additional_slave_SAE_IDs", "extension_mandatory", "extension_optional"]) {
    if (query[name] !== undefined) throw new KeyRequestError(`${name} needs the POST method`);
  }
  return parse(keyRequestSchema, numbers);
}

/** A key request: what must be, and what would be liked beside it. */
export interface ReadRequest {
  readonly demand: KeyDemand;
  readonly liked: Wishes;
  readonly unhandled: boolean;
}

/** @throws KeyRequestError, with the standard's texts where it has them. */
export function readDemand(masterSae: string, slaveSae: string, body: KeyRequestBody): ReadRequest {
  const additional = (body.additional_slave_SAE_IDs ?? []).map(readSaeId);
  const { demanded, liked, unhandled } = readExtensions(body);
  const demand = {
    masterSae,
    slaveSaes: [slaveSae, ...additional],
    number: body.number ?? 1,
    size: body.size ?? keyLimits.keySize,
    ...demanded,
  };
  return { demand, liked, unhandled };
}

/** POST body of dec_keys. */
export function readKeyIdsBody(json: unknown): Uint8Array[] {
  if (json === undefined) throw new KeyRequestError("the request has no key_IDs");
  return readKeyIds(parse(keyIdsSchema, json).key_IDs.map((entry) => entry.key_ID));
}

/** GET of dec_keys names exactly one key. */
export function readKeyIdQuery(query: Readonly<Record<string, unknown>>): Uint8Array[] {
  const id = query.key_ID;
  if (typeof id !== "string") throw new KeyRequestError("exactly one key_ID is needed; use POST for several");
  return readKeyIds([id]);
}

function readKeyIds(texts: readonly string[]): Uint8Array[] {
  if (texts.length === 0) throw new KeyRequestError("the request has no key_IDs");
  if (texts.length > keyLimits.maxKeyPerRequest) {
    throw new KeyRequestError(`at most ${keyLimits.maxKeyPerRequest} keys can be fetched at once`);
  }
  // What is no UUID is no key of ours.
  if (!texts.every(isUuid)) throw new KeyRequestError("a key_ID is not a UUID");
  const ids = texts.map(parseUuid);
  if (new Set(ids.map(toHex)).size !== ids.length) throw new KeyRequestError("a key_ID is given twice");
  return ids;
}

function parse<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // Texts that name their member already, the standard's among them, stand alone.
  if (issue?.message.includes(" shall be ") === true) throw new KeyRequestError(issue.message);
  const where = issue === undefined || issue.path.length === 0 ? "the body" : issue.path.join(".");
  throw new KeyRequestError(`${where}: ${issue?.message ?? "not understood"}`);
}
