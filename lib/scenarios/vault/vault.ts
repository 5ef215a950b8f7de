import type { Level, MessengerApi } from "../../messenger/messenger-api.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { askToErase, eraseFormer, forgetErased } from "./erase-shares.ts";
import { makeGeneration } from "./make-generation.ts";
import { type BadShare, checkShares, type ReturnedShare, restoreDocument } from "./restore-document.ts";
import { takeIn } from "./take-in.ts";
import { VaultBook, type VaultEngine } from "./vault-book.ts";
import { VaultError } from "./vault-error.ts";
import { newRequest, priceOfAsking, priceOfStoring, type StorePlan } from "./vault-plan.ts";
import { allMessages, custodianTitle, readVaultMessage, sendVaultMessage } from "./vault-post.ts";
import type { ConsentRecord, RestoreRecord, VaultParty, VaultRecord } from "./vault-record.ts";

export interface NewDocument {
  readonly name: string;
  readonly content: Bytes;
  /** k: so many custodians give it back. */
  readonly threshold: number;
  /** One share each; 2 to 32. */
  readonly custodians: readonly VaultParty[];
  /** Whose signature a restoration takes beside the owner's; null: nobody's. */
  readonly consenter: VaultParty | null;
  readonly level: Level;
}

export interface RestoredDocument {
  readonly name: string;
  readonly content: Bytes;
  /** Custodians whose share is not what was sent to them. */
  readonly bad: readonly BadShare[];
}

/**
 * Documents of one person, each split over custodians at several sites. The same in a page (over the messenger's
 * client) and in Node (over the engine). For a scene:
 *
 *     const vault = new Vault(api);
 *     const id = await vault.store({ name, content, threshold: 3, custodians: five, consenter, level: 0 });
 *     await vault.until(id, isStored, signal);
 *     // two sites are lost: command "lose" to two custodian agents, later "return"
 *     await vault.ask(id, "Restore after the fire");
 *     // the second person: const desk = new ConsentDesk(theirs); desk.give((await desk.list())[0].message)
 *     await vault.until(id, mayRestore, signal);
 *     const { content } = await vault.restore(id);
 *
 * `list` and `until` take in what came; nothing else needs to run. All that is sent goes under a one-time pad.
 */
export class Vault {
  readonly #book: VaultBook;
  readonly #api: VaultEngine;
  #turn: Promise<unknown> = Promise.resolve();

  /** `now`: milliseconds UTC. */
  constructor(api: VaultEngine, now: () => number = Date.now) {
    this.#api = api;
    this.#book = new VaultBook(api, now);
  }

