import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { VernamError } from "../../shared/errors.ts";
import { writePrivateFile, writePublicFile } from "../../shared/private-file.ts";
import { kmeIdOf, saeIdOf } from "../kme/kme.ts";
import { CertificateIssuer, type CertifiedKey, createRoot, type LeafRequest } from "./certificates.ts";
import { type SaeEntry, SaeRegister } from "./sae-register.ts";

class PkiError extends VernamError {}

const renewBeforeMs = 30 * 24 * 3_600_000;
/** Also a file name, so nothing a path could be made of. */
const saeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * The key network's own certificates in DATA_DIR/qkdn/pki: a root, a server certificate for every KME, a client
 * certificate for every site's SAE, and for further SAEs. Made at the first start, renewed 30 days before they end.
 */
export class KeyNetworkPki {
  readonly folder: string;
  readonly root: CertifiedKey;
  readonly saes: SaeRegister;
  readonly #issuer: CertificateIssuer;
  readonly #now: () => number;

  private constructor(folder: string, root: CertifiedKey, issuer: CertificateIssuer, now: () => number) {
    this.folder = folder;
    this.root = root;
    this.saes = new SaeRegister(folder, now);
    this.#issuer = issuer;
    this.#now = now;
  }

  static async open(folder: string, now: () => number): Promise<KeyNetworkPki> {
    const files = pathsOf(folder, "root");
    const root = readPair(files) ?? (await createRoot("Vernam key network root", now()));
    if (!existsSync(files.certificate)) writePair(files, root);
    return new KeyNetworkPki(folder, root, await CertificateIssuer.open(root), now);
  }

  /** Server certificate of a site's KME, valid for localhost, the loopback addresses and `hosts`. */
  kmeCertificate(site: string, hosts: readonly string[] = []): Promise<CertifiedKey> {
    return this.#ensure(join("kme", site), {
      commonName: kmeIdOf(site),
      usage: "server",
      ...serverNames(hosts),
    });
  }

  /** Makes sure that each of `sites` has the certificate of its own SAE, and that they are registered. */
  async ensureSiteSaes(sites: readonly string[]): Promise<void> {
    const entries = new Map<string, SaeEntry>();
    for (const site of sites) {
      const sae = saeIdOf(site);
      const pair = await this.#ensure(join("sae", sae), { commonName: sae, usage: "client" });
      const fingerprint = fingerprintOf(pair.certificate);
      if (this.saes.list().get(sae)?.fingerprint !== fingerprint) {
        entries.set(sae, { site, fingerprint, issuedAt: this.#now() });
      }
    }
    if (entries.size > 0) this.saes.put(entries);
  }

  /**
   * A client certificate for a further SAE at a site.
   * @throws PkiError "pki.sae-name", "pki.sae-taken".
   */
  async issueSae(sae: string, site: string): Promise<CertifiedKey> {
    if (!saeName.test(sae)) {
      throw new PkiError(
        "pki.sae-name",
        "An SAE ID is 1 to 63 letters, digits, dots, hyphens or underscores.",
      );
    }
    if (this.saes.list().has(sae)) throw new PkiError("pki.sae-taken", `There is an SAE ${sae} already.`);
    const pair = await this.#ensure(join("sae", sae), { commonName: sae, usage: "client" });
    this.saes.put(
      new Map([[sae, { site, fingerprint: fingerprintOf(pair.certificate), issuedAt: this.#now() }]]),
    );
    return pair;
  }

  /** @throws PkiError "pki.sae-unknown" when no certificate was issued here. */
  saeCertificate(sae: string): CertifiedKey {
    const pair = saeName.test(sae) ? readPair(pathsOf(this.folder, join("sae", sae))) : undefined;
    if (pair === undefined) throw new PkiError("pki.sae-unknown", `No certificate of SAE ${sae} is here.`);
    return pair;
  }

  saePaths(sae: string): {
    readonly certificate: string;
    readonly privateKey: string;
    readonly root: string;
  } {
    return { ...pathsOf(this.folder, join("sae", sae)), root: pathsOf(this.folder, "root").certificate };
  }

  /** Certificate for a server on the local network (`--lan`), made anew when names are missing from the last one. */
  lanCertificate(hosts: readonly string[]): Promise<CertifiedKey> {
    const commonName = hosts[0] ?? "localhost";
    return this.#ensure("lan", { commonName, usage: "server", ...serverNames(hosts) });
  }

  async #ensure(name: string, request: LeafRequest): Promise<CertifiedKey> {
    const files = pathsOf(this.folder, name);
    const found = readPair(files);
    if (found !== undefined && this.#stillGood(found, request)) return found;
    const pair = await this.#issuer.issue(request, this.#now());
    writePair(files, pair);
    return pair;
  }

  #stillGood(pair: CertifiedKey, request: LeafRequest): boolean {
    const certificate = new X509Certificate(pair.certificate);
    if (Date.parse(certificate.validTo) - this.#now() < renewBeforeMs) return false;
    if (!certificate.verify(new X509Certificate(this.root.certificate).publicKey)) return false;
    const hosts = request.dnsNames?.every((name) => certificate.checkHost(name) !== undefined) ?? true;
    const addresses =
      request.ipAddresses?.every((address) => certificate.checkIP(address) !== undefined) ?? true;
    return hosts && addresses;
  }
}

export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
}

function serverNames(hosts: readonly string[]): Pick<LeafRequest, "dnsNames" | "ipAddresses"> {
  const isAddress = (host: string) => host.includes(":") || /^[0-9.]+$/.test(host);
  const all = [...new Set(["localhost", "127.0.0.1", "::1", ...hosts])];
  return { dnsNames: all.filter((host) => !isAddress(host)), ipAddresses: all.filter(isAddress) };
}

function pathsOf(folder: string, name: string): { certificate: string; privateKey: string } {
  return { certificate: join(folder, `${name}.pem`), privateKey: join(folder, `${name}.key`) };
}

function readPair(files: { certificate: string; privateKey: string }): CertifiedKey | undefined {
  if (!existsSync(files.certificate) || !existsSync(files.privateKey)) return undefined;
  return {
    certificate: readFileSync(files.certificate, "utf8"),
    privateKey: readFileSync(files.privateKey, "utf8"),
  };
}

/** The key first: a certificate on disk means that its key is there too. */
function writePair(files: { certificate: string; privateKey: string }, pair: CertifiedKey): void {
  writePrivateFile(files.privateKey, pair.privateKey);
  writePublicFile(files.certificate, pair.certificate);
}
