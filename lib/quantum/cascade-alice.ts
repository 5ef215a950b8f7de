import type { Bytes } from "../shared/bytes.ts";
import { packBits } from "./bits.ts";
import { type CascadePass, checkWord, maskedPass, nodeParity, orderedPass } from "./cascade-pass.ts";
import { askKind, nodeBits, nodeMask, readNodes } from "./cascade-request.ts";
import { type CascadeSchedule, checkParities } from "./cascade-schedule.ts";
import { QuantumMessageError } from "./errors.ts";

/** Alice's side of Cascade: her bits are the reference; she answers Bob's requests with parities of them. */
export class CascadeResponder {
  readonly #bits: Uint8Array;
  readonly #schedule: CascadeSchedule;
  readonly #seed: number;
  readonly #passes: CascadePass[] = [];
  #leakedBits = 0;

  constructor(bits: Uint8Array, schedule: CascadeSchedule, seed: number) {
    this.#bits = bits;
    this.#schedule = schedule;
    this.#seed = seed;
  }

  /** Parities of her bits told so far, the only thing that Cascade sends about the key. */
  get leakedBits(): number {
    return this.#leakedBits;
  }

  /**
   * The parities asked for, packed.
   * @throws QuantumMessageError when the request makes no sense here.
   */
  answer(request: Uint8Array): Bytes {
    const kind = request[0];
    const pass = request[1] ?? 0;
    if (kind === askKind.blocks) return this.#tell(this.#blockParities(pass));
    if (kind === askKind.nodes) return this.#tell(this.#nodeParities(readNodes(request)));
    if (kind === askKind.check) return this.#tell(this.#checkParities());
    if (kind === askKind.masked) {
      this.#passes.push(maskedPass(this.#bits, this.#seed, (request[2] ?? 0) & 31));
      return new Uint8Array(0);
    }
    throw new QuantumMessageError("unknown reconciliation request");
  }

  /** Zeroes every copy of the bits that the passes hold. */
  destroy(): void {
    for (const pass of this.#passes) pass.prefix.fill(0);
  }

  #tell(parities: Uint8Array): Bytes {
    this.#leakedBits += parities.length;
    return packBits(parities);
  }

  #blockParities(index: number): Uint8Array {
    const log2 = this.#schedule.blockSizesLog2[index];
    if (log2 === undefined || index !== this.#passes.length) {
      throw new QuantumMessageError("pass out of order");
    }
    const pass = orderedPass(this.#bits, index, this.#seed);
    this.#passes.push(pass);
    const first = 1 << (pass.depth - log2);
    const parities = new Uint8Array(Math.ceil(pass.size / 2 ** log2));
    for (let block = 0; block < parities.length; block++) parities[block] = nodeParity(pass, first + block);
    return parities;
  }

  #nodeParities(nodes: Uint32Array): Uint8Array {
    const parities = new Uint8Array(nodes.length);
    for (let i = 0; i < nodes.length; i++) {
      const name = nodes[i] as number;
      const pass = this.#passes[name >>> nodeBits];
      const node = name & nodeMask;
      if (pass === undefined || node === 0 || node >= 2 << pass.depth) {
        throw new QuantumMessageError("parity of an unknown block");
      }
      parities[i] = nodeParity(pass, node);
    }
    return parities;
  }

  #checkParities(): Uint8Array {
    const word = checkWord(this.#bits, this.#seed);
    return Uint8Array.from({ length: checkParities }, (_, i) => (word >>> i) & 1);
  }
}
