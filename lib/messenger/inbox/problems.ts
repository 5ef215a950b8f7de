import { VernamError } from "../../shared/errors.ts";
import { MessengerError } from "../messenger-error.ts";

export interface Problem {
  readonly code: string;
  readonly reason: string;
  readonly nextStep: string;
}

/** Failures that more news may cure: the message is tried again when its key, an epoch or the membership comes. */
const passing = new Set([
  "record.missing",
  "key.missing",
  "epoch.unknown",
  "certificate.unknown",
  "roster.unknown-head",
  "relay.offline",
  "relay.rate",
  "relay.unavailable",
  "gateway.offline",
]);

/** Of these, the ones that only the key, or the start of its epoch, can cure. */
const keyless = new Set(["record.missing", "key.missing", "epoch.unknown"]);

/** Entries that are none of this device's business: nothing is shown. */
const notForUs = new Set(["sequence.replayed", "roster.self-absent", "epoch.replayed"]);

export function isPassing(error: unknown): boolean {
  return error instanceof VernamError && passing.has(error.code);
}

/** Whether this is what a message says of itself while it waits: it opens by itself, and nothing is wrong with it. */
export function isWaiting(code: string): boolean {
  return code === waitingForKey.code || passing.has(code);
}

export function isKeyless(error: unknown): boolean {
  return error instanceof VernamError && keyless.has(error.code);
}

/** Whether an attempt began without the key and its record. */
export function isRecordMissing(error: unknown): boolean {
  return error instanceof VernamError && error.code === "record.missing";
}

/** Whether a key is only not waited for any more; whoever still needs it asks again. */
export function isUnwanted(error: unknown): boolean {
  return error instanceof VernamError && error.code === "copy.unwanted";
}

export function isNotForUs(error: unknown): boolean {
  return error instanceof VernamError && notForUs.has(error.code);
}

/** Why a message cannot be opened, for a person. Screens translate by code. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof VernamError)) {
    return { code: "message.unreadable", reason: "the message cannot be read", nextStep: askAgain };
  }
  return { code: error.code, reason: error.message, nextStep: error.nextStep ?? askAgain };
}

/** What a message says of itself while it waits. */
export function waitingProblem(error: unknown): Problem {
  return isKeyless(error) ? waitingForKey : problemOf(error);
}

/** The epoch's key is here and its start is not: it was damaged or withheld on the way. */
export function startMissing(): MessengerError {
  return new MessengerError(
    "epoch.start-missing",
    "the beginning of this message's key epoch did not arrive as it was sent",
    { nextStep: askAgain },
  );
}

/** For a question to the relay: knowing no more is no obstacle to what is known here, not answering now is. */
export function passOn(error: unknown): void {
  if (isPassing(error)) throw error;
}

const waitingForKey: Problem = {
  code: "key.waiting",
  reason: "the key of this message has not come from this site's gateway yet",
  nextStep: "Nothing to do: the message opens by itself when its key is here.",
};

const askAgain = "Ask the sender to send it again.";
