import type { VaultNote } from "../../messenger/api/vault.ts";
import type { Level } from "../../messenger/messenger-api.ts";
import { type Bytes, utf8 } from "../../shared/bytes.ts";
import { VaultError } from "./vault-error.ts";

/** A person or a custodian, as this device knows them. */
export interface VaultParty {
  readonly user: string;
  readonly name: string;
  readonly site: string;
}

/**
 * "sent": on its way, or waiting for key; "stored": the custodian said it is on its disk; "erasing": it was asked to
 * erase it; "refused": it did not take it; "kept": it did not erase it. `code` says why.
 */
export type ShareState = "sent" | "stored" | "refused" | "erasing" | "kept" | "erased";

export interface ShareRecord {
  readonly index: number;
  readonly custodian: VaultParty;
  readonly conversation: string;
  /** The message that carries it. */
  readonly message: string;
  /** Bits of key that it took. */
  readonly bits: number;
  readonly state: ShareState;
  readonly code: string | null;
}

export interface GenerationRecord {
  readonly generation: number;
  readonly threshold: number;
  readonly total: number;
  /** Of the device that signed the shares, hex. */
  readonly ownerKey: string;
  readonly shares: readonly ShareRecord[];
}

/** "waiting": asked when the consent is here. "bad": what came back is not the share that was sent. */
export type AnswerState = "waiting" | "asked" | "returned" | "refused" | "bad";

export interface AnswerRecord {
  readonly index: number;
  /** The message that asks. */
  readonly message: string;
  /** The message that holds the share. */
  readonly answer: string | null;
  readonly state: AnswerState;
  readonly code: string | null;
}

export interface ConsentRecord {
  readonly state: "asked" | "given" | "declined";
  readonly conversation: string;
  readonly message: string;
  /** Encoded signed consent, hex. */
  readonly bytes: string | null;
}

/** A restoration that was asked for. */
export interface RestoreRecord {
  readonly purpose: "open" | "renew";
  readonly reason: string;
  /** Encoded signed request, hex. */
  readonly request: string;
  readonly nonce: string;
  readonly expiry: number;
  readonly consent: ConsentRecord | null;
  readonly answers: readonly AnswerRecord[];
}

/**
 * What an owner's device remembers of a document in the vault: enough to know its shares. Nothing of the content, and
 * no hash of it; its title stays on this device, encrypted.
 */
export interface VaultRecord {
  readonly version: 1;
  /** Identifier, hex. */
  readonly vault: string;
  readonly title: string;
  /** Bytes of the document. */
  readonly size: number;
  readonly level: Level;
  readonly storedAt: number;
  readonly consenter: VaultParty | null;
  readonly current: GenerationRecord;
  /** Generations that custodians are still to erase. */
  readonly former: readonly GenerationRecord[];
  readonly restore: RestoreRecord | null;
}

const prefix = "document/";

export function noteOf(record: VaultRecord): VaultNote {
  return { key: `${prefix}${record.vault}`, value: utf8(JSON.stringify(record)) };
}

export function noteKeyOf(vault: string): string {
  return `${prefix}${vault}`;
}

/** @throws VaultError vault.note when a note is not one that this program writes. */
export function recordsIn(notes: readonly VaultNote[]): readonly VaultRecord[] {
  return notes.filter(({ key }) => key.startsWith(prefix)).map(({ value }) => recordOf(value));
}

function recordOf(value: Bytes): VaultRecord {
  const record = JSON.parse(new TextDecoder().decode(value)) as VaultRecord;
  if (record.version === 1) return record;
  throw new VaultError("vault.note", "a newer program wrote what this device knows of a stored document", {
    nextStep: "Update this program.",
  });
}
