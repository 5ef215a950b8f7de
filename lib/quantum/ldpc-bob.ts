import type { Bytes } from "../shared/bytes.ts";
import { packBits, unpackBits } from "./bits.ts";
import { QuantumMessageError } from "./errors.ts";
import { frameOf, ldpcAsk } from "./ldpc-alice.ts";
import { LdpcDecoder, ldpcSyndrome } from "./ldpc-decoder.ts";
import { bitsOfFrame, type LdpcPlan, mostReveals, revealedPositions } from "./ldpc-plan.ts";

const mostRounds = 40;
/** Log-likelihood of a bit that is known. */
const certain = 50;

interface Frame {
  readonly index: number;
  readonly bits: Uint8Array<ArrayBuffer>;
  /** Syndrome of the errors: Alice's and his own added. */
  readonly difference: Uint8Array<ArrayBuffer>;
  readonly prior: Float32Array;
}

/**
 * Bob's side of reconciliation by syndromes: he looks for the errors that explain the difference between Alice's
 * syndrome and his own. Frames that fail get some of Alice's bits, and more, until they decode (blind rate
 * adaptation); what still fails after that is left to the verification, which discards the block.
 */
export class LdpcCorrector {
  readonly #packed: Uint8Array;
  readonly #plan: LdpcPlan;
  readonly #decoder: LdpcDecoder;
  #roundTrips = 0;
  #learntBits = 0;

  /** `packed` is changed once the conversation ends: then it equals Alice's. */
  constructor(packed: Uint8Array, plan: LdpcPlan) {
    this.#packed = packed;
    this.#plan = plan;
    this.#decoder = new LdpcDecoder(plan.code);
  }

  get roundTrips(): number {
    return this.#roundTrips;
  }

  /** Bits received: the same number as Alice's leak. */
  get learntBits(): number {
    return this.#learntBits;
  }

  /** Yields requests for Alice and wants her answers. */
  *correct(): Generator<Bytes, void, Uint8Array> {
    let failed = yield* this.#open();
    failed = failed.filter((frame) => !this.#decode(frame));
    for (let step = 0; failed.length > 0 && step < mostReveals; step++) {
      yield* this.#learn(failed, step);
      failed = failed.filter((frame) => !this.#decode(frame));
    }
    for (const { bits } of failed) bits.fill(0);
  }

  destroy(): void {
    this.#decoder.destroy();
  }

  *#open(): Generator<Bytes, Frame[], Uint8Array> {
    const { code, frames, errorRate } = this.#plan;
    const checks = code.baseRows * code.lift;
    const answer = yield Uint8Array.of(ldpcAsk.syndromes);
    this.#count(answer, frames * ((checks + 7) >> 3), frames * checks);
    const likelihood = Math.log((1 - errorRate) / errorRate);
    return Array.from({ length: frames }, (_, index) => {
      const bits = frameOf(this.#packed, this.#plan, index);
      const difference = ldpcSyndrome(code, bits);
      const told = unpackBits(answer.subarray(index * ((checks + 7) >> 3)), checks);
      for (let i = 0; i < checks; i++) difference[i] = (difference[i] as number) ^ (told[i] as number);
      const prior = new Float32Array(bits.length).fill(likelihood);
      prior.fill(certain, bitsOfFrame(this.#plan, index));
      return { index, bits, difference, prior };
    });
  }

  *#learn(frames: readonly Frame[], step: number): Generator<Bytes, void, Uint8Array> {
    const places = frames.map(({ index }) => revealedPositions(this.#plan, index, step));
    const answer = yield Uint8Array.of(ldpcAsk.reveal, step, ...frames.map(({ index }) => index));
    const bytes = places.reduce((total, positions) => total + ((positions.length + 7) >> 3), 0);
    this.#count(
      answer,
      bytes,
      places.reduce((total, positions) => total + positions.length, 0),
    );
    let at = 0;
    for (const [i, { bits, prior }] of frames.entries()) {
      const positions = places[i] ?? new Uint32Array(0);
      const told = unpackBits(answer.subarray(at), positions.length);
      at += (positions.length + 7) >> 3;
      for (let k = 0; k < positions.length; k++) {
        const position = positions[k] as number;
        prior[position] = told[k] === bits[position] ? certain : -certain;
      }
    }
  }

  #count(answer: Uint8Array, bytes: number, bits: number): void {
    this.#roundTrips++;
    this.#learntBits += bits;
    if (answer.length !== bytes) throw new QuantumMessageError("wrong number of parities");
  }

  /** True when the errors were found: then they are corrected in the key. */
  #decode({ index, bits, difference, prior }: Frame): boolean {
    const errors = new Uint8Array(bits.length);
    if (this.#decoder.decode(prior, difference, errors, mostRounds) === 0) return false;
    for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) ^ (errors[i] as number);
    const corrected = packBits(bits.subarray(0, bitsOfFrame(this.#plan, index)));
    this.#packed.set(corrected, (index * this.#plan.frameBits) / 8);
    corrected.fill(0);
    bits.fill(0);
    return true;
  }
}