  /** Posts that keep shares: programs at sites, certified under this title. */
  custodians(): Promise<readonly VaultParty[]> {
    return listCustodians(this.#api);
  }

  /** Bits of key that storing takes: exactly what is then drawn. */
  async price(plan: StorePlan): Promise<number> {
    return (await priceOfStoring(this.#api, plan)).bits;
  }

  /** Bits of key that `ask` takes here. @throws VaultError vault.unknown */
  async askPrice(vault: string, reason: string): Promise<number> {
    return await priceOfAsking(this.#api, await this.#book.get(vault), reason, this.#book.now());
  }

  /**
   * Splits a document, remembers its shares and hands them to the outbox. Returns the vault's identifier.
   * @throws VaultError vault.plan, vault.document-size, vault.name, vault.not-ready; what sending throws
   */
  store(document: NewDocument): Promise<string> {
    return this.#alone(async () => {
      const vault = crypto.getRandomValues(new Uint8Array(16));
      const { name, content, consenter, level, custodians } = document;
      const users = new Set(custodians.map(({ user }) => user));
      if (users.size < custodians.length || (consenter && users.has(consenter.user)))
        throw new VaultError(
          "vault.plan",
          "each share needs a custodian of its own, and none of them consents",
        );
      const made = await makeGeneration(this.#book, { ...document, document, vault, generation: 1 });
      const record: VaultRecord = {
        version: 1,
        vault: toHex(vault),
        title: name,
        size: content.length,
        level,
        storedAt: this.#book.now(),
        consenter,
        current: made.record,
        former: [],
        restore: null,
      };
      await this.#book.keep(record);
      await made.send();
      return record.vault;
    });
  }

  /** What this device stored, newest first, after taking in every answer that came and doing what follows from it. */
  list(): Promise<readonly VaultRecord[]> {
    return this.#alone(async () => {
      for (const record of await takeIn(this.#book)) {
        await this.#askConsented(record);
        await eraseFormer(this.#book, await this.#book.get(record.vault));
        await forgetErased(this.#book, await this.#book.get(record.vault));
      }
      return [...(await this.#book.all())].sort((a, b) => b.storedAt - a.storedAt);
    });
  }

  /** Resolves when `holds` is true of a document (undefined: it is gone), looked at again with every event. */
  async until(
    vault: string,
    holds: (record: VaultRecord | undefined) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      const changed = this.#nextEvent(signal);
      if (holds((await this.list()).find((one) => one.vault === vault))) return;
      await changed;
      signal.throwIfAborted();
    }
  }

  /**
   * Asks every custodian that has a share to give it back, after the second person's consent where one is named.
   * @throws VaultError vault.unknown, vault.not-ready
   */
  ask(vault: string, reason: string, purpose: RestoreRecord["purpose"] = "open"): Promise<void> {
    return this.#alone(async () => {
      await this.#endRestore(await this.#book.get(vault));
      const record = await this.#book.get(vault);
      const { generation, shares } = record.current;
      const { device } = await this.#book.signer();
      const about = { vault: fromHex(vault), generation, action: "release", reason } as const;
      const value = newRequest({ ...about, device: fromHex(device) }, this.#book.now());
      const request = await this.#api.signVault({ kind: "request", value });
      const consent = record.consenter ? await this.#consentOf(record.consenter) : null;
      const answers = shares
        .filter(({ state }) => state === "stored")
        .map(({ index }) => {
          const message = this.#book.newMessage();
          return { index, message, answer: null, state: "waiting", code: null } as const;
        });
      const { nonce, expiry } = value;
      const place = { request: toHex(request), nonce: toHex(nonce), expiry };
      await this.#book.keep({ ...record, restore: { purpose, reason, ...place, consent, answers } });
      if (!consent) return await this.#askConsented(await this.#book.get(vault));
      const message = { kind: "consent-ask", request, title: record.title } as const;
      await sendVaultMessage(this.#api, consent.conversation, message, record.level, consent.message);
    });
  }

  /**
   * The document, from the shares that came back; every signature is verified first. The shares leave this device.
   * @throws VaultError vault.too-few, vault.not-restored, vault.unknown
   */
  restore(vault: string): Promise<RestoredDocument> {
    return this.#alone(async () => {
      const record = await this.#book.get(vault);
      const restored = await this.#restored(record);
      await this.#endRestore(record);
      return restored;
    });
  }

  /**
   * Restores on this device and shares anew as the next generation, over other custodians where `custodians` says so.
   * The old generation is erased when every custodian of the new one has acknowledged.
   * @throws as restore and store
   */
  renew(vault: string, custodians?: readonly VaultParty[]): Promise<void> {
    return this.#alone(async () => {
      const record = await this.#book.get(vault);
      const document = await this.#restored(record);
      const { current, consenter, level, former } = record;
      const made = await makeGeneration(this.#book, {
        vault: fromHex(vault),
        generation: current.generation + 1,
        document,
        threshold: current.threshold,
        custodians: custodians ?? current.shares.map(({ custodian }) => custodian),
        consenter,
        level,
      }).finally(() => document.content.fill(0));
      await this.#book.keep({ ...record, current: made.record, former: [...former, current] });
      await made.send();
      await this.#endRestore(await this.#book.get(vault));
    });
  }

  /** Gives up a restoration that was asked for: what came back of it leaves this device. */
  giveUp(vault: string): Promise<void> {
    return this.#alone(async () => await this.#endRestore(await this.#book.get(vault)));
  }

