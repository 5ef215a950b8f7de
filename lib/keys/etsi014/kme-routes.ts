import type { IncomingMessage } from "node:http";
import { formatUuid } from "../../shared/uuid.ts";
import { KeyRouteUnmetError, KeyUnavailableError } from "../key-errors.ts";
import type { KeyOrigin } from "../key-provider.ts";
import { keyLimits } from "../kme/key-limits.ts";
import type { KeyDemand, KeySupply, SuppliedKey } from "../kme/key-request.ts";
import type { Kme } from "../kme/kme.ts";
import type { Wishes } from "./extensions.ts";
import type { JsonRoute } from "./json-router.ts";
import { standardTexts } from "./messages.ts";
import {
  readDemand,
  readKeyIdQuery,
  readKeyIdsBody,
  readKeyRequestBody,
  readKeyRequestQuery,
  readSaeId,
} from "./request-reading.ts";
import type { RetryGrace } from "./retry-grace.ts";
import type { KeyContainerBody, KeyRequestBody, StatusBody } from "./schemas.ts";
import { statusBody } from "./status-body.ts";

/** Who asks which KME: known from the TLS connection alone. */
export interface Caller {
  readonly kme: Kme;
  /** Common name of the client's certificate. */
  readonly sae: string;
}

/** Answers the caller of a request. @throws KeyNotAuthorisedError for a certificate that speaks for no SAE here. */
export type IdentifyCaller = (request: IncomingMessage) => Caller;

/** How a KME may be told to differ from what suits most clients. */
export interface KmeManners {
  /** Refuses empty arrays, nulls and unknown members in key requests. */
  readonly strict?: boolean;
  /**
   * A dec_keys request whose answer got lost may be repeated once within this time, by the same SAE with the same
   * IDs. 0, the default: never, as the standard says.
   */
  readonly retryGraceMs?: number;
}

/** The five routes of ETSI GS QKD 014 V1.1.1 §5. */
export function kmeRoutes(
  identify: IdentifyCaller,
  grace: RetryGrace,
  strict: boolean,
): readonly JsonRoute[] {
  return [
    {
      path: /^\/api\/v1\/keys\/([^/]*)\/enc_keys$/,
      get: ({ request, part, query }) => encKeys(identify(request), part, readKeyRequestQuery(query)),
      post: ({ request, part, body }) => encKeys(identify(request), part, readKeyRequestBody(body, strict)),
    },
    {
      path: /^\/api\/v1\/keys\/([^/]*)\/dec_keys$/,
      get: ({ request, part, query }) => decKeys(grace, identify(request), part, readKeyIdQuery(query)),
      post: ({ request, part, body }) => decKeys(grace, identify(request), part, readKeyIdsBody(body)),
    },
    {
      path: /^\/api\/v1\/keys\/([^/]*)\/status$/,
      get: ({ request, part }) => status(identify(request), readSaeId(part)),
    },
  ];
}

function status({ kme, sae }: Caller, slave: string): StatusBody {
  return statusBody(kme, sae, slave);
}

async function encKeys({ kme, sae }: Caller, slave: string, body: KeyRequestBody): Promise<KeyContainerBody> {
  const { demand, liked, unhandled } = readDemand(sae, readSaeId(slave), body);
  const { supply, met } = await supplyWishes(kme, demand, liked);
  const maxAgeMs = demand.maxAgeMs ?? liked.maxAgeMs;
  return container(supply.keys, {
    vernam_route: describeOrigin(supply.origin),
    ...(maxAgeMs === undefined ? {} : { vernam_max_age: waitSeconds(maxAgeMs) }),
    ...(unhandled || !met ? { vernam_notice: standardTexts.optionalUnhandled } : {}),
  });
}

/** With what would be liked where that can be had, else with what is demanded alone. */
async function supplyWishes(
  kme: Kme,
  demand: KeyDemand,
  { maxAgeMs, priority, ...route }: Wishes,
): Promise<{ readonly supply: KeySupply; readonly met: boolean }> {
  // Age and turn can always be had.
  const aged = {
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    ...(priority === undefined ? {} : { priority }),
    ...demand,
  };
  if (Object.keys(route).length > 0) {
    try {
      return { supply: await kme.encKeys({ ...route, ...aged }), met: true };
    } catch (error) {
      if (!(error instanceof KeyUnavailableError || error instanceof KeyRouteUnmetError)) throw error;
    }
  }
  return { supply: await kme.encKeys(aged), met: Object.keys(route).length === 0 };
}

async function decKeys(
  grace: RetryGrace,
  { kme, sae }: Caller,
  master: string,
  keyIds: readonly Uint8Array[],
): Promise<KeyContainerBody> {
  const masterSae = readSaeId(master);
  const ask = () => kme.decKeys(sae, masterSae, keyIds);
  return container(await grace.collect([sae, masterSae], keyIds, ask), undefined);
}

function container(
  keys: readonly SuppliedKey[],
  extension: KeyContainerBody["key_container_extension"],
): KeyContainerBody {
  return {
    keys: keys.map(({ keyId, key }) => ({ key_ID: formatUuid(keyId), key: key.consume(toBase64) })),
    ...(extension === undefined ? {} : { key_container_extension: extension }),
  };
}

function describeOrigin({ routes, networkBits, epsilonExponent }: KeyOrigin) {
  const hops = routes.reduce((sum, route) => sum + route.length - 1, 0);
  return { routes: routes.map((route) => [...route]), hops, networkBits, epsilonExponent };
}

/** Node's own is thirty times as fast as what browsers have too: a pad of 256 KiB would hold everybody up for 8 ms. */
function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

/** What was granted of a wish: no key waits longer than the network lets any wait. */
function waitSeconds(wishedMs: number): number {
  return Math.floor(Math.min(wishedMs, keyLimits.waitMs) / 1000);
}
