import type { Bytes } from "../shared/bytes.ts";
import { qberAlarm } from "./alarm-threshold.ts";
import { amplify, drawAmplificationSeed } from "./amplification.ts";
import { Authenticator } from "./authentication.ts";
import {
  decodeVerdict,
  type EstimateDecision,
  encodeAmplification,
  encodeEstimate,
  encodeSifting,
  type VerdictMessage,
} from "./block-messages.ts";
import {
  type BlockTerms,
  type Estimation,
  estimateFrom,
  isHopeless,
  keyLength,
  reconciliationTerms,
  withKeyErrors,
} from "./block-terms.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { countOnes, type PulseSettings, trimPlane } from "./pulse-planes.ts";
import type { PulseSource } from "./quantum-channel.ts";
import type { RandomSource } from "./random.ts";
import { createResponder, type Responder } from "./reconciliation.ts";
import { selectBits, selectPulses } from "./select-pulses.ts";
import { SiftedRecord, type TestBits } from "./sifted-record.ts";
import { verificationHash, verificationSeedBytes } from "./verification-hash.ts";

const noPulses: PulseSettings = {
  length: 0,
  basis: new Uint8Array(0),
  decoy: new Uint8Array(0),
  vacuum: new Uint8Array(0),
};

/**
 * The sender of a link. It holds her bits, bases and intensities, and of Bob only what his messages say. Methods
 * take and return message bodies; the block job carries them over the recorded channel.
 */
export class AliceEnd implements PulseSource {
  readonly authenticator: Authenticator;
  readonly #terms: BlockTerms;
  readonly #random: RandomSource;
  readonly #sifted = new SiftedRecord();
  readonly #clicks: [number, number, number] = [0, 0, 0];
  #settings: PulseSettings = noPulses;
  #batch: Bytes = new Uint8Array(0);
  #packed: Bytes = new Uint8Array(0);
  #secret: Bytes | undefined;
  #estimation: Estimation | undefined;
  #responder: Responder | undefined;
  #outputBits = 0;

  constructor(terms: BlockTerms, random: RandomSource, authenticationKey: Uint8Array) {
    this.#terms = terms;
    this.#random = random;
    this.authenticator = new Authenticator(authenticationKey);
  }

  /** Bits in the key basis so far. */
  get siftedBits(): number {
    return this.#sifted.keyBits;
  }

  /** Announced clicks by intensity. */
  get clicks(): Triple {
    return this.#clicks;
  }

  get estimation(): Estimation | undefined {
    return this.#estimation;
  }

  get leakedBits(): number {
    return this.#responder?.leakedBits ?? 0;
  }

  /** ℓ, after `chooseAmplification`. */
  get outputBits(): number {
    return this.#outputBits;
  }

  /** Fresh random bits on pulses of the given settings. She remembers them; the channel gets them as light. */
  prepare(settings: PulseSettings): Bytes {
    const bits = this.#random.bytes((settings.length + 7) >> 3);
    trimPlane(bits, settings.length);
    this.#countClicks(settings, 1);
    this.#settings = settings;
    this.#batch = bits;
    return bits.slice();
  }

  /** Forgets the pulses of the batch that Bob did not announce. */
  keep(mask: Uint8Array): void {
    this.#countClicks(this.#settings, -1);
    const { bits } = selectBits(this.#batch, mask);
    this.#batch.fill(0);
    this.#batch = bits;
    this.#settings = selectPulses(this.#settings, mask);
    this.#countClicks(this.#settings, 1);
  }

  #countClicks({ length, decoy, vacuum }: PulseSettings, sign: 1 | -1): void {
    const decoys = countOnes(decoy, decoy);
    const vacua = countOnes(vacuum, vacuum);
    this.#clicks[0] += sign * (length - decoys - vacua);
    this.#clicks[1] += sign * decoys;
    this.#clicks[2] += sign * vacua;
  }

