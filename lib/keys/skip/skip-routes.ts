import { randomBytes } from "node:crypto";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { JsonRoute, Query } from "../etsi014/json-router.ts";
import type { IdentifyCaller } from "../etsi014/kme-routes.ts";
import { KeyRequestError } from "../key-errors.ts";
import { keyLimits } from "../kme/key-limits.ts";
import type { SuppliedKey } from "../kme/key-request.ts";
import type { SaeRegister } from "../pki/sae-register.ts";

const keyIdText = /^[0-9a-fA-F]{32}$/;
const integerText = /^\d{1,9}$/;
/** Bits of one answer of /entropy. */
const entropyLimit = 8192;

/**
 * The Secure Key Integration Protocol (draft-cisco-skip), which routers speak to a key provider, over the same supply
 * as ETSI GS QKD 014. A system ID is an SAE ID: the caller's is in its certificate, the remote one is the other
 * router's. Key IDs and keys travel as hexadecimal digits.
 */
export function skipRoutes(identify: IdentifyCaller, saes: SaeRegister): readonly JsonRoute[] {
  return [
    {
      path: /^\/capabilities$/,
      get: ({ request }) => {
        const { sae } = identify(request);
        const remoteSystemID = [...saes.list().keys()].filter((other) => other !== sae);
        return { entropy: true, key: true, algorithm: "QKD", localSystemID: sae, remoteSystemID };
      },
    },
    {
      path: /^\/key$/,
      get: async ({ request, query }) => {
        const { kme, sae } = identify(request);
        const size = readCount(query, "size", keyLimits.keySize, keyLimits.maxKeySize);
        const demand = { masterSae: sae, slaveSaes: [readRemote(query)], number: 1, size };
        return describeKey((await kme.encKeys(demand)).keys);
      },
    },
    {
      path: /^\/key\/([^/]*)$/,
      get: async ({ request, part: keyId, query }) => {
        const { kme, sae } = identify(request);
        if (!keyIdText.test(keyId)) throw new KeyRequestError("keyId shall be 32 hexadecimal digits");
        return describeKey(await kme.decKeys(sae, readRemote(query), [fromHex(keyId.toLowerCase())]));
      },
    },
    {
      path: /^\/entropy$/,
      get: ({ request, query }) => {
        identify(request);
        const minentropy = readCount(query, "minentropy", keyLimits.keySize, entropyLimit);
        const bytes = randomBytes(minentropy / 8);
        const randomStr = bytes.toString("hex");
        bytes.fill(0);
        return { randomStr, minentropy };
      },
    },
  ];
}

function describeKey(keys: readonly SuppliedKey[]): { keyId: string; key: string } {
  const [supplied] = keys;
  if (supplied === undefined) throw new Error("the key manager supplied no key");
  return { keyId: toHex(supplied.keyId), key: supplied.key.consume(toHex) };
}

function readRemote(query: Query): string {
  const remote = query.remoteSystemID;
  if (typeof remote !== "string" || remote.trim() === "")
    throw new KeyRequestError("exactly one remoteSystemID is needed");
  return remote;
}

/** Bits, whole bytes. */
function readCount(query: Query, name: string, usual: number, most: number): number {
  const text = query[name];
  if (text === undefined) return usual;
  const bits = typeof text === "string" && integerText.test(text) ? Number(text) : Number.NaN;
  if (!Number.isInteger(bits) || bits < 8 || bits % 8 !== 0 || bits > most)
    throw new KeyRequestError(`${name} shall be a multiple of 8 from 8 to ${most}`);
  return bits;
}
