import { webcrypto } from "node:crypto";
import type { X509Certificate } from "@peculiar/x509";
import { loadX509 } from "./load-x509.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 3_600_000;
const rootDays = 3650;
const leafDays = 730;
/** Clocks of clients may run behind ours. */
const backdateMs = 3_600_000;

/** A certificate and its private key, both PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface LeafRequest {
  /** CN of the subject: a KME's or an SAE's ID, or a host. */
  readonly commonName: string;
  readonly usage: "server" | "client";
  /** Names and addresses of a server, for subjectAltName. */
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/** A self-signed root on P-256 (SHA-256), X.509 v3. */
export async function createRoot(commonName: string, now: number): Promise<CertifiedKey> {
  const x509 = await loadX509();
  const keys = await createKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: randomSerial(),
      name: [{ O: ["Vernam"] }, { CN: [commonName] }],
      notBefore: new Date(now - backdateMs),
      notAfter: new Date(now + rootDays * day),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto as unknown as Crypto,
  );
  return { certificate: certificate.toString("pem"), privateKey: await exportKey(keys.privateKey) };
}

/** Issues certificates under one root. */
export class CertificateIssuer {
  readonly #root: X509Certificate;
  readonly #key: CryptoKey;

  private constructor(root: X509Certificate, key: CryptoKey) {
    this.#root = root;
    this.#key = key;
  }

  static async open(root: CertifiedKey): Promise<CertificateIssuer> {
    const x509 = await loadX509();
    const der = Buffer.from(root.privateKey.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
    return new CertificateIssuer(new x509.X509Certificate(root.certificate), key);
  }

  async issue(request: LeafRequest, now: number): Promise<CertifiedKey> {
    const x509 = await loadX509();
    const keys = await createKeys();
    const names = [
      ...(request.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
      ...(request.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
    ];
    const usage = x509.ExtendedKeyUsage[request.usage === "server" ? "serverAuth" : "clientAuth"];
    const certificate = await x509.X509CertificateGenerator.create(
      {
        serialNumber: randomSerial(),
        subject: [{ O: ["Vernam"] }, { CN: [request.commonName] }],
        issuer: this.#root.subjectName,
        notBefore: new Date(now - backdateMs),
        notAfter: new Date(now + leafDays * day),
        publicKey: keys.publicKey,
        signingKey: this.#key,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([usage]),
          await x509.AuthorityKeyIdentifierExtension.create(this.#root.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        ],
      },
      webcrypto as unknown as Crypto,
    );
    return { certificate: certificate.toString("pem"), privateKey: await exportKey(keys.privateKey) };
  }
}

async function createKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

async function exportKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  der.fill(0);
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

/** Positive, 16 bytes: the first bit stays clear. */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}
