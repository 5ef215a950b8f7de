import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Bytes, concatBytes, copyBytes } from "../../shared/bytes.ts";
import { writePrivateFile } from "../../shared/private-file.ts";
import { type AtStep, passStep } from "./supply-steps.ts";

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const hour = 3_600_000;

interface Held {
  readonly key: Uint8Array;
  readonly createdAt: number;
  lastUsed: number;
  /** Keys wrapped under it whose rows are not committed yet. */
  inFlight: number;
}

/**
 * The keys under which waiting keys are wrapped (AES-256-GCM), each in a file of its own outside the database. A new
 * one is made every hour at most; a file is overwritten and deleted when nothing waits under it any more, after which
 * a copy of the database no longer tells the keys it held.
 */
export class WrappingKeys {
  readonly #folder: string;
  readonly #atStep: AtStep;
  readonly #held = new Map<number, Held>();
  #current: number | undefined;
  #next: number;

  private constructor(folder: string, next: number, atStep: AtStep) {
    this.#folder = folder;
    this.#atStep = atStep;
    this.#next = next;
  }

  /** @param highestKnown the highest number the database knows: numbers are never used twice. */
  static open(folder: string, highestKnown: number, atStep: AtStep = passStep): WrappingKeys {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const numbers = readdirSync(folder)
      .map((name) => /^(\d+)\.key$/.exec(name)?.[1])
      .filter((text) => text !== undefined)
      .map(Number);
    const keys = new WrappingKeys(folder, Math.max(highestKnown, ...numbers, 0) + 1, atStep);
    for (const id of numbers) {
      const path = keys.#path(id);
      const key = readFileSync(path);
      if (key.length !== keyBytes) continue;
      const createdAt = statSync(path).mtimeMs;
      keys.#held.set(id, { key, createdAt, lastUsed: createdAt, inFlight: 0 });
    }
    return keys;
  }

  ids(): readonly number[] {
    return [...this.#held.keys()];
  }

  /** The key for new material. It cannot be erased until `release` is called once for each call. */
  hold(now: number): { readonly id: number; readonly createdAt: number } {
    const held = this.#current === undefined ? undefined : this.#held.get(this.#current);
    if (this.#current !== undefined && held !== undefined && now - held.createdAt < hour) {
      held.lastUsed = now;
      held.inFlight++;
      return { id: this.#current, createdAt: held.createdAt };
    }
    const id = this.#next++;
    const key = randomBytes(keyBytes);
    writePrivateFile(this.#path(id), key);
    this.#atStep("wrapping-key-made");
    this.#held.set(id, { key, createdAt: now, lastUsed: now, inFlight: 1 });
    this.#current = id;
    return { id, createdAt: now };
  }

  /** nonce ‖ ciphertext ‖ tag, bound to the key's identifier and recipient. */
  wrap(id: number, keyId: Uint8Array, sae: string, key: Uint8Array): Bytes {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", this.#key(id), nonce);
    cipher.setAAD(bindingOf(keyId, sae));
    return concatBytes(nonce, cipher.update(key), cipher.final(), cipher.getAuthTag());
  }

  /** @throws Error when the file is gone or the row was changed. */
  unwrap(id: number, keyId: Uint8Array, sae: string, wrapped: Uint8Array): Bytes {
    const decipher = createDecipheriv("aes-256-gcm", this.#key(id), wrapped.subarray(0, nonceBytes));
    decipher.setAAD(bindingOf(keyId, sae));
    decipher.setAuthTag(wrapped.subarray(wrapped.length - tagBytes));
    const plain = decipher.update(wrapped.subarray(nonceBytes, wrapped.length - tagBytes));
    decipher.final();
    const key = copyBytes(plain);
    plain.fill(0);
    return key;
  }

  release(id: number): void {
    const held = this.#held.get(id);
    if (held !== undefined) held.inFlight--;
  }

  /** Whether `id` may go as soon as nothing waits under it: not used for new material since `since`. */
  isIdle(id: number, since: number): boolean {
    const held = this.#held.get(id);
    return held !== undefined && held.inFlight === 0 && held.lastUsed <= since;
  }

  /** Overwrites and deletes the file. Afterwards nothing wrapped under `id` can be opened. */
  erase(id: number): void {
    if (this.#current === id) this.#current = undefined;
    this.#held.get(id)?.key.fill(0);
    this.#held.delete(id);
    const path = this.#path(id);
    if (!existsSync(path)) return;
    const file = openSync(path, "r+");
    try {
      writeSync(file, new Uint8Array(keyBytes), 0, keyBytes, 0);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    rmSync(path);
  }

  close(): void {
    for (const held of this.#held.values()) held.key.fill(0);
    this.#held.clear();
  }

  #path(id: number): string {
    return join(this.#folder, `${id}.key`);
  }

  #key(id: number): Uint8Array {
    const held = this.#held.get(id);
    if (held === undefined) throw new Error(`wrapping key ${id} is gone`);
    return held.key;
  }
}

function bindingOf(keyId: Uint8Array, sae: string): Buffer {
  return Buffer.concat([keyId, Buffer.from(sae)]);
}
