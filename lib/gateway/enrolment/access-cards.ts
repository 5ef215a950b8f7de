import { rmSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "../../shared/hex.ts";
import { readFileIfThere, writePrivateFile } from "../../shared/private-file.ts";

/**
 * Access cards that wait to be carried to their devices: `<folder>/cards/<site>/<device>.txt`, readable by the owner of
 * this machine's data folder only. Each holds a secret, never leaves this machine by itself, and is gone as soon as its
 * device has opened its channel.
 */
export class AccessCards {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(site: string, device: Uint8Array, text: string): void {
    writePrivateFile(this.#path(site, toHex(device)), text);
  }

  /** The card's text, by the device's identifier in hex; undefined when none waits. */
  read(site: string, device: string): string | undefined {
    return readFileIfThere(this.#path(site, device))?.toString("utf8");
  }

  remove(site: string, device: Uint8Array): void {
    rmSync(this.#path(site, toHex(device)), { force: true });
  }

  #path(site: string, device: string): string {
    return join(this.#folder, "cards", site, `${device}.txt`);
  }
}
