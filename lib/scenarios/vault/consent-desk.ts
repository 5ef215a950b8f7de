import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { parseVaultRequest, verifyVaultRequest } from "../../protocol/vault-request.ts";
import { VernamError } from "../../shared/errors.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { timeUuid } from "../../shared/uuid.ts";
import { VaultError } from "./vault-error.ts";
import { isVaultMessage, readVaultMessage, sendVaultMessage } from "./vault-post.ts";

/** What a second person is asked to sign, as it was verified here. */
export interface ConsentView {
  /** The message that asks. */
  readonly message: string;
  readonly owner: { readonly user: string; readonly name: string };
  /** The owner's word for the document: nobody checks it. */
  readonly title: string;
  readonly reason: string;
  readonly vault: string;
  readonly generation: number;
  /** Milliseconds UTC. */
  readonly askedAt: number;
  readonly expiry: number;
  readonly state: "open" | "given" | "declined" | "expired";
}

type ConsentEngine = Pick<
  MessengerApi,
  | "conversations"
  | "messages"
  | "openFile"
  | "sendFile"
  | "signingKeys"
  | "signVault"
  | "self"
  | "vaultNotes"
  | "keepVaultNote"
>;

const prefix = "consent/";

/** Requests are valid for a day: further back than this many messages of a conversation nobody looks. */
const newest = 200;

/** The second person's side: requests that came, and what was answered. Nothing is signed but by `give`. */
export class ConsentDesk {
  readonly #api: ConsentEngine;
  readonly #now: () => number;

  constructor(api: ConsentEngine, now: () => number = Date.now) {
    this.#api = api;
    this.#now = now;
  }

  /** Requests of others, newest first. One whose signature is not its sender's is left out. */
  async list(): Promise<readonly ConsentView[]> {
    const answered = await this.#answered();
    const found: ConsentView[] = [];
    for (const { id } of await this.#api.conversations())
      for (const view of await this.#api.messages(id, { limit: newest })) {
        const asked = await this.#read(view);
        if (asked) found.push({ ...asked, state: answered.get(view.id) ?? asked.state });
      }
    return found.sort((a, b) => b.askedAt - a.askedAt);
  }

  /** Signs exactly the request of this message and sends the signature to who asks. @throws VaultError vault.consent-* */
  async give(message: string): Promise<void> {
    const { view, request } = await this.#find(message);
    if (request.value.expiry < this.#now())
      throw new VaultError("vault.request-expired", "the request is no longer valid", {
        nextStep: "The owner of the document can ask again.",
      });
    const self = await this.#api.self();
    if (!self) throw new VaultError("vault.not-ready", "this device is not ready");
    const value = { request: request.hash, device: fromHex(self.device) };
    const consent = await this.#api.signVault({ kind: "consent", value });
    await sendVaultMessage(
      this.#api,
      view.conversation,
      { kind: "consent", consent },
      view.level,
      this.#id(),
    );
    await this.#note(message, "given");
  }

  async decline(message: string): Promise<void> {
    const { view, request } = await this.#find(message);
    const { vault, generation } = request.value;
    const answer = { kind: "refusal", vault, generation, code: "vault.consent-declined" } as const;
    await sendVaultMessage(this.#api, view.conversation, answer, view.level, this.#id());
    await this.#note(message, "declined");
  }

  async #find(message: string) {
    for (const { id } of await this.#api.conversations())
      for (const view of await this.#api.messages(id, { limit: newest })) {
        if (view.id !== message) continue;
        const request = await this.#verified(view);
        if (request) return { view, request: request.parsed };
      }
    throw new VaultError("vault.consent-unknown", "there is no such request here any more", {
      nextStep: "Ask the owner of the document to send it again.",
    });
  }

  async #read(view: MessageView): Promise<ConsentView | undefined> {
    const verified = await this.#verified(view).catch((error) => {
      if (error instanceof VernamError && error.code !== "relay.offline") return undefined;
      throw error;
    });
    if (!verified) return undefined;
    const { vault, generation, expiry, reason } = verified.parsed.value;
    return {
      message: view.id,
      owner: { user: view.sender.user, name: view.sender.name },
      title: verified.title,
      reason,
      vault: toHex(vault),
      generation,
      askedAt: view.at,
      expiry,
      state: expiry < this.#now() ? "expired" : "open",
    };
  }

  /** The request of a message, when it is a release for the device that sent it, signed by that device. */
  async #verified(view: MessageView) {
    if (view.mine || !isVaultMessage(view)) return undefined;
    const message = await readVaultMessage(this.#api, view);
    if (message?.kind !== "consent-ask") return undefined;
    const parsed = parseVaultRequest(message.request);
    const { device, action } = parsed.value;
    if (action !== "release" || toHex(device) !== view.sender.device) return undefined;
    const keys = await this.#api.signingKeys(view.sender.user);
    const key = keys.find((one) => one.device === view.sender.device);
    // Whether it is still in time is told, not refused: an expired request is shown as such.
    if (key) await verifyVaultRequest(parsed, key.ed25519Key, 0);
    return key && { parsed, title: message.title };
  }

  async #answered(): Promise<ReadonlyMap<string, "given" | "declined">> {
    const notes = (await this.#api.vaultNotes()).filter(({ key }) => key.startsWith(prefix));
    return new Map(
      notes.map(({ key, value }) => [key.slice(prefix.length), value[0] === 1 ? "given" : "declined"]),
    );
  }

  async #note(message: string, state: "given" | "declined"): Promise<void> {
    await this.#api.keepVaultNote(`${prefix}${message}`, new Uint8Array([state === "given" ? 1 : 0]));
  }

  #id(): string {
    return toHex(timeUuid(this.#now()));
  }
}
