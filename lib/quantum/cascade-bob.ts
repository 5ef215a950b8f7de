import type { Bytes } from "../shared/bytes.ts";
import { unpackBits } from "./bits.ts";
import { checkColumn, checkWord, maskedPass, nodeParity, orderedPass } from "./cascade-pass.ts";
import { askBlocks, askCheck, askMasked, askNodes, nodeBits, nodeMask } from "./cascade-request.ts";
import { type CascadeSchedule, checkParities } from "./cascade-schedule.ts";
import { deepestKnown, differs, known, list, listed, type SearchedPass, searched } from "./cascade-search.ts";
import { QuantumMessageError } from "./errors.ts";

/** More passes under check parities than any block has needed; then verification decides. */
const checkMask = 2 ** checkParities - 1;
const mostMaskedPasses = 64;

/**
 * Bob's side of Cascade: he corrects his bits in place. Every part of a block whose parity he once learnt stays
 * known, so a difference found in one pass sends him to the smallest odd part in the others (subblock reuse).
 */
export class CascadeCorrector {
  readonly #bits: Uint8Array;
  readonly #schedule: CascadeSchedule;
  readonly #seed: number;
  readonly #passes: SearchedPass[] = [];
  #served: SearchedPass | undefined;
  /** The searches of the served pass: the smallest part of each block that is known to be odd, and what to ask. */
  #nodes = new Uint32Array(1024);
  #asked = new Uint32Array(1024);
  #searches = 0;
  #checkDifference = 0;
  #checked = false;
  #corrections = 0;
  #roundTrips = 0;
  #learntBits = 0;

  /** `bits` is changed in place until it equals Alice's. */
  constructor(bits: Uint8Array, schedule: CascadeSchedule, seed: number) {
    this.#bits = bits;
    this.#schedule = schedule;
    this.#seed = seed;
  }

  get corrections(): number {
    return this.#corrections;
  }

  get roundTrips(): number {
    return this.#roundTrips;
  }

  /** Parities received: the same number as Alice's leak. */
  get learntBits(): number {
    return this.#learntBits;
  }

  /** Yields requests for Alice and wants her packed answers; returns when no known parity differs any more. */
  *correct(): Generator<Bytes, void, Uint8Array> {
    for (const [index, blockLog2] of this.#schedule.blockSizesLog2.entries()) {
      yield* this.#openBlocks(index, blockLog2);
      yield* this.#settle();
    }
    yield* this.#openCheck();
    for (let round = 0; this.#checkDifference !== 0 && round < mostMaskedPasses; round++) {
      yield* this.#openMasked();
      yield* this.#settle();
    }
  }

  /** Zeroes every copy of the bits that the passes hold. */
  destroy(): void {
    for (const pass of this.#passes) pass.prefix.fill(0);
  }

  *#ask(request: Bytes, parities: number): Generator<Bytes, Uint8Array, Uint8Array> {
    const answer = yield request;
    this.#roundTrips++;
    this.#learntBits += parities;
    if (answer.length !== (parities + 7) >> 3) throw new QuantumMessageError("wrong number of parities");
    return unpackBits(answer, parities);
  }

  *#openBlocks(index: number, blockLog2: number): Generator<Bytes, void, Uint8Array> {
    const pass = searched(orderedPass(this.#bits, index, this.#seed), index, blockLog2);
    const blocks = Math.ceil(pass.size / 2 ** blockLog2);
    const parities = yield* this.#ask(askBlocks(index), blocks);
    const first = 1 << (pass.depth - blockLog2);
    for (let block = 0; block < blocks; block++) {
      const node = first + block;
      pass.states[node] = known | ((parities[block] as number) ^ nodeParity(pass, node));
      list(pass, node);
    }
    this.#passes.push(pass);
  }

  *#openCheck(): Generator<Bytes, void, Uint8Array> {
    const parities = yield* this.#ask(askCheck(), checkParities);
    let word = 0;
    for (let i = 0; i < checkParities; i++) word |= (parities[i] as number) << i;
    this.#checkDifference = (word ^ checkWord(this.#bits, this.#seed)) & checkMask;
    this.#checked = true;
  }

