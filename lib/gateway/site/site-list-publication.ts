import { join } from "node:path";
import type { Parsed } from "../../protocol/signed.ts";
import type { DualSigner } from "../../protocol/signing.ts";
import {
  encodeSiteList,
  openSiteList,
  parseSiteList,
  type SiteEntry,
  type SiteList,
  signSiteList,
} from "../../protocol/site-list.ts";
import { copyBytes, equalBytes } from "../../shared/bytes.ts";
import { readFileIfThere, writePrivateFile } from "../../shared/private-file.ts";

const lifeMs = 365 * 24 * 60 * 60 * 1000;
const renewBeforeMs = 30 * 24 * 60 * 60 * 1000;

/**
 * The signed site list, kept in `<folder>/site-list.cbor`. It is signed anew, with the next serial, only when its
 * content changed or it has less than 30 days left; otherwise the same bytes are served again.
 */
export async function publishSiteList(options: {
  readonly folder: string;
  readonly network: string;
  readonly sites: readonly SiteEntry[];
  readonly root: DualSigner;
  readonly now: number;
}): Promise<Parsed<SiteList>> {
  const path = join(options.folder, "site-list.cbor");
  const previous = await readPrevious(path, options.root);
  if (previous !== undefined && previous.value.expiry - options.now > renewBeforeMs) {
    const unchanged = encodeSiteList({
      ...previous.value,
      network: options.network,
      sites: options.sites,
    });
    if (equalBytes(unchanged, previous.signed.body)) return previous;
  }
  const list: SiteList = {
    serial: (previous?.value.serial ?? 0) + 1,
    expiry: options.now + lifeMs,
    network: options.network,
    sites: options.sites,
  };
  const bytes = await signSiteList(list, options.root);
  writePrivateFile(path, bytes);
  return parseSiteList(bytes);
}

/** A list that this root did not sign (another data folder's) does not count; its serial is not carried on. */
async function readPrevious(path: string, root: DualSigner): Promise<Parsed<SiteList> | undefined> {
  const bytes = readFileIfThere(path);
  if (bytes === undefined) return undefined;
  const keys = { ed25519Key: root.ed25519PublicKey, mlDsaKey: root.mlDsaPublicKey };
  try {
    return await openSiteList(copyBytes(bytes), keys, 0);
  } catch {
    return undefined;
  }
}
