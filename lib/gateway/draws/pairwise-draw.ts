import type { KeyOrigin } from "../../keys/key-provider.ts";
import { type KeyShare, sealShare, shareTagKeyBytes } from "../../protocol/key-shares.ts";
import { limits } from "../../protocol/limits.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { GatewayError } from "../gateway-error.ts";
import type { DrawnPad } from "./drawn-pad.ts";

/** What of a draw record may be masked keys: the rest is for names and key_IDs. */
const mostMaskedBytes = 96 * 1024;

/**
 * One key for several sites where no key manager gives it to all: a random key of our own, and for each site that key
 * under a pairwise key K_i, with a one-time tag. Costs a whole key for each site.
 * @param drawOne draws K_i for one site.
 * @throws GatewayError draw.too-large; what a key manager reports, and then no key is left over.
 */
export async function drawPairwise(
  slaveSaes: readonly string[],
  bytes: number,
  drawOne: (sae: string, bytes: number) => Promise<DrawnPad>,
): Promise<DrawnPad> {
  if (slaveSaes.length * bytes > mostMaskedBytes) {
    throw new GatewayError(
      "draw.too-large",
      "The key managers give no key to so many sites at once, and each site's own would be too long together.",
      { nextStep: "Send a shorter message, or use AES." },
    );
  }
  const pads = await drawAll(slaveSaes, (sae) => drawOne(sae, bytes + shareTagKeyBytes));
  const key = SecretBytes.random(bytes);
  const shares = pads.map((pad) => pad.key.consume((own) => sealShare(key.reveal(), own, pad.keyIds)));
  return { keyIds: pads.flatMap((pad) => pad.keyIds), key, origin: joinOrigins(pads), shares };
}

async function drawAll(
  saes: readonly string[],
  draw: (sae: string) => Promise<DrawnPad>,
): Promise<readonly DrawnPad[]> {
  const results = await Promise.allSettled(saes.map(draw));
  const pads = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return pads;
  for (const pad of pads) pad.key.destroy();
  throw failed.reason;
}

/** Known only when every key manager tells. */
function joinOrigins(pads: readonly DrawnPad[]): KeyOrigin | undefined {
  const origins = pads.flatMap(({ origin }) => origin ?? []);
  if (origins.length < pads.length) return undefined;
  return {
    routes: origins.flatMap(({ routes }) => routes).slice(0, limits.routes),
    networkBits: origins.reduce((sum, { networkBits }) => sum + networkBits, 0),
    epsilonExponent: Math.min(...origins.map(({ epsilonExponent }) => epsilonExponent)),
  };
}

/** The key_IDs of one site's own key: shares have theirs one after the other. */
export function keyIdsOfShare(
  {
    keyIds,
    shares = [],
  }: { readonly keyIds: readonly Bytes[]; readonly shares?: readonly KeyShare[] | undefined },
  share: KeyShare,
): readonly Bytes[] {
  let first = 0;
  for (const other of shares) {
    if (other === share) break;
    first += other.keys;
  }
  return keyIds.slice(first, first + share.keys);
}
