import type { Level, MessengerApi } from "../../messenger/messenger-api.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { askBack, askConsented } from "./ask-back.ts";
import { endRestore, type RestoredDocument, restoreFrom } from "./collect-shares.ts";
import { askToErase, eraseFormer, forgetErased } from "./erase-shares.ts";
import { makeGeneration } from "./make-generation.ts";
import { takeIn } from "./take-in.ts";
import { VaultBook, type VaultEngine } from "./vault-book.ts";
import { VaultError } from "./vault-error.ts";
import { priceOfAsking, priceOfStoring, type StorePlan } from "./vault-plan.ts";
import { custodianTitle } from "./vault-post.ts";
import type { RestoreRecord, VaultParty, VaultRecord } from "./vault-record.ts";

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
        await askConsented(this.#book, record);
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
    return this.#alone(() => askBack(this.#book, vault, reason, purpose));
  }

  /**
   * The document, from the shares that came back; every signature is verified first. The shares leave this device.
   * @throws VaultError vault.too-few, vault.not-restored, vault.unknown
   */
  restore(vault: string): Promise<RestoredDocument> {
    return this.#alone(async () => {
      const record = await this.#book.get(vault);
      const restored = await restoreFrom(this.#book, record);
      await endRestore(this.#book, record);
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
      const document = await restoreFrom(this.#book, record);
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
      await endRestore(this.#book, await this.#book.get(vault));
    });
  }

  /** Gives up a restoration that was asked for: what came back of it leaves this device. */
  giveUp(vault: string): Promise<void> {
    return this.#alone(async () => await endRestore(this.#book, await this.#book.get(vault)));
  }

  /** Asks all custodians to erase every generation; the document leaves the list when all have. */
  erase(vault: string): Promise<void> {
    return this.#alone(async () => {
      await endRestore(this.#book, await this.#book.get(vault));
      const record = await this.#book.get(vault);
      await askToErase(this.#book, record, record.current.generation);
    });
  }

  /** Takes a document off this list, whatever its custodians still have: nobody can restore it any more. */
  forget(vault: string): Promise<void> {
    return this.#alone(async () => {
      await endRestore(this.#book, await this.#book.get(vault));
      await this.#book.drop(vault);
    });
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
