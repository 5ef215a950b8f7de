import type { MessengerApi } from "../../messenger/messenger-api.ts";
import { toHex } from "../../shared/hex.ts";
import { timeUuid } from "../../shared/uuid.ts";
import { VaultError } from "./vault-error.ts";
import { noteKeyOf, noteOf, recordsIn, type VaultRecord } from "./vault-record.ts";

/** What a vault uses of a messenger: the one in a page's worker, or the engine in Node. */
export type VaultEngine = Pick<
  MessengerApi,
  | "self"
  | "contacts"
  | "conversations"
  | "openConversation"
  | "messages"
  | "openFile"
  | "sendFile"
  | "filePrice"
  | "signVault"
  | "signingKeys"
  | "discard"
  | "vaultNotes"
  | "keepVaultNote"
  | "subscribe"
>;

/** The owner's records, as notes on this device. */
export class VaultBook {
  readonly api: VaultEngine;
  readonly now: () => number;

  constructor(api: VaultEngine, now: () => number) {
    this.api = api;
    this.now = now;
  }

  async all(): Promise<readonly VaultRecord[]> {
    return recordsIn(await this.api.vaultNotes());
  }

  /** @throws VaultError vault.unknown */
  async get(vault: string): Promise<VaultRecord> {
    const record = (await this.all()).find((one) => one.vault === vault);
    if (record) return record;
    throw new VaultError("vault.unknown", "there is no such stored document of this person here");
  }

  async keep(record: VaultRecord): Promise<void> {
    const { key, value } = noteOf(record);
    await this.api.keepVaultNote(key, value);
  }

  async drop(vault: string): Promise<void> {
    await this.api.keepVaultNote(noteKeyOf(vault), null);
  }

  /** For a message that is noted before it is sent. */
  newMessage(): string {
    return toHex(timeUuid(this.now()));
  }

  /** This device and its key, as others find them. @throws VaultError vault.not-ready */
  async signer(): Promise<{ readonly device: string; readonly ed25519Key: Uint8Array<ArrayBuffer> }> {
    const self = await this.api.self();
    const keys = self ? await this.api.signingKeys(self.user) : [];
    const key = keys.find(({ device }) => device === self?.device);
    if (key) return key;
    throw new VaultError("vault.not-ready", "this device is not connected and certified at present", {
      nextStep: "Wait until it is connected.",
    });
  }
}
