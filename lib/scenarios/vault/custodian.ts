import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { hash } from "../../protocol/hash.ts";
import type { Parsed } from "../../protocol/signed.ts";
import type { DepositMessage, VaultMessage } from "../../protocol/vault-message.ts";
import {
  parseVaultConsent,
  parseVaultRequest,
  type VaultRequest,
  verifyVaultConsent,
  verifyVaultRequest,
} from "../../protocol/vault-request.ts";
import { parseVaultShare, verifyVaultShare } from "../../protocol/vault-share.ts";
import { type Bytes, concatBytes, equalBytes, utf8 } from "../../shared/bytes.ts";
import { VernamError } from "../../shared/errors.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import type { ShareFolder } from "./share-folder.ts";
import { VaultError } from "./vault-error.ts";
import { isVaultMessage, readVaultMessage, sendVaultMessage } from "./vault-post.ts";

/** Documents that one person may have at one custodian. */
const vaultsPerOwner = 100;

/** How far ahead a request may expire, milliseconds: a nonce is remembered until then. */
const longestRequest = 25 * 60 * 60 * 1000;

export type CustodianEngine = Pick<MessengerApi, "openFile" | "sendFile" | "signingKeys" | "discard">;

export interface CustodianParts {
  readonly engine: CustodianEngine;
  readonly shares: ShareFolder;
  readonly now: () => number;
}

/**
 * What a custodian does with one message: stores, releases, erases or refuses, answers, and only then takes the
 * message's content away from its device. A death anywhere leaves the message, which is then worked on again: the
 * same share, the same nonce and the same answer (by its id) count once.
 */
export class Custodian {
  readonly #parts: CustodianParts;

  constructor(parts: CustodianParts) {
    this.#parts = parts;
  }