  /** Sifts a batch by Bob's bases and answers with her own and the intensities. */
  sift(bobBasis: Uint8Array): Bytes {
    const { length, basis } = this.#settings;
    this.#sifted.add({ length, basis, bits: this.#batch }, bobBasis, this.#settings);
    this.#batch.fill(0);
    return encodeSifting(this.#settings);
  }

  /**
   * Compares Bob's test bits with hers and announces counts, decision and the seed of the interleavers.
   * @param expectedQber of the quiet link at the click rate that Bob announced.
   */
  estimate(
    testBits: Uint8Array,
    expectedQber: number,
  ): { readonly body: Bytes; readonly decision: EstimateDecision } {
    const counts = {
      key: this.#sifted.keyCounts,
      test: this.#sifted.testCounts,
      testErrors: testErrorsBetween(this.#sifted.takeTest(), testBits),
    };
    const estimation = estimateFrom(this.#terms, counts);
    this.#estimation = estimation;
    const reconciliationSeed = this.#random.uint32();
    const decision = this.#decide(estimation, expectedQber);
    if (decision === "continue") {
      this.#packed = this.#sifted.takeKey();
      this.#responder = createResponder(
        this.#packed,
        reconciliationTerms(this.#terms, estimation, reconciliationSeed),
      );
    }
    return { body: encodeEstimate({ counts, decision, reconciliationSeed }), decision };
  }

  #decide(estimation: Estimation, expectedQber: number): EstimateDecision {
    const { testBits, testQber } = estimation;
    if (testBits > 0 && testQber > qberAlarm(expectedQber, testBits)) return "qber-high";
    return isHopeless(this.#terms, estimation) ? "no-key-in-block" : "continue";
  }

  /** Errors among all bits of the key basis, when Bob gives them away: a probe has no use for them. */
  compareKey(his: Uint8Array): number {
    const mine = this.#packed.length > 0 ? this.#packed : this.#sifted.takeKey();
    this.#packed = mine;
    if (his.length !== mine.length) throw new QuantumMessageError("key bits of the wrong length");
    const different = mine.map((byte, i) => byte ^ (his[i] as number));
    trimPlane(different, this.siftedBits);
    return countOnes(different, different);
  }

  answerReconciliation(request: Uint8Array): Bytes {
    if (this.#responder === undefined) throw new QuantumMessageError("reconciliation before estimation");
    return this.#responder.answer(request);
  }

  /** A fresh public point and the hash of her key at it. */
  verify(): Bytes {
    this.#responder?.destroy();
    const body = new Uint8Array(verificationSeedBytes + 16);
    const seed = this.#random.bytes(verificationSeedBytes);
    body.set(seed);
    body.set(verificationHash(this.#packed, seed), verificationSeedBytes);
    return body;
  }

  readVerdict(body: Uint8Array): VerdictMessage {
    const verdict = decodeVerdict(body);
    const { corrections, decoyCorrections } = verdict;
    if (this.#estimation !== undefined)
      this.#estimation = withKeyErrors(this.#terms, this.#estimation, corrections, decoyCorrections);
    return verdict;
  }

  /** Settles ℓ and announces the hash; undefined when no secret bit is left. */
  chooseAmplification(): Bytes | undefined {
    if (this.#estimation === undefined) return undefined;
    this.#outputBits = keyLength(this.#terms, this.#estimation, this.leakedBits);
    if (this.#outputBits === 0) return undefined;
    const choice = {
      kind: this.#terms.amplification,
      inputBits: this.#estimation.keyBits,
      outputBits: this.#outputBits,
    };
    const seed = drawAmplificationSeed(this.#random, choice);
    this.#secret = amplify(choice, this.#packed, seed);
    return encodeAmplification({ kind: choice.kind, outputBits: choice.outputBits, seed });
  }

  /** Hands over the key, once. */
  takeKey(): Bytes | undefined {
    const secret = this.#secret;
    this.#secret = undefined;
    return secret;
  }

  /** Zeroes everything secret that this end still holds. */
  destroy(): void {
    this.#secret?.fill(0);
    this.#packed.fill(0);
    this.#batch.fill(0);
    this.#sifted.destroy();
    this.#responder?.destroy();
    this.authenticator.destroy();
  }
}

/** Errors by intensity. */
function testErrorsBetween(mine: TestBits, his: Uint8Array): Triple {
  if (his.length !== mine.bits.length) throw new QuantumMessageError("test bits of the wrong length");
  const different = mine.bits.map((byte, i) => byte ^ (his[i] as number));
  trimPlane(different, mine.length);
  const decoys = countOnes(different, mine.decoy);
  const vacua = countOnes(different, mine.vacuum);
  return [countOnes(different, different) - decoys - vacua, decoys, vacua];
}
