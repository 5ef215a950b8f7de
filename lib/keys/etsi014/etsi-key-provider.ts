import { z } from "zod";
import { fromBase64 } from "../../shared/base64.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import {
  KeyNotAuthorisedError,
  KeyNotFoundError,
  KeyRequestError,
  KeyUnavailableError,
} from "../key-errors.ts";
import type {
  EncKeysAnswer,
  EncKeysRequest,
  KeyOrigin,
  KeyProvider,
  ProvidedKey,
  ProviderStatus,
} from "../key-provider.ts";
import { type KmeAddress, type KmeAnswer, KmeConnection } from "./kme-connection.ts";
import { RequestPool } from "./request-pool.ts";
import { keyContainerSchema, routeExtensionSchema, statusSchema } from "./schemas.ts";

export interface EtsiKeyProviderOptions {
  readonly address: KmeAddress;
  /** Waits before asking again after 503 or "not enough key", ms. Default: none here; the gateway's outbox waits. */
  readonly encKeysRetryMs?: readonly number[];
  /** Waits before asking again for keys the KME does not know yet: foreign peers synchronise late. */
  readonly decKeysGraceMs?: readonly number[];
  readonly sockets?: number;
  readonly timeoutMs?: number;
}

const containerSchema = z.looseObject({
  keys: keyContainerSchema.shape.keys,
  key_container_extension: z.unknown().optional(),
});

interface EncWish {
  readonly request: EncKeysRequest;
}

/** A key manager spoken to as ETSI GS QKD 014 says, ours or a foreign one. */
export class EtsiKeyProvider implements KeyProvider {
  readonly #connection: KmeConnection;
  readonly #encRetry: readonly number[];
  readonly #decGrace: readonly number[];
  readonly #statuses = new Map<string, Promise<ProviderStatus>>();
  readonly #encPool: RequestPool<EncWish, EncKeysAnswer>;
  readonly #decPool: RequestPool<readonly string[], readonly ProvidedKey[]>;

  constructor(options: EtsiKeyProviderOptions) {
    this.#connection = new KmeConnection(options.address, options);
    this.#encRetry = options.encKeysRetryMs ?? [];
    this.#decGrace = options.decKeysGraceMs ?? [];
    this.#encPool = new RequestPool((wishes) => this.#encTogether(wishes));
    this.#decPool = new RequestPool((wishes, master) => this.#decTogether(wishes, master));
  }

  async status(slaveSae: string): Promise<ProviderStatus> {
    const answer = await this.#connection.send(slaveSae, "status");
    if (answer.status !== 200) throw errorOf(answer);
    const body = parse(statusSchema, answer.body);
    return {
      keySize: body.key_size,
      storedKeyCount: body.stored_key_count,
      maxKeyPerRequest: body.max_key_per_request,
      maxKeySize: body.max_key_size,
      minKeySize: body.min_key_size,
      maxSaeIdCount: body.max_SAE_ID_count,
    };
  }

