import { isRouteRefusal } from "../../keys/key-errors.ts";
import type {
  EncKeysAnswer,
  KeyOrigin,
  KeyProvider,
  ProvidedKey,
  ProviderStatus,
} from "../../keys/key-provider.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { parseUuid } from "../../shared/uuid.ts";
import { type DrawWishes, ownWishes } from "./draw-wishes.ts";
import type { DrawnPad } from "./drawn-pad.ts";
import { type KeyPlan, planKeys } from "./key-plan.ts";
import { drawPairwise } from "./pairwise-draw.ts";

interface Waiting {
  readonly resolve: (keys: Answer) => void;
  readonly reject: (error: unknown) => void;
}

interface Answer {
  readonly keys: readonly ProvidedKey[];
  readonly origin: KeyOrigin | undefined;
}

interface Group {
  readonly saes: readonly string[];
  readonly plan: KeyPlan;
  readonly wishes: DrawWishes;
  readonly waiting: Waiting[];
  running: number;
}

const statusAgeMs = 60_000;
const requestsInFlight = 2;

/**
 * Draws pads for one site. Draws for the same receiving sites and size that come together share one request to the
 * key manager; when it has too little for all of them, the request is halved until what there is has been given out.
 */
export class PadDrawer {
  readonly #provider: KeyProvider;
  readonly #now: () => number;
  readonly #groups = new Map<string, Group>();
  readonly #limits = new Map<string, { readonly at: number; readonly status: Promise<ProviderStatus> }>();

  constructor(provider: KeyProvider, now: () => number) {
    this.#provider = provider;
    this.#now = now;
  }

  /** Bits of key that could be drawn now with this SAE, as far as the key manager counts. @throws what it reports. */
  async stock(slaveSae: string): Promise<number> {
    const { storedKeyCount, keySize } = await this.#provider.status(slaveSae);
    return storedKeyCount * keySize;
  }

  /** `slaveSaes`: every receiving site's SAE, at least one. @throws what the key manager reports. */
  async draw(slaveSaes: readonly string[], bytes: number, wishes: DrawWishes = ownWishes): Promise<DrawnPad> {
    const saes = [...slaveSaes].sort();
    const status = await this.#status(saes[0] as string);
    const alone = status.maxSaeIdCount < saes.length - 1 || this.#provider.canShare?.(saes) === false;
    if (saes.length > 1 && alone)
      return drawPairwise(slaveSaes, bytes, (sae, length) => this.draw([sae], length, wishes));
    const plan = planKeys(bytes, status);
    const answer = await new Promise<Answer>((resolve, reject) => {
      const name = `${plan.count}x${plan.sizeBits} ${Object.values(wishes).join(" ")} ${saes.join(" ")}`;
      let group = this.#groups.get(name);
      if (group === undefined) {
        group = { saes, plan, wishes, waiting: [], running: 0 };
        this.#groups.set(name, group);
      }
      group.waiting.push({ resolve, reject });
      if (group.waiting.length === 1) setImmediate(() => this.#pump(name, status.maxKeyPerRequest));
    });
    return {
      keyIds: answer.keys.map((key) => parseUuid(key.keyId)),
      key: joinKeys(answer.keys, bytes),
      origin: answer.origin,
    };
  }

  #pump(name: string, perRequest: number): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    while (group.waiting.length > 0 && group.running < requestsInFlight) {
      const batch = group.waiting.splice(0, Math.max(1, Math.floor(perRequest / group.plan.count)));
      group.running++;
      void this.#request(group, batch, perRequest).finally(() => {
        group.running--;
        if (group.waiting.length > 0) this.#pump(name, perRequest);
        else if (group.running === 0) this.#groups.delete(name);
      });
    }
  }

  async #request(group: Group, batch: readonly Waiting[], perRequest: number): Promise<void> {
    const each = group.plan.count;
    try {
      const answer = await this.#collect(group, each * batch.length, perRequest);
      const origin = shareOf(answer.origin, batch.length);
      batch.forEach((entry, index) => {
        entry.resolve({ keys: answer.keys.slice(index * each, (index + 1) * each), origin });
      });
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else {
        const middle = Math.ceil(batch.length / 2);
        await this.#request(group, batch.slice(0, middle), perRequest);
        await this.#request(group, batch.slice(middle), perRequest);
      }
    }
  }

  /** As many requests as the key manager's limit per request needs. Keys of a failed collection are destroyed. */
  async #collect(group: Group, number: number, perRequest: number): Promise<Answer> {
    const keys: ProvidedKey[] = [];
    let origin: KeyOrigin | undefined;
    try {
      while (keys.length < number) {
        const answer = await this.#encKeys(group, Math.min(perRequest, number - keys.length));
        keys.push(...answer.keys);
        origin = joinOrigins(origin, answer.origin);
      }
      return { keys, origin };
    } catch (error) {
      for (const key of keys) key.key.destroy();
      throw error;
    }
  }

  /** Over separate routes where that is wished; over one where it is not required and there are no others. */
  async #encKeys({ saes, plan, wishes }: Group, number: number): Promise<EncKeysAnswer> {
    const request = {
      slaveSae: saes[0] as string,
      ...(saes.length > 1 ? { additionalSlaveSaes: saes.slice(1) } : {}),
      number,
      size: plan.sizeBits,
      priority: wishes.priority,
    };
    if (wishes.disjoint === 1) return this.#provider.encKeys(request);
    try {
      return await this.#provider.encKeys({ ...request, disjoint: wishes.disjoint });
    } catch (error) {
      if (wishes.required || !isRouteRefusal(error)) throw error;
      return this.#provider.encKeys(request);
    }
  }

  #status(sae: string): Promise<ProviderStatus> {
    const known = this.#limits.get(sae);
    if (known !== undefined && this.#now() - known.at < statusAgeMs) return known.status;
    const status = this.#provider.status(sae);
    this.#limits.set(sae, { at: this.#now(), status });
    status.catch(() => this.#limits.delete(sae));
    return status;
  }
}

/** The first `bytes` of the keys put end to end; the keys are destroyed. @throws RangeError when they are too short. */
export function joinKeys(keys: readonly ProvidedKey[], bytes: number): SecretBytes {
  const pad = new Uint8Array(bytes);
  let filled = 0;
  for (const { key } of keys) {
    key.consume((part) => {
      const used = part.subarray(0, bytes - filled);
      pad.set(used, filled);
      filled += used.length;
    });
  }
  if (filled < bytes) {
    pad.fill(0);
    throw new RangeError("the key manager gave less key than was asked for");
  }
  return SecretBytes.own(pad);
}

function joinOrigins(a: KeyOrigin | undefined, b: KeyOrigin | undefined): KeyOrigin | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const seen = new Map([...a.routes, ...b.routes].map((route) => [route.join(" "), route]));
  return {
    routes: [...seen.values()],
    networkBits: a.networkBits + b.networkBits,
    epsilonExponent: Math.min(a.epsilonExponent, b.epsilonExponent),
  };
}

/** One draw's part of what a shared request cost the network. */
function shareOf(origin: KeyOrigin | undefined, draws: number): KeyOrigin | undefined {
  return origin === undefined ? undefined : { ...origin, networkBits: Math.ceil(origin.networkBits / draws) };
}
