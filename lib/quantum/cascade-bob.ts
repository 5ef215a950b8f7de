import type { Bytes } from "../shared/bytes.ts";
import { type BitWords, flipBit, wordsOf, writePacked } from "./bit-words.ts";
import { unpackBits } from "./bits.ts";
import { blockCount, checkColumn, checkWord, maskedPass, orderedPass, partParity } from "./cascade-pass.ts";
import { askBlocks, askCheck, askMasked, askParts } from "./cascade-request.ts";
import { type CascadeSchedule, checkParities } from "./cascade-schedule.ts";
import {
  deepestKnown,
  leafPosition,
  learnHalf,
  leftHalf,
  type SearchedPass,
  searched,
  toggle,
  unlist,
} from "./cascade-search.ts";
import { QuantumMessageError } from "./errors.ts";

/** More passes under check parities than any block has needed; then verification decides. */
const mostMaskedPasses = 64;

/**
 * Bob's side of Cascade: he corrects his bits. Every part of a block whose parity he once learnt stays known, so a
 * difference found in one pass sends him to the smallest odd part in the others (subblock reuse).
 */
export class CascadeCorrector {
  readonly #packed: Uint8Array;
  readonly #length: number;
  readonly #words: BitWords;
  readonly #schedule: CascadeSchedule;
  readonly #seed: number;
  readonly #passes: SearchedPass[] = [];
  #served: SearchedPass | undefined;
  /** The searches of the served pass: the smallest part of each block that is known to be odd, and what to ask. */
  #parts = new Uint32Array(1024);
  #asked = new Uint32Array(1024);
  #searches = 0;
  #checkDifference = 0;
  #checked = false;
  #corrections = 0;
  #roundTrips = 0;
  #learntBits = 0;

  /** `packed` (`length` bits) is changed once the conversation ends: then it equals Alice's. */
  constructor(packed: Uint8Array, length: number, schedule: CascadeSchedule, seed: number) {
    this.#packed = packed;
    this.#length = length;
    this.#words = wordsOf(packed, length);
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
    writePacked(this.#words, this.#length, this.#packed);
  }

  /** Zeroes every copy of the bits. */
  destroy(): void {
    this.#words.fill(0);
    for (const pass of this.#passes) pass.words.fill(0);
  }

  *#ask(request: Bytes, parities: number): Generator<Bytes, Uint8Array, Uint8Array> {
    const answer = yield request;
    this.#roundTrips++;
    this.#learntBits += parities;
    if (answer.length !== (parities + 7) >> 3) throw new QuantumMessageError("wrong number of parities");
    return unpackBits(answer, parities);
  }

  *#openBlocks(index: number, blockLog2: number): Generator<Bytes, void, Uint8Array> {
    const pass = orderedPass(this.#words, this.#length, index, blockLog2, this.#seed);
    const parities = yield* this.#ask(askBlocks(index), blockCount(pass));
    this.#passes.push(searched(pass, index, parities));
  }

  *#openCheck(): Generator<Bytes, void, Uint8Array> {
    const parities = yield* this.#ask(askCheck(), checkParities);
    let word = 0;
    for (let i = 0; i < checkParities; i++) word |= (parities[i] as number) << i;
    this.#checkDifference = word ^ checkWord(this.#words, this.#seed);
    this.#checked = true;
  }

  *#openMasked(): Generator<Bytes, void, Uint8Array> {
    const parity = 31 - Math.clz32(this.#checkDifference);
    const index = this.#passes.length;
    yield* this.#ask(askMasked(index, parity), 0);
    const pass = maskedPass(this.#words, this.#length, this.#seed, parity);
    // Alice's parity of the only block is the check parity, which differs.
    this.#passes.push(searched(pass, index, Uint8Array.of(1 - partParity(pass, 1))));
  }

  /** Searches until every known parity agrees. */
  *#settle(): Generator<Bytes, void, Uint8Array> {
    for (;;) {
      const pass = this.#nextRound();
      if (pass === undefined) return;
      const asked = this.#asked.subarray(0, this.#searches);
      const parities = yield* this.#ask(askParts(pass.index, asked), asked.length);
      for (let i = 0; i < asked.length; i++) learnHalf(pass, this.#parts[i] as number, parities[i] as number);
    }
  }

  /**
   * What one round trip asks: all odd blocks of one pass. A pass is served until it has none and then the one with
   * the smallest blocks; the flips of a round open searches only in the others. Serving two passes at once would
   * find the same difference twice.
   */
  #nextRound(): SearchedPass | undefined {
    for (;;) {
      if (this.#searches === 0) this.#served = this.#serveNext();
      if (this.#served === undefined) return undefined;
      this.#descend(this.#served);
      if (this.#searches > 0) return this.#served;
    }
  }

  /** Takes over the odd blocks of the pass with the smallest ones: each is a search that starts at its block. */
  #serveNext(): SearchedPass | undefined {
    const pass = this.#passes.find((candidate) => candidate.odd.length > 0);
    if (pass === undefined) return undefined;
    const blocks = pass.odd;
    pass.odd = [];
    if (this.#parts.length < blocks.length) {
      this.#parts = new Uint32Array(2 * blocks.length);
      this.#asked = new Uint32Array(2 * blocks.length);
    }
    for (const block of blocks) {
      if (unlist(pass, block)) this.#parts[this.#searches++] = (block << (pass.blockLog2 + 1)) + 1;
    }
    return pass;
  }

  /** Moves every search down as far as parities are known: flips the bits it reaches, notes what else to ask. */
  #descend(pass: SearchedPass): void {
    const parts = this.#parts;
    const asked = this.#asked;
    const searches = this.#searches;
    let count = 0;
    for (let i = 0; i < searches; i++) {
      const part = deepestKnown(pass, parts[i] as number);
      const position = leafPosition(pass, part);
      if (position >= 0) {
        this.#flip(pass.inverse(position));
      } else {
        parts[count] = part;
        asked[count++] = leftHalf(pass, part);
      }
    }
    this.#searches = count;
  }

  #flip(position: number): void {
    this.#corrections++;
    if (position >= this.#length || this.#corrections > this.#length)
      throw new QuantumMessageError("parities contradict each other");
    flipBit(this.#words, position);
    if (this.#checked) this.#checkDifference ^= checkColumn(this.#seed, position);
    for (const pass of this.#passes) {
      const place = pass.forward(position);
      if (place < 0) continue;
      flipBit(pass.words, place);
      toggle(pass, place >>> pass.blockLog2);
    }
  }
}
