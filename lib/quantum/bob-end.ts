import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { equalSecret } from "../shared/equal-secret.ts";
import { amplify } from "./amplification.ts";
import { Authenticator } from "./authentication.ts";
import {
  decodeAmplification,
  decodeEstimate,
  decodeSifting,
  type EstimateDecision,
  encodeVerdict,
} from "./block-messages.ts";
import {
  type BlockTerms,
  type Estimation,
  estimateFrom,
  keyLength,
  reconciliationTerms,
  withKeyErrors,
} from "./block-terms.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { type Clicks, countOnes } from "./pulse-planes.ts";
import type { PulseDetector } from "./quantum-channel.ts";
import type { ReceiverReadings } from "./receiver-readings.ts";
import { type Corrector, createCorrector } from "./reconciliation.ts";
import { SiftedRecord } from "./sifted-record.ts";
import { verificationHash, verificationSeedBytes } from "./verification-hash.ts";

/**
 * The receiver of a link. It holds his clicks and bases, and of Alice only what her messages say. Methods take
 * and return message bodies; the block job carries them over the recorded channel.
 */
export class BobEnd implements PulseDetector {
  readonly authenticator: Authenticator;
  readonly #terms: BlockTerms;
  readonly #sifted = new SiftedRecord();
  #batch: Clicks = { length: 0, basis: new Uint8Array(0), bits: new Uint8Array(0) };
  #detections = 0;
  #ones = 0;
  #readings: ReceiverReadings = { photocurrentNanoamperes: 0, compensatorUsed: 0 };
  #packed: Bytes = new Uint8Array(0);
  #secret: Bytes | undefined;
  #estimation: Estimation | undefined;
  #corrections = 0;
  #decoyCorrections = 0;
  #corrector: Corrector | undefined;

  constructor(terms: BlockTerms, authenticationKey: Uint8Array) {
    this.#terms = terms;
    this.authenticator = new Authenticator(authenticationKey);
  }

  get detections(): number {
    return this.#detections;
  }

  /** How many of his bits are one: each detector stands for a bit. */
  get ones(): number {
    return this.#ones;
  }

  /** The highest that his receiver's instruments have shown. */
  get readings(): ReceiverReadings {
    return this.#readings;
  }

  get estimation(): Estimation | undefined {
    return this.#estimation;
  }

  /** Bits of his key that reconciliation changed. */
  get corrections(): number {
    return this.#corrections;
  }

  get roundTrips(): number {
    return this.#corrector?.roundTrips ?? 0;
  }

  register(clicks: Clicks): void {
    this.#batch = clicks;
    this.#detections += clicks.length;
    this.#ones += countOnes(clicks.bits, clicks.bits);
  }

  sense({ photocurrentNanoamperes, compensatorUsed }: ReceiverReadings): void {
    const before = this.#readings;
    this.#readings = {
      photocurrentNanoamperes: Math.max(before.photocurrentNanoamperes, photocurrentNanoamperes),
      compensatorUsed: Math.max(before.compensatorUsed, compensatorUsed),
    };
  }

  announceBases(): Bytes {
    return this.#batch.basis.slice();
  }

  sift(body: Uint8Array): void {
    const settings = decodeSifting(body, this.#batch.length);
    this.#sifted.add(this.#batch, settings.basis, settings);
    this.#batch.bits.fill(0);
  }

  /** His bits in the test basis: they are given away, never used for key. */
  discloseTest(): Bytes {
    return this.#sifted.takeTest().bits;
  }

  /** All his bits of the key basis, in a probe. */
  discloseKey(): Bytes {
    if (this.#packed.length === 0) this.#packed = this.#sifted.takeKey();
    return this.#packed.slice();
  }

  /** Takes Alice's counts, which must be his own where he can tell, and gets ready to correct. */
  readEstimate(body: Uint8Array): EstimateDecision {
    const { counts, decision, reconciliationSeed } = decodeEstimate(body);
    if (
      !sameCounts(counts.key, this.#sifted.keyCounts) ||
      !sameCounts(counts.test, this.#sifted.testCounts)
    ) {
      throw new QuantumMessageError("counts differ between the ends");
    }
    const estimation = estimateFrom(this.#terms, counts);
    this.#estimation = estimation;
    if (decision === "continue") {
      this.#packed = this.#sifted.takeKey();
      this.#corrector = createCorrector(
        this.#packed,
        reconciliationTerms(this.#terms, estimation, reconciliationSeed),
      );
    }
    return decision;
  }

  /** Reconciliation as a conversation: yields requests, takes answers. */
  *reconcile(): Generator<Bytes, void, Uint8Array> {
    const changed = this.#packed.slice();
    if (this.#corrector !== undefined) yield* this.#corrector.correct();
    this.#corrector?.destroy();
    for (let i = 0; i < changed.length; i++)
      changed[i] = (changed[i] as number) ^ (this.#packed[i] as number);
    this.#corrections = countOnes(changed, changed);
    this.#decoyCorrections = countOnes(changed, this.#sifted.keyDecoys);
    if (this.#estimation !== undefined)
      this.#estimation = withKeyErrors(
        this.#terms,
        this.#estimation,
        this.#corrections,
        this.#decoyCorrections,
      );
  }

  /** Whether his corrected key hashes as Alice's, and how many errors he corrected. */
  answerVerification(body: Uint8Array): { readonly body: Bytes; readonly agrees: boolean } {
    const seed = body.subarray(0, verificationSeedBytes);
    const agrees =
      body.length === verificationSeedBytes + 16 &&
      equalSecret(verificationHash(this.#packed, seed), body.subarray(verificationSeedBytes));
    const [corrections, decoyCorrections] = [this.#corrections, this.#decoyCorrections];
    return { body: encodeVerdict({ agrees, corrections, decoyCorrections }), agrees };
  }

  /** ℓ as he computes it himself, from the parities he received. */
  get outputBits(): number {
    if (this.#estimation === undefined) return 0;
    return keyLength(this.#terms, this.#estimation, this.#corrector?.learntBits ?? 0);
  }

  /** @throws QuantumMessageError when Alice's length is not the one he computed. */
  amplify(body: Uint8Array): void {
    const { kind, outputBits, seed } = decodeAmplification(body);
    if (kind !== this.#terms.amplification || outputBits !== this.outputBits) {
      throw new QuantumMessageError("the ends disagree on the length of the key");
    }
    const inputBits = this.#estimation?.keyBits ?? 0;
    this.#secret = amplify({ kind, inputBits, outputBits }, this.#packed, seed);
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
    this.#batch.bits.fill(0);
    this.#sifted.destroy();
    this.#corrector?.destroy();
    this.authenticator.destroy();
  }
}

function sameCounts(a: Triple, b: Triple): boolean {
  return equalBytes(new Uint8Array(new Float64Array(a).buffer), new Uint8Array(new Float64Array(b).buffer));
}
