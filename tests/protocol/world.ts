import type { AccessSecret } from "../../lib/protocol/access-secret.ts";
import {
  type DeviceCertificate,
  type ParsedCertificate,
  parseDeviceCertificate,
  signDeviceCertificate,
} from "../../lib/protocol/device-certificate.ts";
import { createDeviceSigner, generateDeviceSigningKeys } from "../../lib/protocol/device-keys.ts";
import { generateSealingKey, type SealingKeyPair } from "../../lib/protocol/hpke.ts";
import type { DualSigner } from "../../lib/protocol/signing.ts";
import { openSiteList, type SiteList, signSiteList } from "../../lib/protocol/site-list.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { randomUuid } from "../../lib/shared/uuid.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface TestSite {
  readonly id: string;
  readonly signer: DualSigner;
  readonly gateway: SealingKeyPair;
}

export interface TestDevice {
  readonly id: Bytes;
  readonly user: Bytes;
  readonly site: string;
  readonly signer: DualSigner;
  readonly sealing: SealingKeyPair;
  readonly certificate: ParsedCertificate;
  readonly access: AccessSecret;
}

/** Two sites with real keys, and devices on demand: the parts that every protocol test needs. */
export interface TestWorld {
  readonly now: number;
  readonly root: DualSigner;
  readonly siteList: SiteList;
  site(id: string): TestSite;
  device(site: string, name: string, changes?: Partial<DeviceCertificate>): Promise<TestDevice>;
}

export async function newSigner(): Promise<DualSigner> {
  return createDeviceSigner(await generateDeviceSigningKeys("seeds"));
}

export async function makeWorld(
  siteIds: readonly string[] = ["es-mad-mae", "pt-lis-mne"],
): Promise<TestWorld> {
  const now = 1_780_000_000_000;
  const root = await newSigner();
  const sites = new Map<string, TestSite>();
  for (const id of siteIds)
    sites.set(id, { id, signer: await newSigner(), gateway: await generateSealingKey() });
  const entries = [...sites.values()].map(({ id, signer, gateway }) => ({
    site: id,
    name: `Site ${id}`,
    country: id.slice(0, 2),
    ed25519Key: signer.ed25519PublicKey,
    mlDsaKey: signer.mlDsaPublicKey,
    gatewayKey: gateway.publicKey,
    gatewayUrl: "http://localhost:3001",
  }));
  const bytes = await signSiteList({ serial: 1, expiry: now + 1e9, network: "nine", sites: entries }, root);
  const pinned = { ed25519Key: root.ed25519PublicKey, mlDsaKey: root.mlDsaPublicKey };
  const siteList = (await openSiteList(bytes, pinned, now)).value;
  const site = (id: string): TestSite => sites.get(id)!;
  return {
    now,
    root,
    siteList,
    site,
    async device(siteId, name, changes = {}) {
      const [signer, sealing] = [await newSigner(), await generateSealingKey()];
      const body: DeviceCertificate = {
        site: siteId,
        user: randomUuid(),
        device: randomUuid(),
        ed25519Key: signer.ed25519PublicKey,
        mlDsaKey: signer.mlDsaPublicKey,
        sealingKey: sealing.publicKey,
        assurance: 0,
        roles: ["user"],
        name: `Duty officer ${name}`,
        notBefore: now - 1000,
        notAfter: now + 24 * 3600 * 1000,
        ...changes,
      };
      const certificate = parseDeviceCertificate(await signDeviceCertificate(body, site(siteId).signer));
      return {
        id: body.device,
        user: body.user,
        site: siteId,
        signer,
        sealing,
        certificate,
        access: { generation: 0, secret: SecretBytes.random(32) },
      };
    },
  };
}