  *#openMasked(): Generator<Bytes, void, Uint8Array> {
    const parity = 31 - Math.clz32(this.#checkDifference);
    const index = this.#passes.length;
    yield* this.#ask(askMasked(index, parity), 0);
    const made = maskedPass(this.#bits, this.#seed, parity);
    const pass = searched(made, index, made.depth);
    pass.states[1] = known | differs;
    list(pass, 1);
    this.#passes.push(pass);
  }

  /** Searches until every known parity agrees. */
  *#settle(): Generator<Bytes, void, Uint8Array> {
    for (;;) {
      const asked = this.#nextRound();
      if (asked.length === 0) return;
      const parities = yield* this.#ask(askNodes(asked), asked.length);
      this.#learn(asked, parities);
    }
  }

  /**
   * What one round trip asks: all odd blocks of one pass. A pass is served until it has none and then the one with
   * the smallest blocks; the flips of a round open searches only in the others. Serving two passes at once would
   * find the same difference twice.
   */
  #nextRound(): Uint32Array {
    for (;;) {
      if (this.#searches === 0) this.#served = this.#serveNext();
      if (this.#served === undefined) return this.#asked.subarray(0, 0);
      this.#descend(this.#served);
      if (this.#searches > 0) return this.#asked.subarray(0, this.#searches);
    }
  }

  /** Takes over the odd blocks of the pass with the smallest ones: each is a search that starts at its block. */
  #serveNext(): SearchedPass | undefined {
    const pass = this.#passes.find((candidate) => candidate.odd.length > 0);
    if (pass === undefined) return undefined;
    const blocks = pass.odd;
    pass.odd = [];
    if (this.#nodes.length < blocks.length) {
      this.#nodes = new Uint32Array(2 * blocks.length);
      this.#asked = new Uint32Array(2 * blocks.length);
    }
    for (const block of blocks) {
      const state = (pass.states[block] as number) & ~listed;
      pass.states[block] = state;
      if ((state & differs) !== 0) this.#nodes[this.#searches++] = block;
    }
    return pass;
  }

  /** Moves every search down as far as parities are known: flips the leaves it reaches, notes what else to ask. */
  #descend(pass: SearchedPass): void {
    const nodes = this.#nodes;
    const leaves = 1 << pass.depth;
    const name = pass.index * 2 ** nodeBits;
    const searches = this.#searches;
    let count = 0;
    for (let i = 0; i < searches; i++) {
      const node = deepestKnown(pass, nodes[i] as number);
      if (node >= leaves) {
        this.#flip(pass.inverse(node - leaves));
      } else {
        nodes[count] = node;
        this.#asked[count++] = name + node * 2;
      }
    }
    this.#searches = count;
  }

  /** Alice's parity of a left child tells the right child's too. */
  #learn(asked: Uint32Array, parities: Uint8Array): void {
    for (let i = 0; i < asked.length; i++) {
      const name = asked[i] as number;
      const pass = this.#passes[name >>> nodeBits] as SearchedPass;
      const { states } = pass;
      const left = name & nodeMask;
      const flips = (states[left] as number) & differs;
      const difference = (parities[i] as number) ^ nodeParity(pass, left) ^ flips;
      const parent = (states[left >>> 1] as number) & differs;
      states[left] = known | difference;
      states[left + 1] = known | (parent ^ difference);
    }
  }

  #flip(position: number): void {
    this.#bits[position] = (this.#bits[position] as number) ^ 1;
    this.#corrections++;
    if (this.#corrections > this.#bits.length)
      throw new QuantumMessageError("parities contradict each other");
    if (this.#checked)
      this.#checkDifference = (this.#checkDifference ^ checkColumn(this.#seed, position)) & checkMask;
    for (const pass of this.#passes) {
      const place = pass.forward(position);
      if (place < 0) continue;
      let node = (1 << pass.depth) + place;
      for (let level = 0; level < pass.blockLog2; level++) {
        pass.states[node] = (pass.states[node] as number) ^ differs;
        node >>>= 1;
      }
      pass.states[node] = (pass.states[node] as number) ^ differs;
      list(pass, node);
    }
  }
}