  /** Asks all custodians to erase every generation; the document leaves the list when all have. */
  erase(vault: string): Promise<void> {
    return this.#alone(async () => {
      await this.#endRestore(await this.#book.get(vault));
      const record = await this.#book.get(vault);
      await askToErase(this.#book, record, record.current.generation);
    });
  }

  /** Takes a document off this list, whatever its custodians still have: nobody can restore it any more. */
  forget(vault: string): Promise<void> {
    return this.#alone(async () => {
      await this.#endRestore(await this.#book.get(vault));
      await this.#book.drop(vault);
    });
  }

  /** Asks the custodians once the consent is here, or none is needed. */
  async #askConsented(record: VaultRecord): Promise<void> {
    const { restore, current, level } = record;
    if (!restore || (restore.consent && restore.consent.state !== "given")) return;
    const waiting = restore.answers.filter(({ state }) => state === "waiting");
    if (waiting.length === 0) return;
    const consent = restore.consent?.bytes ? { consent: fromHex(restore.consent.bytes) } : {};
    const ask = { kind: "ask", request: fromHex(restore.request), ...consent } as const;
    for (const { index, message } of waiting) {
      const share = current.shares.find((one) => one.index === index);
      // Its id was noted before: sent twice, it is one message.
      if (share) await sendVaultMessage(this.#api, share.conversation, ask, level, message);
    }
    const answers = restore.answers.map((one) =>
      one.state === "waiting" ? { ...one, state: "asked" as const } : one,
    );
    await this.#book.keep({ ...record, restore: { ...restore, answers } });
  }

  async #consentOf({ user }: VaultParty): Promise<ConsentRecord> {
    const conversation = await this.#api.openConversation(user);
    return { state: "asked", conversation, message: this.#book.newMessage(), bytes: null };
  }

  async #restored(record: VaultRecord): Promise<RestoredDocument> {
    const { vault, current } = record;
    const { generation, threshold, total } = current;
    const numbers = { generation, threshold, total };
    const known = { vault: fromHex(vault), ...numbers, ownerKey: fromHex(current.ownerKey) };
    const { good, bad } = await checkShares(known, await this.#returned(record));
    if (bad.length > 0) await this.#book.keep(nameBad(record, bad));
    try {
      return { ...(await restoreDocument(known, good)), bad };
    } finally {
      for (const { value } of good) value.share.fill(0);
    }
  }

  /** The shares that came back, each with its custodian's name. */
  async #returned({ restore, current }: VaultRecord): Promise<readonly ReturnedShare[]> {
    const returned: ReturnedShare[] = [];
    for (const { index, answer } of restore?.answers ?? []) {
      const share = current.shares.find((one) => one.index === index);
      if (!share || answer === null) continue;
      const view = (await allMessages(this.#api, share.conversation)).find(({ id }) => id === answer);
      const message = view && (await readVaultMessage(this.#api, view));
      if (message?.kind === "release")
        returned.push({ custodian: share.custodian.name, bytes: copyBytes(message.share) });
    }
    return returned;
  }

  async #endRestore(record: VaultRecord): Promise<void> {
    if (!record.restore) return;
    await this.#book.keep({ ...record, restore: null });
    for (const { answer } of record.restore.answers) if (answer !== null) await this.#api.discard(answer);
  }

  #nextEvent(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        leave();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const leave = this.#api.subscribe(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }

  /** One thing at a time: each reads what the one before noted. */
  #alone<T>(deed: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(deed);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

async function listCustodians(api: Pick<MessengerApi, "contacts">): Promise<readonly VaultParty[]> {
  const posts = await api.contacts(custodianTitle);
  return posts
    .filter(({ name, hasDevice }) => hasDevice && name.startsWith(`${custodianTitle}, `))
    .map(({ user, name, site }) => ({ user, name, site }));
}

/** Every custodian said that its share is on its disk. */
export function isStored(record: VaultRecord | undefined): boolean {
  return record?.current.shares.every(({ state }) => state === "stored") ?? false;
}

/** As many shares came back as the document needs. */
export function mayRestore(record: VaultRecord | undefined): boolean {
  const returned = record?.restore?.answers.filter(({ state }) => state === "returned").length ?? 0;
  return record !== undefined && returned >= record.current.threshold;
}

function nameBad(record: VaultRecord, bad: readonly BadShare[]): VaultRecord {
  const { restore, current } = record;
  if (!restore) return record;
  const answers = restore.answers.map((answer) => {
    const name = current.shares.find(({ index }) => index === answer.index)?.custodian.name;
    const found = bad.find(({ custodian }) => custodian === name);
    return found ? { ...answer, state: "bad" as const, code: found.code } : answer;
  });
  return { ...record, restore: { ...restore, answers } };
}
