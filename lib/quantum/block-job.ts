import type { Bytes } from "../shared/bytes.ts";
import { isDark } from "./alarm-threshold.ts";
import { AliceEnd } from "./alice-end.ts";
import { authenticationBytesPerBlock, type EndName } from "./authentication.ts";
import { type BlockOrder, validateOrder } from "./block-order.ts";
import { composeReport } from "./block-report.ts";
import type { BlockAbort, BlockResult } from "./block-result.ts";
import type { BlockTerms } from "./block-terms.ts";
import { BobEnd } from "./bob-end.ts";
import {
  ClassicalChannel,
  type ClassicalMessage,
  type MessageKind,
  messageKind,
  type Tamper,
} from "./classical-channel.ts";
import { undisturbed } from "./condition.ts";
import { type DetectionLaw, detectionLaw } from "./detection-law.ts";
import { QuantumMessageError } from "./errors.ts";
import { alarmOf, gatherEvidence, type LinkEvidence, quietQber } from "./evidence.ts";
import { type BlockChannel, PassChannel, passLaw } from "./pass-channel.ts";
import { QuantumChannel } from "./quantum-channel.ts";
import type { RandomSource } from "./random.ts";

export type { BlockOrder };

export interface BlockSurroundings {
  readonly random: RandomSource;
  /** Each end's copy of the shared authentication key, read from the start; the caller keeps and zeroes them. */
  readonly aliceAuthentication: Uint8Array;
  readonly bobAuthentication: Uint8Array;
  /** An adversary on the classical line, in tests and demonstrations. */
  readonly tamper?: Tamper;
  /** ms. With it the report tells how long reconciliation took. */
  readonly clock?: () => number;
}

export interface BlockJob {
  /** Does one bounded piece of work. Returns true once the block is finished; then it does nothing. */
  step(): boolean;
  /** What the block gave; does what is left to do first. */
  result(): BlockResult;
  /** Everything that crossed the classical line so far, as sent. */
  messages(): readonly ClassicalMessage[];
}

/** Sifted bits made in one step: about 10 ms of work. */
const batchSiftedBits = 2 ** 17;
const lightCheckShare = 1 / 16;
const roundTripsPerStep = 64;

/**
 * Authentication key that a block of any size may spend at each end, bytes: messages are tagged per stage, not one
 * by one, so the size of the block does not matter.
 */
export function authenticationBytesNeeded(_siftedTarget: number): number {
  return authenticationBytesPerBlock;
}

/**
 * One block of a link, from pulses to secret key, as a job in steps. All randomness comes from `random`.
 *
 * @throws QuantumParameterError when the order is out of range.
 */
export function createBlockJob(order: BlockOrder, surroundings: BlockSurroundings): BlockJob {
  validateOrder(order);
  const run = new BlockRun(order, surroundings);
  const stages = run.stages();
  let result: BlockResult | undefined;
  const step = (): boolean => {
    if (result === undefined && stages.next().done === true) result = run.finish();
    return result !== undefined;
  };
  return {
    step,
    result() {
      while (result === undefined) step();
      return result;
    },
    messages: () => run.channel.messages,
  };
}

/** Why a block ends early; caught by the run itself. */
class BlockAborted extends Error {
  readonly abort: BlockAbort;

  constructor(abort: BlockAbort) {
    super(abort);
    this.abort = abort;
  }
}

class BlockRun {
  readonly channel: ClassicalChannel;
  readonly #order: BlockOrder;
  readonly #expected: DetectionLaw;
  readonly #quantum: BlockChannel;
  readonly #terms: BlockTerms;
  readonly #alice: AliceEnd | undefined;
  readonly #bob: BobEnd | undefined;
  readonly #random: RandomSource;
  readonly #clock: (() => number) | undefined;
  #reconciliationMs: number | null = null;
  #abort: BlockAbort | null = null;
  #evidence: LinkEvidence | undefined;