  async encKeys(request: EncKeysRequest): Promise<EncKeysAnswer> {
    const limits = await this.#limits(request.slaveSae);
    if (request.size > limits.maxKeySize || request.size < limits.minKeySize) {
      throw new KeyRequestError(
        `the key manager gives keys of ${limits.minKeySize} to ${limits.maxKeySize} bits`,
      );
    }
    const most = Math.max(1, limits.maxKeyPerRequest);
    const group = JSON.stringify([request.slaveSae, request.additionalSlaveSaes ?? [], request.size]);
    const parts: Promise<EncKeysAnswer>[] = [];
    for (let left = request.number; left > 0; left -= most) {
      const number = Math.min(left, most);
      parts.push(this.#encPool.ask(group, { request: { ...request, number } }, number, most));
    }
    return joinAnswers(await allOrDestroy(parts));
  }

  async decKeys(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[]> {
    if (keyIds.length === 0) return [];
    const { maxKeyPerRequest: most } = await this.#limits(masterSae);
    const parts: Promise<readonly ProvidedKey[]>[] = [];
    for (let at = 0; at < keyIds.length; at += most) {
      const ids = keyIds.slice(at, at + most);
      parts.push(this.#decPool.ask(masterSae, ids, ids.length, most));
    }
    return (await Promise.all(parts)).flat();
  }

  close(): void {
    this.#connection.close();
  }

  /** Limits do not change while a key manager runs; they are asked once for each peer. */
  #limits(peerSae: string): Promise<ProviderStatus> {
    const known = this.#statuses.get(peerSae);
    if (known !== undefined) return known;
    const asked = this.status(peerSae);
    this.#statuses.set(peerSae, asked);
    asked.catch(() => this.#statuses.delete(peerSae));
    return asked;
  }

  async #encTogether(wishes: readonly EncWish[]): Promise<EncKeysAnswer[]> {
    const [first] = wishes;
    if (first === undefined) return [];
    const { slaveSae, additionalSlaveSaes = [], size } = first.request;
    const number = wishes.reduce((sum, { request }) => sum + request.number, 0);
    const body = {
      number,
      size,
      ...(additionalSlaveSaes.length > 0 ? { additional_slave_SAE_IDs: additionalSlaveSaes } : {}),
    };
    const answer = await this.#sendWithRetry(slaveSae, "enc_keys", body, this.#encRetry, isNotEnough);
    const { keys, origin } = readContainer(answer);
    if (keys.length !== number || keys.some(({ key }) => key.length * 8 !== size)) {
      for (const { key } of keys) key.destroy();
      throw new KeyUnavailableError("The key manager answered other keys than were asked for.");
    }
    let at = 0;
    return wishes.map(({ request }) => {
      const share = keys.slice(at, at + request.number);
      at += request.number;
      return { keys: share, origin: shareOf(origin, request.number / number) };
    });
  }

  async #decTogether(
    wishes: readonly (readonly string[])[],
    masterSae: string,
  ): Promise<(readonly ProvidedKey[])[]> {
    const ids = wishes.flat().map((id) => id.toLowerCase());
    const body = { key_IDs: ids.map((id) => ({ key_ID: id })) };
    const answer = await this.#sendWithRetry(masterSae, "dec_keys", body, this.#decGrace, isLate);
    const found = new Map(readContainer(answer).keys.map((provided) => [provided.keyId, provided]));
    return wishes.map((wish) =>
      wish.map((id) => {
        const provided = found.get(id.toLowerCase());
        if (provided === undefined) throw new KeyNotFoundError();
        return provided;
      }),
    );
  }

  async #sendWithRetry(
    sae: string,
    action: "enc_keys" | "dec_keys",
    body: unknown,
    waits: readonly number[],
    again: (answer: KmeAnswer) => boolean,
  ): Promise<KmeAnswer> {
    for (const wait of [...waits, undefined]) {
      const answer = await this.#connection.send(sae, action, body);
      if (answer.status === 200) return answer;
      if (wait === undefined || !again(answer)) throw errorOf(answer);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    throw new Error("unreachable");
  }
}

/** Some key managers say "not enough key" with 400 instead of 503. */
function isNotEnough(answer: KmeAnswer): boolean {
  return (
    answer.status === 503 ||
    (answer.status === 400 && /enough|insufficient|exhausted|no keys?\b/i.test(textOf(answer)))
  );
}

function isLate(answer: KmeAnswer): boolean {
  return [400, 401, 403, 404, 503].includes(answer.status);
}

function textOf({ body }: KmeAnswer): string {
  const message = typeof body === "object" && body !== null && "message" in body ? body.message : "";
  return typeof message === "string" ? message.slice(0, 500) : "";
}

function errorOf(answer: KmeAnswer): Error {
  const text = textOf(answer);
  if (isNotEnough(answer)) {
    const wait = answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs };
    return new KeyUnavailableError(text === "" ? "The key manager has not enough key now." : text, wait);
  }
  if (answer.status === 401 || answer.status === 403) return new KeyNotAuthorisedError(text);
  if (answer.status === 404 || /not found/i.test(text)) return new KeyNotFoundError();
  if (answer.status >= 500) return new KeyUnavailableError("The key manager cannot answer now.");
  return new KeyRequestError(text === "" ? `the key manager refused (${answer.status})` : text);
}

function readContainer(answer: KmeAnswer): { keys: ProvidedKey[]; origin: KeyOrigin | undefined } {
  const body = parse(containerSchema, answer.body);
  const keys = body.keys.map(({ key_ID, key }) => ({
    keyId: key_ID.toLowerCase(),
    key: SecretBytes.own(fromBase64(key)),
  }));
  const extension = z.object({ vernam_route: routeExtensionSchema }).safeParse(body.key_container_extension);
  return { keys, origin: extension.success ? extension.data.vernam_route : undefined };
}

function parse<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new KeyUnavailableError("The key manager's answer is not what ETSI GS QKD 014 describes.");
}

function shareOf(origin: KeyOrigin | undefined, share: number): KeyOrigin | undefined {
  if (origin === undefined || share === 1) return origin;
  return { ...origin, networkBits: Math.ceil(origin.networkBits * share) };
}

/** All parts, or none: keys of the parts that came are destroyed. */
async function allOrDestroy(parts: readonly Promise<EncKeysAnswer>[]): Promise<EncKeysAnswer[]> {
  const results = await Promise.allSettled(parts);
  const failed = results.find((result) => result.status === "rejected");
  const answers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (failed === undefined) return answers;
  for (const { keys } of answers) for (const { key } of keys) key.destroy();
  throw failed.reason;
}

function joinAnswers(answers: readonly EncKeysAnswer[]): EncKeysAnswer {
  const [first, ...rest] = answers;
  if (first === undefined) return { keys: [], origin: undefined };
  if (rest.length === 0) return first;
  const origins = answers.map(({ origin }) => origin);
  const known = origins.filter((origin) => origin !== undefined);
  const origin: KeyOrigin | undefined =
    known.length < origins.length
      ? undefined
      : {
          routes: [
            ...new Map(
              known.flatMap(({ routes }) => routes).map((route) => [route.join(" "), route]),
            ).values(),
          ],
          networkBits: known.reduce((sum, { networkBits }) => sum + networkBits, 0),
          epsilonExponent: Math.min(...known.map(({ epsilonExponent }) => epsilonExponent)),
        };
  return { keys: answers.flatMap(({ keys }) => keys), origin };
}
