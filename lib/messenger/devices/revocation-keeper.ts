import { parseRevocationList, Revocations } from "../../protocol/revocation-list.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { SerialQueue } from "../engine/serial-queue.ts";
import type { DeviceStore } from "../store/device-store.ts";

const prefix = "revocations/";

/** The signed lists of revoked devices that this device was handed, newest of every site, kept over restarts. */
export class RevocationKeeper {
  readonly #store: DeviceStore;
  readonly #siteList: () => SiteList;
  readonly #queue = new SerialQueue();
  #current = new Revocations();

  constructor(store: DeviceStore, siteList: () => SiteList) {
    this.#store = store;
    this.#siteList = siteList;
  }

  get current(): Revocations {
    return this.#current;
  }

  async load(): Promise<void> {
    const rows = await this.#store.range("device", { prefix });
    this.#current = new Revocations(rows.map(({ value }) => parseRevocationList(value)));
  }

  /**
   * Keeps a list that its own site signed. False when it says nothing new.
   * @throws ProtocolError revocation.*, signature.*, cbor.*
   */
  take(bytes: Bytes): Promise<boolean> {
    return this.#queue.run(async () => {
      const { site, serial, devices } = parseRevocationList(bytes).value;
      const fresh = devices.some(({ device }) => this.#current.revokedAt(site, device) === undefined);
      const next = await this.#current.with(bytes, this.#siteList());
      if (!fresh && serial > 0) return false;
      await this.#store.commit([{ table: "device", key: `${prefix}${site}`, value: bytes }]);
      this.#current = next;
      return fresh;
    });
  }
}
