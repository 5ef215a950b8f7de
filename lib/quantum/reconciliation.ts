import type { Bytes } from "../shared/bytes.ts";
import { CascadeResponder } from "./cascade-alice.ts";
import { CascadeCorrector } from "./cascade-bob.ts";
import { cascadeSchedule, originalSchedule } from "./cascade-schedule.ts";
import { LdpcResponder } from "./ldpc-alice.ts";
import { LdpcCorrector } from "./ldpc-bob.ts";
import { ldpcPlan } from "./ldpc-plan.ts";

/**
 * How the ends come to the same bits: Cascade with the schedule that was measured to leak least, with that of its
 * inventors, or by syndromes of a low-density code, which takes one round trip and leaks more.
 */
export const reconciliationMethods = ["cascade", "cascade-original", "ldpc"] as const;
export type ReconciliationMethod = (typeof reconciliationMethods)[number];

/** Alice's side: answers requests, and counts every bit about her key that she tells. */
export interface Responder {
  readonly leakedBits: number;
  answer(request: Uint8Array): Bytes;
  destroy(): void;
}

/** Bob's side: a conversation that leaves his key equal to Alice's. */
export interface Corrector {
  readonly learntBits: number;
  readonly roundTrips: number;
  correct(): Generator<Bytes, void, Uint8Array>;
  destroy(): void;
}

/** What both ends know before reconciliation begins. */
export interface ReconciliationTerms {
  readonly method: ReconciliationMethod;
  /** Bits of the key. */
  readonly length: number;
  /** Error rate of the test basis. */
  readonly errorRate: number;
  /** Public, announced by Alice. */
  readonly seed: number;
}

export function createResponder(packed: Uint8Array, terms: ReconciliationTerms): Responder {
  const { method, length, errorRate, seed } = terms;
  if (method === "ldpc") return new LdpcResponder(packed, ldpcPlan(length, errorRate, seed));
  return new CascadeResponder(packed, length, scheduleOf(terms), seed);
}

/** `packed` is corrected in place. */
export function createCorrector(packed: Uint8Array, terms: ReconciliationTerms): Corrector {
  const { method, length, errorRate, seed } = terms;
  if (method === "ldpc") return new LdpcCorrector(packed, ldpcPlan(length, errorRate, seed));
  return new CascadeCorrector(packed, length, scheduleOf(terms), seed);
}

function scheduleOf({ method, length, errorRate }: ReconciliationTerms) {
  return method === "cascade-original"
    ? originalSchedule(length, errorRate)
    : cascadeSchedule(length, errorRate);
}
