import { X509Certificate } from "node:crypto";
import type { KmeView } from "../api-types.ts";
import { kmeIdOf, saeIdOf } from "../kme/kme.ts";
import { fingerprintOf } from "../pki/key-network-pki.ts";

export interface KmePaths {
  readonly certificate: string;
  readonly privateKey: string;
  readonly root: string;
}

/** A shell line that draws a key at `address` for `slaveSae`. */
export function curlOf(address: string, slaveSae: string, paths: KmePaths): string {
  const url = `${address}/api/v1/keys/${encodeURIComponent(slaveSae)}/enc_keys`;
  return ["curl", "--cacert", paths.root, "--cert", paths.certificate, "--key", paths.privateKey, url]
    .map(quote)
    .join(" ");
}

export function viewKme(
  site: string,
  address: string,
  certificate: string,
  slaveSae: string,
  paths: KmePaths,
): KmeView {
  return {
    site,
    kmeId: kmeIdOf(site),
    saeId: saeIdOf(site),
    address,
    certificateFingerprint: fingerprintOf(certificate),
    notAfter: Date.parse(new X509Certificate(certificate).validTo),
    curl: curlOf(address, slaveSae, paths),
  };
}

function quote(word: string): string {
  return /^[A-Za-z0-9_./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
