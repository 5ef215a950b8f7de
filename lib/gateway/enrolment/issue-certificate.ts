import { parseDeviceCertificate, signDeviceCertificate } from "../../protocol/device-certificate.ts";
import { limits } from "../../protocol/limits.ts";
import type { DualSigner } from "../../protocol/signing.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { DeviceRow } from "./device-row.ts";

export type CertifiedDevice = DeviceRow & {
  readonly certificate: Bytes;
  readonly certificateHash: Bytes;
  readonly notAfter: number;
};

/** A certificate of 24 hours for what the row says, signed by the site with both algorithms. */
export async function issueCertificate(
  row: DeviceRow,
  signer: DualSigner,
  now: number,
): Promise<CertifiedDevice> {
  const notAfter = now + limits.certificateLifetime;
  const certificate = await signDeviceCertificate(
    {
      site: row.site,
      user: row.user,
      device: row.device,
      ed25519Key: row.ed25519Key,
      mlDsaKey: row.mlDsaKey,
      sealingKey: row.sealingKey,
      assurance: row.assurance,
      roles: row.roles,
      name: row.name,
      notBefore: now,
      notAfter,
    },
    signer,
  );
  return { ...row, certificate, certificateHash: parseDeviceCertificate(certificate).hash, notAfter };
}
