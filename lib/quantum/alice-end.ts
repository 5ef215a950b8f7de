import type { Bytes } from "../shared/bytes.ts";
import { qberAlarm } from "./alarm-threshold.ts";
import { amplify, drawAmplificationSeed } from "./amplification.ts";
import { Authenticator } from "./authentication.ts";
import { type Bits, packBits, unpackBits, unpackPlane } from "./bits.ts";
import {
  decodeVerdict,
  type EstimateDecision,
  encodeAmplification,
  encodeEstimate,
  encodeSifting,
  type VerdictMessage,
} from "./block-messages.ts";
import { type BlockTerms, type Estimation, estimateFrom, isHopeless, keyLength } from "./block-terms.ts";
import { CascadeResponder } from "./cascade-alice.ts";
import { cascadeSchedule } from "./cascade-schedule.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { basisPlane, eventBits, type PulseSource } from "./quantum-channel.ts";
import type { RandomSource } from "./random.ts";
import { SiftedRecord } from "./sifted-record.ts";
import { verificationHash, verificationSeedBytes } from "./verification-hash.ts";

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
  #batch: Bits = new Uint8Array(0);
  #key: Bits = new Uint8Array(0);
  #packed: Bytes = new Uint8Array(0);
  #secret: Bytes | undefined;
  #estimation: Estimation | undefined;
  #responder: CascadeResponder | undefined;
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
  prepare(settings: Uint8Array): Uint8Array {
    const random = this.#random.bytes((settings.length + 7) >> 3);
    const events = settings.slice();
    unpackPlane(random, 0, events);
    random.fill(0);
    const counts = new Uint32Array(4);
    for (let i = 0; i < settings.length; i++) {
      const intensity = (settings[i] as number) >> eventBits.intensityShift;
      counts[intensity] = (counts[intensity] as number) + 1;
    }
    for (const k of [0, 1, 2] as const) this.#clicks[k] += counts[k] as number;
    this.#batch = events;
    return events.slice();
  }

  /** Sifts a batch by Bob's bases and answers with her own and the intensities. */
  sift(bobBases: Uint8Array): Bytes {
    const events = this.#batch;
    if (bobBases.length !== (events.length + 7) >> 3)
      throw new QuantumMessageError("bases of the wrong length");
    const others = new Uint8Array(events.length);
    unpackPlane(bobBases, basisPlane, others);
    this.#sifted.add(events, others, events);
    const body = encodeSifting(events);
    events.fill(0);
    return body;
  }

  /** Compares Bob's test bits with hers and announces counts, decision and the seed of the interleavers. */
  estimate(testBits: Uint8Array): { readonly body: Bytes; readonly decision: EstimateDecision } {
    const mine = this.#sifted.takeTest();
    if (testBits.length !== (mine.length + 7) >> 3)
      throw new QuantumMessageError("test bits of the wrong length");
    const counts = {
      key: this.#sifted.keyCounts,
      test: this.#sifted.testCounts,
      testErrors: testErrorsBetween(mine, unpackBits(testBits, mine.length)),
    };
    const estimation = estimateFrom(this.#terms, counts);
    this.#estimation = estimation;
    const reconciliationSeed = this.#random.uint32();
    const decision = this.#decide(estimation);
    if (decision === "continue") {
      this.#key = this.#sifted.takeKey();
      const schedule = cascadeSchedule(estimation.keyBits, estimation.testQber);
      this.#responder = new CascadeResponder(this.#key, schedule, reconciliationSeed);
    }
    return { body: encodeEstimate({ counts, decision, reconciliationSeed }), decision };
  }

  #decide(estimation: Estimation): EstimateDecision {
    const { testBits, testQber } = estimation;
    if (testBits > 0 && testQber > qberAlarm(this.#terms.expectedQber, testBits)) return "qber-high";
    return isHopeless(this.#terms, estimation) ? "no-key-in-block" : "continue";
  }

  answerReconciliation(request: Uint8Array): Bytes {
    if (this.#responder === undefined) throw new QuantumMessageError("reconciliation before estimation");
    return this.#responder.answer(request);
  }

  /** A fresh public point and the hash of her key at it. */
  verify(): Bytes {
    this.#responder?.destroy();
    this.#packed = packBits(this.#key);
    const body = new Uint8Array(verificationSeedBytes + 16);
    const seed = this.#random.bytes(verificationSeedBytes);
    body.set(seed);
    body.set(verificationHash(this.#packed, seed), verificationSeedBytes);
    return body;
  }

  readVerdict(body: Uint8Array): VerdictMessage {
    return decodeVerdict(body);
  }

  /** Settles ℓ and announces the hash; undefined when no secret bit is left. */
  chooseAmplification(): Bytes | undefined {
    if (this.#estimation === undefined) return undefined;
    this.#outputBits = keyLength(this.#terms, this.#estimation, this.leakedBits);
    if (this.#outputBits === 0) return undefined;
    const choice = {
      kind: this.#terms.amplification,
      inputBits: this.#key.length,
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
    this.#key.fill(0);
    this.#packed.fill(0);
    this.#batch.fill(0);
    this.#sifted.destroy();
    this.#responder?.destroy();
    this.authenticator.destroy();
  }
}

/** Errors by intensity; her test bits carry theirs. */
function testErrorsBetween(mine: Uint8Array, his: Uint8Array): Triple {
  const errors: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < mine.length; i++) {
    const event = mine[i] as number;
    if (((event ^ (his[i] as number)) & eventBits.bit) === 0) continue;
    errors[(event >> eventBits.intensityShift) as 0 | 1 | 2] += 1;
  }
  return errors;
}
