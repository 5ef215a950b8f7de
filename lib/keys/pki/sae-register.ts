import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writePublicFile } from "../../shared/private-file.ts";

const entrySchema = z.object({ site: z.string(), fingerprint: z.string(), issuedAt: z.number() });
const registerSchema = z.record(z.string(), entrySchema);

export interface SaeEntry {
  readonly site: string;
  /** SHA-256 of the certificate, hexadecimal. Only this certificate speaks for the SAE. */
  readonly fingerprint: string;
  readonly issuedAt: number;
}

/**
 * Which SAEs exist, at which site, with which certificate: pki/saes.json. A file, so that the command line can add an
 * SAE while the process that holds the database runs; it is read again when it has changed.
 */
export class SaeRegister {
  readonly #path: string;
  readonly #now: () => number;
  #entries = new Map<string, SaeEntry>();
  #modified = -1;
  #looked = 0;

  constructor(folder: string, now: () => number) {
    this.#path = join(folder, "saes.json");
    this.#now = now;
    this.#refresh();
  }

  find(sae: string): SaeEntry | undefined {
    const now = this.#now();
    // A stranger's name costs a look at the file at most once a second.
    if (now - this.#looked > 1000 || now < this.#looked) {
      this.#looked = now;
      this.#refresh();
    }
    return this.#entries.get(sae);
  }

  list(): ReadonlyMap<string, SaeEntry> {
    this.#refresh();
    return this.#entries;
  }

  put(entries: ReadonlyMap<string, SaeEntry>): void {
    this.#refresh();
    const merged = new Map([...this.#entries, ...entries]);
    writePublicFile(this.#path, JSON.stringify(Object.fromEntries(merged), null, 1));
    this.#refresh();
  }

  #refresh(): void {
    if (!existsSync(this.#path)) return;
    const modified = statSync(this.#path).mtimeMs;
    if (modified === this.#modified) return;
    this.#entries = new Map(
      Object.entries(registerSchema.parse(JSON.parse(readFileSync(this.#path, "utf8")))),
    );
    this.#modified = modified;
  }
}
