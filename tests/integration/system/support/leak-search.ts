import { toHex } from "../../../../lib/shared/hex.ts";

/** A run of a secret this long, in any of the spellings, is a leak. */
export const runLength = 16;

export interface Leak {
  readonly secret: string;
  readonly spelling: string;
  /** Where in the searched bytes. */
  readonly at: number;
}

interface Needle {
  readonly secret: string;
  readonly spelling: string;
  readonly bytes: Buffer;
}

const prefixLength = 4;
const filterBits = 22;

/**
 * Finds any run of 16 bytes of any secret in any amount of bytes: raw, in hexadecimal of either case, and in base64
 * (both alphabets) at each of the three positions it can have to the groups of three. Every window of every secret is
 * a needle; a bit filter over the first four bytes decides at each place whether a look is worth while.
 */
export class LeakSearch {
  readonly #needles = new Map<number, Needle[]>();
  readonly #filter = new Uint8Array(2 ** filterBits / 8);
  count = 0;

  add(name: string, secret: Uint8Array): void {
    for (let from = 0; from + runLength <= secret.length; from++) {
      const run = Buffer.from(secret.subarray(from, from + runLength));
      // One byte over and over (zeros, a line of dashes) is nobody's secret.
      if (run.every((byte) => byte === run[0])) continue;
      this.#addNeedle(name, "raw", run);
      const hex = toHex(run);
      this.#addNeedle(name, "hex", Buffer.from(hex));
      this.#addNeedle(name, "HEX", Buffer.from(hex.toUpperCase()));
      for (const [spelling, text] of base64Spellings(run)) this.#addNeedle(name, spelling, Buffer.from(text));
    }
  }

  /** The first leak of each secret, in each spelling. */
  find(bytes: Uint8Array): Leak[] {
    const found = new Map<string, Leak>();
    const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + prefixLength <= haystack.length; at++) {
      const prefix = haystack.readUInt32LE(at);
      const slot = slotOf(prefix);
      if (((this.#filter[slot >>> 3] ?? 0) & (1 << (slot & 7))) === 0) continue;
      for (const { secret, spelling, bytes: needle } of this.#needles.get(prefix) ?? []) {
        const name = `${secret} ${spelling}`;
        if (!found.has(name) && haystack.subarray(at, at + needle.length).equals(needle))
          found.set(name, { secret, spelling, at });
      }
    }
    return [...found.values()];
  }

  #addNeedle(secret: string, spelling: string, bytes: Buffer): void {
    const prefix = bytes.readUInt32LE(0);
    const slot = slotOf(prefix);
    this.#filter[slot >>> 3] = (this.#filter[slot >>> 3] ?? 0) | (1 << (slot & 7));
    const list = this.#needles.get(prefix);
    if (list) list.push({ secret, spelling, bytes });
    else this.#needles.set(prefix, [{ secret, spelling, bytes }]);
    this.count++;
  }
}

function slotOf(prefix: number): number {
  return Math.imul(prefix, 0x9e3779b1) >>> (32 - filterBits);
}

/** What base64 of anything that holds `run` must contain, by how many bytes stand before it in its group of three. */
function base64Spellings(run: Buffer): [string, string][] {
  return [0, 1, 2].flatMap((before): [string, string][] => {
    const whole = Buffer.concat([Buffer.alloc(before), run]);
    const [from, to] = [Math.ceil((before * 4) / 3), Math.floor((whole.length * 8) / 6)];
    const text = whole.toString("base64").slice(from, to);
    const url = text.replaceAll("+", "-").replaceAll("/", "_");
    const plain: [string, string] = [`base64+${before}`, text];
    return url === text ? [plain] : [plain, [`base64url+${before}`, url]];
  });
}