  /**
   * Returns what was answered; undefined for what is no vault message, or says nothing that has an answer. One call at
   * a time. @throws VernamError of engine and disk: nothing was answered, call again later.
   */
  async handle(view: MessageView): Promise<VaultMessage | undefined> {
    if (view.mine || !isVaultMessage(view)) return undefined;
    const { engine } = this.#parts;
    const message = await readVaultMessage(engine, view);
    const answer = message && (await this.#answer(view, message));
    if (answer) await sendVaultMessage(engine, view.conversation, answer, view.level, answerId(view.id));
    await engine.discard(view.id);
    return answer;
  }

  async #answer(view: MessageView, message: VaultMessage): Promise<VaultMessage | undefined> {
    if (message.kind === "deposit") return await this.#deposit(view, message);
    if (message.kind === "ask") {
      const request = parsedOr(() => parseVaultRequest(message.request));
      if (request === undefined) return undefined;
      const { vault, generation } = request.value;
      return await refusing(vault, generation, () => this.#ask(view, request, message.consent));
    }
    return undefined;
  }

  async #deposit(view: MessageView, { share: bytes, consenter }: DepositMessage) {
    const share = parsedOr(() => parseVaultShare(bytes));
    if (share === undefined) return undefined;
    const { vault, generation } = share.value;
    return await refusing(vault, generation, async () => {
      const { shares } = this.#parts;
      const id = toHex(vault);
      await verifyVaultShare(share, await this.#keyOf(view.sender));
      const known = shares.entry(id);
      if (known && known.owner !== view.sender.user)
        throw new VaultError("vault.other-owner", "this document belongs to somebody else");
      if (known && generation <= known.erasedUpTo)
        throw new VaultError("vault.generation-erased", "this generation of the document was erased");
      const held = await shares.get(id, generation);
      if (held && !equalBytes(held, bytes))
        throw new VaultError("vault.generation-held", "another share of this generation is already here");
      if (!known && shares.vaultsOf(view.sender.user) >= vaultsPerOwner)
        throw new VaultError("vault.full", "this custodian keeps no more documents of this person", {
          nextStep: "Erase a document that is not needed any more.",
        });
      const terms = { owner: view.sender.user, consenter: consenter ? toHex(consenter) : null };
      // A share that is here keeps the terms it came with.
      if (!held) await shares.put(id, generation, bytes, terms);
      return { kind: "custody", vault, generation, state: "stored" } as const;
    });
  }

  async #ask(
    view: MessageView,
    request: Parsed<VaultRequest>,
    consent: Bytes | undefined,
  ): Promise<VaultMessage> {
    const { shares, now } = this.#parts;
    const { vault, generation, device, nonce, expiry, action } = request.value;
    const id = toHex(vault);
    const known = shares.entry(id);
    // The same answer to strangers whether there is such a document or not.
    if (known?.owner !== view.sender.user)
      throw new VaultError("vault.unknown", "this custodian keeps no such document of this person");
    if (toHex(device) !== view.sender.device)
      throw new VaultError("vault.other-device", "the request was made for another device");
    await verifyVaultRequest(request, await this.#keyOf(view.sender), now());
    if (expiry > now() + longestRequest)
      throw new VaultError("vault.request-expiry", "the request is valid for too long");
    if (action === "release") {
      const terms = known.held.find((one) => one.generation === generation);
      if (terms && terms.consenter !== null) await this.#checkConsent(terms.consenter, request, consent);
      const share = await shares.get(id, generation);
      if (share === undefined)
        throw new VaultError("vault.unknown-generation", "this generation of the document is not here");
      await this.#spend(view, nonce, expiry);
      return { kind: "release", share, nonce };
    }
    await this.#spend(view, nonce, expiry);
    await shares.erase(id, generation);
    return { kind: "custody", vault, generation, state: "erased" };
  }

  async #checkConsent(
    consenter: string,
    request: Parsed<VaultRequest>,
    bytes: Bytes | undefined,
  ): Promise<void> {
    if (bytes === undefined)
      throw new VaultError("vault.consent-missing", "this document needs the consent of a second person", {
        nextStep: "Ask the person who was named when it was stored.",
      });
    const consent = parseVaultConsent(bytes);
    const device = toHex(consent.value.device);
    const key = (await this.#parts.engine.signingKeys(consenter)).find((one) => one.device === device);
    if (key === undefined)
      throw new VaultError("vault.consent-stranger", "the consent is not by the person who was named");
    await verifyVaultConsent(consent, request, key.ed25519Key);
  }

  async #spend({ id }: MessageView, nonce: Bytes, expiry: number): Promise<void> {
    const { shares, now } = this.#parts;
    if (!(await shares.spend(toHex(nonce), id, expiry, now())))
      throw new VaultError("vault.request-replayed", "this request was already answered");
  }

  /** @throws VaultError vault.sender-key when the device that sent a message is not certified now. */
  async #keyOf({ user, device }: MessageView["sender"]): Promise<Bytes> {
    const key = (await this.#parts.engine.signingKeys(user)).find((one) => one.device === device);
    if (key === undefined)
      throw new VaultError("vault.sender-key", "the device that asks is not certified at present");
    return key.ed25519Key;
  }
}

/** The answer to a message has one id, so that an answer given twice is one message. */
function answerId(message: string): string {
  const named = concatBytes(utf8("vernam/1 vault answer"), fromHex(message));
  return toHex(hash(named).subarray(0, 16));
}

function parsedOr<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof VernamError) return undefined;
    throw error;
  }
}

const refusable = /^(vault|signature|cbor|version)\./;

/** What the rules refuse is answered with its code; what went wrong here is thrown. */
async function refusing(
  vault: Bytes,
  generation: number,
  decide: () => Promise<VaultMessage>,
): Promise<VaultMessage> {
  try {
    return await decide();
  } catch (error) {
    if (!(error instanceof VernamError) || !refusable.test(error.code)) throw error;
    return { kind: "refusal", vault, generation, code: error.code };
  }
}
