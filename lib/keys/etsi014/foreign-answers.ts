import { z } from "zod";
import { fromBase64 } from "../../shared/base64.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { isUuid } from "../../shared/uuid.ts";
import {
  KeyNotAuthorisedError,
  KeyNotFoundError,
  KeyRequestError,
  KeyUnavailableError,
} from "../key-errors.ts";
import type { KeyOrigin, ProvidedKey, ProviderStatus } from "../key-provider.ts";
import { type KmeAnswer, KmeUnreachableError } from "./kme-connection.ts";
import { standardTexts } from "./messages.ts";
import { routeExtensionSchema } from "./schemas.ts";

/** Some key managers send numbers as text. */
const count = z.coerce.number().int().nonnegative();

/** Only key_size has to be there: the others default to what every key manager can do. */
const foreignStatus = z.object({
  key_size: count,
  stored_key_count: count.optional(),
  max_key_per_request: count.optional(),
  max_key_size: count.optional(),
  min_key_size: count.optional(),
  max_SAE_ID_count: count.optional(),
});

const foreignContainer = z.object({
  keys: z.array(z.object({ key_ID: z.string().refine(isUuid), key: z.string() })),
  key_container_extension: z.unknown().optional(),
});

const ownExtension = z.object({ vernam_route: routeExtensionSchema });

/** @throws KeyUnavailableError when the answer is not what the standard describes. */
export function parseForeignStatus(answer: KmeAnswer): ProviderStatus {
  const body = parse(foreignStatus, answer.body);
  return {
    keySize: body.key_size,
    storedKeyCount: body.stored_key_count ?? 0,
    maxKeyPerRequest: Math.max(1, body.max_key_per_request ?? 1),
    maxKeySize: body.max_key_size ?? body.key_size,
    minKeySize: body.min_key_size ?? body.key_size,
    maxSaeIdCount: body.max_SAE_ID_count ?? 0,
  };
}

/** @throws KeyUnavailableError when the answer is not what the standard describes. */
export function readContainer(answer: KmeAnswer): { keys: ProvidedKey[]; origin: KeyOrigin | undefined } {
  const body = parse(foreignContainer, answer.body);
  const keys = body.keys.map(({ key_ID, key }) => ({
    keyId: key_ID.toLowerCase(),
    key: SecretBytes.own(decode(key)),
  }));
  const extension = ownExtension.safeParse(body.key_container_extension);
  return { keys, origin: extension.success ? extension.data.vernam_route : undefined };
}

/** 503 and 429, and the 400 by which some key managers say that they have not enough key now. */
export function isForeignShortage(answer: KmeAnswer): boolean {
  if (answer.status === 503 || answer.status === 429) return true;
  return (
    answer.status === 400 && /enough|insufficient|exhausted|unavailable|no keys?\b/i.test(textOf(answer))
  );
}

/** What dec_keys answers while the key managers of the two sites have not synchronised yet. */
export function isLate(answer: KmeAnswer): boolean {
  return [400, 401, 403, 404, 410, 429, 503].includes(answer.status);
}

/**
 * What an answer other than 200 means for the caller, whichever of the codes in use the key manager chose:
 * shortage (503, 429, 400 with such a text, any other 5xx) waits; a refused route demand waits and says so; dec_keys
 * that is refused with 400, 404 or 410 is a key that is not there; 401 and 403 are final.
 */
export function errorOf(answer: KmeAnswer, action?: "enc_keys" | "dec_keys"): Error {
  const text = textOf(answer);
  if (text === standardTexts.mandatoryUnmet || text === standardTexts.mandatoryUnsupported) {
    return new KeyUnavailableError(`The key manager refuses the route that this site demands: ${text}.`);
  }
  if (answer.status === 401 || answer.status === 403) return new KeyNotAuthorisedError(text);
  if (action === "dec_keys" && [400, 404, 410].includes(answer.status)) return new KeyNotFoundError();
  if (isForeignShortage(answer)) {
    const wait = answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs };
    return new KeyUnavailableError(text === "" ? "The key manager has not enough key now." : text, wait);
  }
  if (answer.status === 404 || /not found/i.test(text)) return new KeyNotFoundError();
  if (answer.status >= 500) return new KeyUnavailableError("The key manager cannot answer now.");
  return new KeyRequestError(text === "" ? `the key manager refused (${answer.status})` : text);
}

/** A key manager out of reach may be back in a moment: what waits for it goes on waiting, with the reason. */
export function unreachable(error: unknown): unknown {
  if (!(error instanceof KmeUnreachableError)) return error;
  const { code } = (error.cause ?? {}) as { readonly code?: unknown };
  const why =
    typeof code === "string" && /CERT|SSL|TLS/.test(code) ? " Its certificate or ours is refused." : "";
  return new KeyUnavailableError(`${error.message}${why}`, { cause: error });
}

function decode(key: string): Bytes {
  try {
    return fromBase64(key);
  } catch {
    throw notStandard();
  }
}

function textOf({ body }: KmeAnswer): string {
  const message = typeof body === "object" && body !== null && "message" in body ? body.message : "";
  return typeof message === "string" ? message.slice(0, 500) : "";
}

function parse<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw notStandard();
}

function notStandard(): KeyUnavailableError {
  return new KeyUnavailableError("The key manager's answer is not what ETSI GS QKD 014 describes.");
}
