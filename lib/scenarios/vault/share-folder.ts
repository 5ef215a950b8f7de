import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import { VaultError } from "./vault-error.ts";

/** What a custodian keeps of one vault beside its shares. Identifiers are hex. */
export interface CustodyEntry {
  /** The user who stored it: nobody else gets it back. */
  readonly owner: string;
  /** Generations up to this one were erased, and are not taken again. */
  readonly erasedUpTo: number;
  readonly held: readonly HeldShare[];
}

export interface HeldShare {
  readonly generation: number;
  /** The user whose signature a release of this share takes beside the owner's; null: none. */
  readonly consenter: string | null;
}

interface SpentNonce {
  /** The message that brought the request: after a crash it is answered again, another one is not. */
  readonly message: string;
  readonly expiry: number;
}

interface Books {
  readonly version: 1;
  readonly vaults: Readonly<Record<string, CustodyEntry>>;
  readonly spent: Readonly<Record<string, SpentNonce>>;
}

/** The moments around which a process may die; tests pass a function that ends it there. */
export type CustodyStep = "share-written" | "books-written" | "share-removed";

const nonceBytes = 12;
const tagBytes = 16;

/**
 * A custodian's shares: one file each, AES-256-GCM under a key beside them (as safe as this computer's disk), and
 * one file of books. Every change is on the disk, through its caches, when its promise resolves. One process at a time.
 */
export class ShareFolder {
  readonly #folder: string;
  readonly #key: Buffer;
  readonly #reached: (step: CustodyStep) => void;
  #books: Books;

  private constructor(folder: string, key: Buffer, books: Books, reached: (step: CustodyStep) => void) {
    this.#folder = folder;
    this.#key = key;
    this.#books = books;
    this.#reached = reached;
  }

  /** @throws VaultError vault.books when the books are not readable: nothing was changed. */
  static async open(folder: string, reached: (step: CustodyStep) => void = () => undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = await readOrMakeKey(folder);
    const text = await readFile(join(folder, booksName), "utf8").catch(missing);
    const books: Books = text === undefined ? { version: 1, vaults: {}, spent: {} } : parseBooks(text);
    const shares = new ShareFolder(folder, key, books, reached);
    await shares.#sweep();
    return shares;
  }

