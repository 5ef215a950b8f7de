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
import { writePrivateFile } from "../pki/private-file.ts";

const label = Buffer.from("vernam/1 ledger head\0");
const fileSchema = z.record(z.string(), z.string());

/** The Ed25519 keys with which every site signs the heads of its ledger. */
export class SiteSigningKeys {
  readonly #keys = new Map<string, { secret: KeyObject; open: KeyObject }>();

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
    const keys = new SiteSigningKeys();
    for (const [site, text] of Object.entries(stored)) {
      const secret = createPrivateKey({ key: Buffer.from(text, "base64"), type: "pkcs8", format: "der" });
      keys.#keys.set(site, { secret, open: createPublicKey(secret) });
    }
    return keys;
  }

  signHead(site: string, length: number, hash: Uint8Array): Uint8Array {
    const found = this.#keys.get(site);
    if (found === undefined) throw new Error(`site ${site} has no ledger key`);
    return sign(null, headBytes(site, length, hash), found.secret);
  }

  verifyHead(site: string, length: number, hash: Uint8Array, signature: Uint8Array): boolean {
    const found = this.#keys.get(site);
    return found !== undefined && verify(null, headBytes(site, length, hash), found.open, signature);
  }
}

function headBytes(site: string, length: number, hash: Uint8Array): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([label, Buffer.from(site), Buffer.of(0), size, hash]);
}
