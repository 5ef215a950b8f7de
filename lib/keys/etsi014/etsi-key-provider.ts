import { KeyNotFoundError, KeyRequestError, KeyUnavailableError } from "../key-errors.ts";
import type {
  EncKeysAnswer,
  EncKeysRequest,
  KeyOrigin,
  KeyProvider,
  ProvidedKey,
  ProviderStatus,
} from "../key-provider.ts";
import { CollectedKeys } from "./collected-keys.ts";
import {
  errorOf,
  isForeignShortage,
  isLate,
  parseForeignStatus,
  readContainer,
  unreachable,
} from "./foreign-answers.ts";
import { type KmeAddress, type KmeAnswer, KmeConnection } from "./kme-connection.ts";
import { RequestPool } from "./request-pool.ts";

export interface EtsiKeyProviderOptions {
  readonly address: KmeAddress;
  /** What every enc_keys demands of a foreign key manager (its own or our extension parameters). */
  readonly extensionMandatory?: readonly Readonly<Record<string, unknown>>[];
  /** Told of the keys of every answer before anybody gets them; rejects those that came before. */
  readonly acceptKeys?: (keys: readonly ProvidedKey[]) => Promise<void>;
  /** Waits before asking again after 503 or "not enough key", ms. Default: none here; the gateway's outbox waits. */
  readonly encKeysRetryMs?: readonly number[];
  /** Waits before asking again for keys the KME does not know yet: foreign peers synchronise late. */
  readonly decKeysGraceMs?: readonly number[];
  readonly sockets?: number;
  readonly timeoutMs?: number;
}

/** Longest wait that a key manager's Retry-After makes us take before the caller hears of it, ms. */
const longestWaitMs = 5000;
/** What a key manager does not refuse at once it may take back within this time: limits are asked again, ms. */
const limitsAgeMs = 10 * 60_000;

interface EncWish {
  readonly request: EncKeysRequest;
}

/** A key manager spoken to as ETSI GS QKD 014 says, ours or a foreign one. */
export class EtsiKeyProvider implements KeyProvider {
  readonly #connection: KmeConnection;
  readonly #encRetry: readonly number[];
  readonly #decGrace: readonly number[];
  readonly #statuses = new Map<string, { readonly at: number; readonly status: Promise<ProviderStatus> }>();
  readonly #collected = new CollectedKeys();
  readonly #options: EtsiKeyProviderOptions;
  readonly #encPool: RequestPool<EncWish, EncKeysAnswer>;
  readonly #decPool: RequestPool<readonly string[], readonly ProvidedKey[]>;

  constructor(options: EtsiKeyProviderOptions) {
    this.#options = options;
    this.#connection = new KmeConnection(options.address, options);
    this.#encRetry = options.encKeysRetryMs ?? [];
    this.#decGrace = options.decKeysGraceMs ?? [];
    this.#encPool = new RequestPool((wishes) => this.#encTogether(wishes));
    this.#decPool = new RequestPool((wishes, master) => this.#decTogether(wishes, master));
  }

  async status(slaveSae: string): Promise<ProviderStatus> {
    const answer = await this.#send(slaveSae, "status");
    if (answer.status !== 200) throw errorOf(answer);
    return parseForeignStatus(answer);
  }