  entry(vault: string): CustodyEntry | undefined {
    return Object.hasOwn(this.#books.vaults, vault) ? this.#books.vaults[vault] : undefined;
  }

  get vaults(): number {
    return Object.values(this.#books.vaults).filter(({ held }) => held.length > 0).length;
  }

  /** How many vaults of this owner have a share here. */
  vaultsOf(owner: string): number {
    return Object.values(this.#books.vaults).filter((one) => one.owner === owner && one.held.length > 0)
      .length;
  }

  /** Takes a share in: first its file, then the books that name it. Again with the same bytes: nothing new. */
  async put(
    vault: string,
    generation: number,
    share: Uint8Array,
    { owner, consenter }: Pick<CustodyEntry, "owner"> & Pick<HeldShare, "consenter">,
  ): Promise<void> {
    const sealed = this.#seal(vault, generation, share);
    await this.#write(fileOf(vault, generation), sealed);
    this.#reached("share-written");
    const known = this.entry(vault);
    const others = (known?.held ?? []).filter((one) => one.generation !== generation);
    const held = [...others, { generation, consenter }];
    await this.#keep({ owner, erasedUpTo: known?.erasedUpTo ?? 0, held }, vault);
  }

  /** The share as it was stored, or undefined when none of this generation is held. @throws VaultError vault.disk */
  async get(vault: string, generation: number): Promise<Bytes | undefined> {
    if (!this.entry(vault)?.held.some((one) => one.generation === generation)) return undefined;
    const sealed = await readFile(join(this.#folder, fileOf(vault, generation))).catch(missing);
    if (sealed === undefined) throw damaged();
    return this.#open(vault, generation, sealed);
  }

  /** First the books say that generations up to this one are gone for good, then their files go. */
  async erase(vault: string, upTo: number): Promise<void> {
    const known = this.entry(vault);
    if (known === undefined) return;
    const gone = known.held.filter(({ generation }) => generation <= upTo);
    const held = known.held.filter(({ generation }) => generation > upTo);
    await this.#keep({ ...known, held, erasedUpTo: Math.max(known.erasedUpTo, upTo) }, vault);
    for (const { generation } of gone) await this.#remove(fileOf(vault, generation));
    this.#reached("share-removed");
  }

  /** Spends a request's nonce for good. False when another message spent it before. */
  async spend(nonce: string, message: string, expiry: number, now: number): Promise<boolean> {
    const { spent } = this.#books;
    const before = Object.hasOwn(spent, nonce) ? spent[nonce] : undefined;
    if (before !== undefined) return before.message === message;
    const current = Object.entries(spent).filter(([, one]) => one.expiry >= now);
    await this.#write(
      booksName,
      this.#changed({ spent: { ...Object.fromEntries(current), [nonce]: { message, expiry } } }),
    );
    this.#reached("books-written");
    return true;
  }

  async #keep(entry: CustodyEntry, vault: string): Promise<void> {
    await this.#write(booksName, this.#changed({ vaults: { ...this.#books.vaults, [vault]: entry } }));
    this.#reached("books-written");
  }

  #changed(change: Partial<Books>): Buffer {
    this.#books = { ...this.#books, ...change };
    return Buffer.from(JSON.stringify(this.#books));
  }

  /** Files that the books do not name: of a death between the two writes. */
  async #sweep(): Promise<void> {
    const named = new Set(
      Object.entries(this.#books.vaults).flatMap(([vault, { held }]) =>
        held.map(({ generation }) => fileOf(vault, generation)),
      ),
    );
    for (const name of await readdir(this.#folder))
      if ((name.endsWith(".share") && !named.has(name)) || name.endsWith(".new")) await this.#remove(name);
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true });
    await syncFolder(this.#folder);
  }

  /** Whole or not at all: written beside, through to the disk, then put in its place. */
  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#folder, name);
    const file = await open(`${path}.new`, "w", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    await syncFolder(this.#folder);
  }

  #seal(vault: string, generation: number, share: Uint8Array): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(placeOf(vault, generation));
    return Buffer.concat([nonce, cipher.update(share), cipher.final(), cipher.getAuthTag()]);
  }

  #open(vault: string, generation: number, sealed: Buffer): Bytes {
    try {
      const nonce = sealed.subarray(0, nonceBytes);
      const cipher = createDecipheriv("aes-256-gcm", this.#key, nonce).setAAD(placeOf(vault, generation));
      cipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
      const body = sealed.subarray(nonceBytes, sealed.length - tagBytes);
      return copyBytes(Buffer.concat([cipher.update(body), cipher.final()]));
    } catch (cause) {
      throw damaged(cause);
    }
  }
}

const booksName = "books.json";

function fileOf(vault: string, generation: number): string {
  return `${vault}-${generation}.share`;
}

function placeOf(vault: string, generation: number): Buffer {
  return Buffer.from(`vernam/1 custody ${vault} ${generation}`);
}

function damaged(cause?: unknown): VaultError {
  return new VaultError("vault.disk", "the share on this custodian's disk cannot be read", {
    cause,
    nextStep: "Ask the other custodians, then renew the shares.",
  });
}

function parseBooks(text: string): Books {
  try {
    const books = JSON.parse(text) as Books;
    if (books.version === 1 && books.vaults && books.spent) return books;
  } catch (cause) {
    throw unreadable(cause);
  }
  throw unreadable();
}

function unreadable(cause?: unknown): VaultError {
  return new VaultError("vault.books", "the custodian's books cannot be read", {
    cause,
    nextStep: "Restore the custodian's folder from a copy. Nothing was changed.",
  });
}

async function readOrMakeKey(folder: string): Promise<Buffer> {
  const path = join(folder, "custody.key");
  const old = await readFile(path).catch(missing);
  if (old?.length === 32) return old;
  const shares = (await readdir(folder)).some((name) => name.endsWith(".share"));
  if (shares) throw unreadable();
  const key = randomBytes(32);
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
  return key;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