  constructor(
    order: BlockOrder,
    { random, aliceAuthentication, bobAuthentication, tamper, clock }: BlockSurroundings,
  ) {
    this.#order = order;
    this.#random = random;
    this.#clock = clock;
    this.channel = new ClassicalChannel(tamper);
    const { parameters, condition, slices } = order;
    this.#expected =
      slices === undefined ? detectionLaw(parameters, undisturbed) : passLaw(parameters, slices);
    this.#quantum =
      slices === undefined
        ? new QuantumChannel(parameters, condition, random)
        : new PassChannel(parameters, slices, condition, random);
    this.#terms = {
      parameters: order.parameters,
      epsilonSec: order.epsilonSec,
      amplification: order.amplification ?? "modular",
      reconciliation: order.reconciliation ?? "cascade",
    };
    const provided = Math.min(aliceAuthentication.length, bobAuthentication.length);
    if (provided < authenticationBytesPerBlock) return;
    this.#alice = new AliceEnd(this.#terms, random, aliceAuthentication);
    this.#bob = new BobEnd(this.#terms, bobAuthentication);
  }

  *stages(): Generator<undefined, void, undefined> {
    yield;
    const alice = this.#alice;
    const bob = this.#bob;
    if (alice === undefined || bob === undefined) {
      this.#abort = "authentication-key-low";
      return;
    }
    try {
      yield* this.#collect(alice, bob);
      this.#estimate(alice, bob);
      yield;
      if (this.#order.probe === true) this.#discloseAll(alice, bob);
      yield* this.#reconcile(alice, bob);
      this.#verify(alice, bob);
      yield;
      yield* this.#amplify(alice, bob);
    } catch (error) {
      if (error instanceof BlockAborted) this.#abort = error.abort;
      else if (error instanceof QuantumMessageError) this.#abort = "authentication-failed";
      else throw error;
    }
  }

  /** Sends pulses in batches until enough bits are sifted; a first small batch tells whether there is light. */
  *#collect(alice: AliceEnd, bob: BobEnd): Generator<undefined, void, undefined> {
    const { parameters, siftedTarget, maxPulses } = this.#order;
    const { keyBasisProbability } = parameters;
    const expectedRate = keyBasisProbability ** 2 * this.#expected.meanGain * this.#expected.liveFraction;
    let wanted = (siftedTarget * lightCheckShare) / expectedRate;
    while (alice.siftedBits < siftedTarget && this.#quantum.pulses < maxPulses) {
      const pulses = Math.min(Math.ceil(wanted), maxPulses - this.#quantum.pulses);
      const first = this.#quantum.pulses === 0;
      this.#quantum.transmit(pulses, alice, bob);
      if (first) this.#requireLight(bob);
      const bases = this.#say("bob", messageKind.bases, bob.announceBases());
      bob.sift(this.#say("alice", messageKind.sifting, alice.sift(bases)));
      // Whatever is seen at once is not worth the rest of the block; the test bits still tell the error rate.
      if (first && alarmOf(this.#measure(alice, bob)) !== null) break;
      const missing = siftedTarget - alice.siftedBits;
      const rate = alice.siftedBits > 100 ? alice.siftedBits / this.#quantum.pulses : expectedRate;
      wanted = Math.min(missing + 3 * Math.sqrt(Math.max(0, missing)) + 50, batchSiftedBits) / rate;
      yield;
    }
    if (alice.siftedBits < 100) throw new BlockAborted("no-key-in-block");
  }

  #requireLight(bob: BobEnd): void {
    const dark = 1 - (1 - this.#order.parameters.darkCountProbability) ** 2;
    const expected = this.#quantum.pulses * this.#expected.liveFraction * this.#expected.meanGain;
    if (isDark(bob.detections, this.#quantum.pulses * dark, expected)) throw new BlockAborted("no-light");
  }

  #estimate(alice: AliceEnd, bob: BobEnd): void {
    const testBits = this.#say("bob", messageKind.testBits, bob.discloseTest());
    const estimate = alice.estimate(testBits, quietQber(this.#measure(alice, bob)));
    const decision = bob.readEstimate(this.#say("alice", messageKind.estimate, estimate.body));
    this.#checkpoint(alice, bob);
    const alarm = alarmOf(this.#measure(alice, bob));
    if (alarm !== null) throw new BlockAborted(alarm);
    if (decision === "no-key-in-block" && this.#order.probe === true) return;
    if (decision !== "continue") throw new BlockAborted(decision);
  }

  /** A probe compares the bits of the key basis too: it sees much smaller changes than in the test bits alone. */
  #discloseAll(alice: AliceEnd, bob: BobEnd): never {
    const errors = alice.compareKey(this.#say("bob", messageKind.keyBits, bob.discloseKey()));
    this.#checkpoint(alice, bob);
    throw new BlockAborted(alarmOf(this.#measure(alice, bob, errors)) ?? "no-key-in-block");
  }

  *#reconcile(alice: AliceEnd, bob: BobEnd): Generator<undefined, void, undefined> {
    const began = this.#clock?.();
    const conversation = bob.reconcile();
    let turn = conversation.next();
    for (let round = 1; turn.done !== true; round++) {
      const request = this.#say("bob", messageKind.reconciliationRequest, turn.value);
      const answer = alice.answerReconciliation(request);
      turn = conversation.next(this.#say("alice", messageKind.reconciliationAnswer, answer));
      if (round % roundTripsPerStep === 0) yield;
    }
    if (began !== undefined) this.#reconciliationMs = (this.#clock?.() ?? began) - began;
    yield;
  }

  #verify(alice: AliceEnd, bob: BobEnd): void {
    const verdict = bob.answerVerification(this.#say("alice", messageKind.verification, alice.verify()));
    const read = alice.readVerdict(this.#say("bob", messageKind.verdict, verdict.body));
    this.#checkpoint(alice, bob);
    if (!read.agrees || !verdict.agrees) throw new BlockAborted("verification-failed");
    const alarm = alarmOf(this.#measure(alice, bob, read.corrections));
    if (alarm !== null) throw new BlockAborted(alarm);
  }

  /** What both ends know of their link by now; error rates of the key basis once `corrections` are counted. */
  #measure(alice: AliceEnd, bob: BobEnd, corrections?: number): LinkEvidence {
    const { parameters, slices } = this.#order;
    const estimation = alice.estimation;
    const errors =
      corrections === undefined
        ? { qber: estimation?.testQber ?? 0, comparedBits: estimation?.testBits ?? 0 }
        : { qber: corrections / alice.siftedBits, comparedBits: alice.siftedBits };
    const link = { parameters, quiet: this.#expected, varying: slices !== undefined };
    this.#evidence = gatherEvidence(link, {
      pulses: this.#quantum.pulses,
      detections: bob.detections,
      ones: bob.ones,
      clicks: alice.clicks,
      ...bob.readings,
      ...errors,
    });
    return this.#evidence;
  }

  *#amplify(alice: AliceEnd, bob: BobEnd): Generator<undefined, void, undefined> {
    const announced = alice.chooseAmplification();
    if (announced === undefined) throw new BlockAborted("no-key-in-block");
    yield;
    bob.amplify(this.#say("alice", messageKind.amplification, announced));
    this.#checkpoint(alice, bob);
  }

  /** Carries one message; both ends note it for the next tag, each as it knows it. */
  #say(from: EndName, kind: MessageKind, body: Bytes): Bytes {
    const arrived = this.channel.carry({ from, kind, body });
    const [sender, receiver] = from === "alice" ? [this.#alice, this.#bob] : [this.#bob, this.#alice];
    sender?.authenticator.note(from, kind, body);
    receiver?.authenticator.note(from, kind, arrived);
    return arrived;
  }

  /** Each end tags what it said since the last time and checks the other's tag before anything else happens. */
  #checkpoint(alice: AliceEnd, bob: BobEnd): void {
    if (this.#order.authenticated === false) return;
    const tagOf = (from: EndName, end: AliceEnd | BobEnd) =>
      this.channel.carry({ from, kind: messageKind.tag, body: end.authenticator.tag(from) });
    const bobAccepts = bob.authenticator.accepts("alice", tagOf("alice", alice));
    const aliceAccepts = alice.authenticator.accepts("bob", tagOf("bob", bob));
    if (!aliceAccepts || !bobAccepts) throw new BlockAborted("authentication-failed");
  }

  finish(): BlockResult {
    const alice = this.#alice;
    const bob = this.#bob;
    const report = composeReport({
      order: this.#order,
      expected: this.#expected,
      terms: this.#terms,
      quantum: this.#quantum,
      channel: this.channel,
      alice,
      bob,
      aborted: this.#abort,
      evidence: this.#evidence,
      reconciliationMs: this.#reconciliationMs,
      seeded: this.#random.seeded,
    });
    const aliceKey = this.#abort === null ? alice?.takeKey() : undefined;
    const bobKey = this.#abort === null ? bob?.takeKey() : undefined;
    alice?.destroy();
    bob?.destroy();
    return { report, aliceKey, bobKey, aborted: this.#abort };
  }
}