  async encKeys(request: EncKeysRequest): Promise<EncKeysAnswer> {
    const limits = await this.#limits(request.slaveSae);
    if (request.size > limits.maxKeySize || request.size < limits.minKeySize) {
      throw new KeyRequestError(
        `the key manager gives keys of ${limits.minKeySize} to ${limits.maxKeySize} bits`,
      );
    }
    const most = Math.max(1, limits.maxKeyPerRequest);
    const { slaveSae, additionalSlaveSaes = [], size, priority, disjoint } = request;
    const group = JSON.stringify([slaveSae, additionalSlaveSaes, size, priority, disjoint]);
    const parts: Promise<EncKeysAnswer>[] = [];
    for (let left = request.number; left > 0; left -= most) {
      const number = Math.min(left, most);
      parts.push(this.#encPool.ask(group, { request: { ...request, number } }, number, most));
    }
    return joinAnswers(await allOrDestroy(parts));
  }

  /**
   * Asks for as many at once as the key manager allows. When one part fails, the keys of the others are kept for the
   * next attempt: they are not handed out twice.
   */
  async decKeys(masterSae: string, keyIds: readonly string[]): Promise<readonly ProvidedKey[]> {
    const ids = keyIds.map((id) => id.toLowerCase());
    const missing = this.#collected.missing(masterSae, ids);
    if (missing.length > 0) {
      const { maxKeyPerRequest } = await this.#limits(masterSae);
      const most = Math.max(1, maxKeyPerRequest);
      const parts: Promise<readonly ProvidedKey[]>[] = [];
      for (let at = 0; at < missing.length; at += most) {
        const part = missing.slice(at, at + most);
        parts.push(this.#decPool.ask(masterSae, part, part.length, most));
      }
      const results = await Promise.allSettled(parts);
      for (const result of results)
        if (result.status === "fulfilled") this.#collected.keep(masterSae, result.value);
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
    return this.#collected.take(masterSae, ids);
  }

  close(): void {
    this.#connection.close();
    this.#collected.destroy();
  }

  /** Limits hardly change while a key manager runs; they are asked now and then for each peer. */
  #limits(peerSae: string): Promise<ProviderStatus> {
    const known = this.#statuses.get(peerSae);
    const at = performance.now();
    if (known !== undefined && at - known.at < limitsAgeMs) return known.status;
    const status = this.status(peerSae);
    this.#statuses.set(peerSae, { at, status });
    status.catch(() => this.#statuses.delete(peerSae));
    return status;
  }

  async #encTogether(wishes: readonly EncWish[]): Promise<EncKeysAnswer[]> {
    const [first] = wishes;
    if (first === undefined) return [];
    const { slaveSae, additionalSlaveSaes = [], size, priority = "ordinary", disjoint = 1 } = first.request;
    const number = wishes.reduce((sum, { request }) => sum + request.number, 0);
    const { acceptKeys } = this.#options;
    const ways = disjoint > 1 ? [{ vernam_route: { disjoint } }] : [];
    const mandatory = [...(this.#options.extensionMandatory ?? []), ...ways];
    const body = {
      number,
      size,
      ...(additionalSlaveSaes.length > 0 ? { additional_slave_SAE_IDs: additionalSlaveSaes } : {}),
      ...(mandatory.length > 0 ? { extension_mandatory: mandatory } : {}),
      ...(priority === "ordinary" ? {} : { extension_optional: [{ vernam_priority: priority }] }),
    };
    const answer = await this.#sendWithRetry(slaveSae, "enc_keys", body, this.#encRetry, isForeignShortage);
    const { keys, origin } = readContainer(answer);
    if (keys.length !== number || keys.some(({ key }) => key.length * 8 !== size)) {
      for (const { key } of keys) key.destroy();
      throw new KeyUnavailableError("The key manager answered other keys than were asked for.");
    }
    await acceptKeys?.(keys);
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
    const ids = wishes.flat();
    const body = { key_IDs: ids.map((id) => ({ key_ID: id })) };
    const answer = await this.#sendWithRetry(masterSae, "dec_keys", body, this.#decGrace, isLate);
    const { keys } = readContainer(answer);
    const found = new Map(keys.map((provided) => [provided.keyId, provided]));
    if (!ids.every((id) => found.has(id))) {
      for (const { key } of keys) key.destroy();
      throw new KeyNotFoundError();
    }
    await this.#options.acceptKeys?.(keys);
    return wishes.map((wish) => wish.flatMap((id) => found.get(id) ?? []));
  }

  async #sendWithRetry(
    sae: string,
    action: "enc_keys" | "dec_keys",
    body: unknown,
    waits: readonly number[],
    again: (answer: KmeAnswer) => boolean,
  ): Promise<KmeAnswer> {
    for (const wait of [...waits, undefined]) {
      const answer = await this.#send(sae, action, body);
      if (answer.status === 200) return answer;
      if (wait === undefined || !again(answer)) throw errorOf(answer, action);
      const asked = Math.min(answer.retryAfterMs ?? 0, longestWaitMs);
      await new Promise((resolve) => setTimeout(resolve, Math.max(wait, asked)));
    }
    throw new Error("unreachable");
  }

  async #send(sae: string, action: "status" | "enc_keys" | "dec_keys", body?: unknown): Promise<KmeAnswer> {
    try {
      return await this.#connection.send(sae, action, body);
    } catch (error) {
      throw unreachable(error);
    }
  }
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
