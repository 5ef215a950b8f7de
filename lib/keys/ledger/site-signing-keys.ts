import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writePrivateFile } from "../../shared/private-file.ts";
import type { WitnessedHead } from "./witnessed-head.ts";

const label = Buffer.from("vernam/1 ledger head\0");
const fileSchema = z.record(z.string(), z.string());

/** The Ed25519 keys with which every site signs the heads of its ledger. */
export class SiteSigningKeys {
  /** PKCS #8, base64: a network has hundreds of sites, and most keys are wanted long after the start or never. */
  readonly #stored: Readonly<Record<string, string>>;
  readonly #keys = new Map<string, { readonly secret: KeyObject; readonly open: KeyObject }>();

  private constructor(stored: Readonly<Record<string, string>>) {
    this.#stored = stored;
  }

  /** Reads DATA_DIR/qkdn/pki/ledger-keys.json, making keys for sites that have none. */
  static open(folder: string, sites: readonly string[]): SiteSigningKeys {
    const path = join(folder, "ledger-keys.json");
    const stored = existsSync(path) ? fileSchema.parse(JSON.parse(readFileSync(path, "utf8"))) : {};
    const missing = sites.filter((site) => stored[site] === undefined);
    for (const site of missing) {
      const { privateKey } = generateKeyPairSync("ed25519");
      stored[site] = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
    }
    if (missing.length > 0) writePrivateFile(path, JSON.stringify(stored));
    return new SiteSigningKeys(stored);
  }

  /** @throws Error for a site without key. */
  signHead(site: string, length: number, hash: Uint8Array): Uint8Array {
    const keys = this.#find(site);
    if (keys === undefined) throw new Error(`site ${site} has no ledger key`);
    return sign(null, headBytes(site, length, hash), keys.secret);
  }

  verifyHead(site: string, length: number, hash: Uint8Array, signature: Uint8Array): boolean {
    const keys = this.#find(site);
    return keys !== undefined && verify(null, headBytes(site, length, hash), keys.open, signature);
  }

  /** Raw Ed25519 public keys of these sites, hex. */
  publicKeys(sites: readonly string[]): Record<string, string> {
    return Object.fromEntries(
      sites.flatMap((site) => {
        const jwk = this.#find(site)?.open.export({ format: "jwk" });
        return jwk?.x === undefined ? [] : [[site, Buffer.from(jwk.x, "base64url").toString("hex")]];
      }),
    );
  }

  #find(site: string): { readonly secret: KeyObject; readonly open: KeyObject } | undefined {
    const known = this.#keys.get(site);
    const text = this.#stored[site];
    if (known !== undefined || text === undefined) return known;
    const secret = createPrivateKey({ key: Buffer.from(text, "base64"), type: "pkcs8", format: "der" });
    const keys = { secret, open: createPublicKey(secret) };
    this.#keys.set(site, keys);
    return keys;
  }
}

/** Checks a head's signature under a raw Ed25519 public key; false also for a key that is none. */
export function verifyHeadWith(
  publicKey: Uint8Array,
  head: Pick<WitnessedHead, "site" | "length" | "hash" | "signature">,
): boolean {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") };
    const key = createPublicKey({ key: jwk, format: "jwk" });
    return verify(null, headBytes(head.site, head.length, head.hash), key, head.signature);
  } catch {
    return false;
  }
}

function headBytes(site: string, length: number, hash: Uint8Array): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([label, Buffer.from(site), Buffer.of(0), size, hash]);
}
