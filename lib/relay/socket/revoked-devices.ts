import { lengths } from "../../protocol/limits.ts";
import { parseRevocationList, Revocations } from "../../protocol/revocation-list.ts";
import { openSiteList, type SiteList } from "../../protocol/site-list.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { fromHex } from "../../shared/hex.ts";
import type { RelayServer } from "./socket-types.ts";

/**
 * Devices that their own sites revoked (a list counts for devices of its site's users only), as other devices bring the signed lists here. Their sockets end at once and
 * open no more. Forgotten with this process: every device brings its lists again when it connects.
 */
export class RevokedDevices {
  readonly #io: RelayServer;
  readonly #readSiteList: () => Promise<SiteList>;
  #current = new Revocations();
  #siteList: SiteList | undefined;
  #taking: Promise<unknown> = Promise.resolve();

  constructor(io: RelayServer, readSiteList: () => Promise<SiteList>) {
    this.#io = io;
    this.#readSiteList = readSiteList;
  }

  /** Whether the site revoked its device. @param device hex, as a socket names itself. */
  has(site: string, device: string): boolean {
    return device !== "" && this.#current.revokedAt(site, fromHex(device)) !== undefined;
  }

  /** @throws ProtocolError revocation.*, signature.*, cbor.*; what `readSiteList` throws */
  take(list: Bytes): Promise<void> {
    const taken = this.#taking.then(() => this.#take(list));
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  async #take(list: Bytes): Promise<void> {
    const { site, devices } = parseRevocationList(list).value;
    if (devices.every(({ device }) => this.#current.revokedAt(site, device) !== undefined)) return;
    this.#siteList ??= await this.#readSiteList();
    this.#current = await this.#current.with(list, this.#siteList);
    for (const socket of this.#io.of("/").sockets.values()) {
      const { standing, speaker } = socket.data;
      if (standing.account.site === site && this.has(site, speaker.device)) socket.disconnect(true);
    }
  }
}

/** Site list and root as the gateways' own origin publishes them. @throws TypeError or ProtocolError: not now */
export async function fetchSiteList(gatewayOrigin: string, now: () => number): Promise<SiteList> {
  const [root, list] = await Promise.all(
    ["network-root", "site-list"].map(async (path) => {
      const answer = await fetch(`${gatewayOrigin}/${path}`, { signal: AbortSignal.timeout(5000) });
      return copyBytes(new Uint8Array(await answer.arrayBuffer()));
    }),
  );
  const keys = root ?? new Uint8Array();
  const pinned = {
    ed25519Key: keys.slice(0, lengths.ed25519Key),
    mlDsaKey: keys.slice(lengths.ed25519Key),
  };
  return (await openSiteList(list ?? new Uint8Array(), pinned, now())).value;
}
