import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { generateSealingKey } from "../../protocol/hpke.ts";
import type { DualSigner } from "../../protocol/signing.ts";
import { fromBase64, toBase64 } from "../../shared/base64.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { readFileIfThere, writePrivateFile } from "../../shared/private-file.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { GatewayError } from "../gateway-error.ts";
import type { MlDsaWorker } from "./ml-dsa-worker.ts";
import { WrappingKey } from "./wrapping-key.ts";

/** Everything a site's gateway owns, read from `<folder>/<site>.json` (mode 0600). */
export interface SiteKeys {
  readonly site: string;
  /** Registration keys: certificates, site list entries (both algorithms), draw records (Ed25519 alone). */
  readonly signer: DualSigner;
  /** X-Wing key of the device channel: public key of 1,216 bytes, private seed of 32. */
  readonly channelPublicKey: Bytes;
  readonly channelSeed: SecretBytes;
  /** Wraps what the gateway keeps in its database. */
  readonly wrapping: WrappingKey;
}

const base64Of = (length: number) =>
  z.string().transform((text, context) => {
    const bytes = fromBase64(text);
    if (bytes.length !== length) context.addIssue({ code: "custom", message: `expected ${length} bytes` });
    return bytes;
  });

const signingFile = z.object({
  ed25519Seed: base64Of(32),
  ed25519Public: base64Of(32),
  mlDsaSecret: base64Of(4032),
  mlDsaPublic: base64Of(1952),
});
const siteFile = signingFile.extend({
  channelSeed: base64Of(32),
  channelPublic: base64Of(1216),
  wrapping: base64Of(32),
});

/** The network root's keys, made at first start. They sign the site list and nothing else. */
export async function loadNetworkRoot(folder: string, worker: MlDsaWorker): Promise<DualSigner> {
  const path = join(folder, "network-root.json");
  const file =
    readKeyFile(path, signingFile) ?? (await createFile(path, signingFile, () => newSigning(worker)));
  return toSigner("network-root", file, worker);
}

/** A site's keys, made at first start. */
export async function loadSiteKeys(folder: string, site: string, worker: MlDsaWorker): Promise<SiteKeys> {
  const path = join(folder, `${site}.json`);
  const file = readKeyFile(path, siteFile) ?? (await createFile(path, siteFile, () => newSite(worker)));
  return {
    site,
    signer: await toSigner(site, file, worker),
    channelPublicKey: file.channelPublic,
    channelSeed: SecretBytes.own(file.channelSeed),
    wrapping: new WrappingKey(file.wrapping),
  };
}

function readKeyFile<T>(path: string, schema: z.ZodType<T>): T | undefined {
  const content = readFileIfThere(path);
  if (content === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(content.toString("utf8")));
  } catch (cause) {
    throw new GatewayError("gateway.key-file-damaged", `The key file ${path} cannot be read.`, {
      cause,
      nextStep:
        "Restore the file from a backup. Without it every device of the site has to be enrolled again.",
    });
  }
}

async function createFile<T>(
  path: string,
  schema: z.ZodType<T>,
  create: () => Promise<Record<string, string>>,
): Promise<T> {
  const content = await create();
  writePrivateFile(path, `${JSON.stringify(content, null, 1)}\n`);
  return schema.parse(content);
}

async function newSigning(worker: MlDsaWorker): Promise<Record<string, string>> {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const mlDsa = await worker.generate();
  return {
    ed25519Seed: Buffer.from(jwk.d ?? "", "base64url").toString("base64"),
    ed25519Public: Buffer.from(jwk.x ?? "", "base64url").toString("base64"),
    mlDsaSecret: toBase64(mlDsa.secretKey),
    mlDsaPublic: toBase64(mlDsa.publicKey),
  };
}

async function newSite(worker: MlDsaWorker): Promise<Record<string, string>> {
  const channel = await generateSealingKey();
  return {
    ...(await newSigning(worker)),
    channelSeed: channel.seed.consume(toBase64),
    channelPublic: toBase64(channel.publicKey),
    wrapping: randomBytes(32).toString("base64"),
  };
}

/** Signs with Ed25519 natively on the spot, and with ML-DSA-65 in the worker thread. */
async function toSigner(
  name: string,
  file: z.infer<typeof signingFile>,
  worker: MlDsaWorker,
): Promise<DualSigner> {
  await worker.load(name, file.mlDsaSecret);
  file.mlDsaSecret.fill(0);
  const key = ed25519PrivateKey(file.ed25519Seed, file.ed25519Public);
  return {
    ed25519PublicKey: file.ed25519Public,
    mlDsaPublicKey: file.mlDsaPublic,
    sign: async (message) => copyBytes(sign(null, message, key)),
    signMlDsa: (message) => worker.sign(name, message),
  };
}

function ed25519PrivateKey(seed: Uint8Array, publicKey: Uint8Array): KeyObject {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  return createPrivateKey({
    key: { kty: "OKP", crv: "Ed25519", d: text(seed), x: text(publicKey) },
    format: "jwk",
  });
}
