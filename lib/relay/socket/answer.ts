import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { RelayAnswer } from "../../protocol/relay-events.ts";
import type { Log } from "../log.ts";
import { RelayError, refusalOf } from "../relay-error.ts";
import type { RateLimit } from "./rate.ts";
import { type RequestName, type RequestOf, readRequest } from "./requests.ts";

export interface AnswerOptions<Name extends RequestName> {
  readonly name: Name;
  readonly rate: RateLimit;
  /** How many turns a request takes; one without. */
  readonly cost?: ((request: RequestOf<Name>) => number) | undefined;
  readonly log: Log;
  /** Steady clock, milliseconds. */
  readonly clock: () => number;
  readonly handle: (request: RequestOf<Name>) => Promise<object>;
  /** Called when the speaker's session turned out to have ended. */
  readonly onSignedOut: () => void;
}

/**
 * The listener of one event: checks rate and shape, runs the handler, and answers in every case. Nothing that a
 * client sends may throw out of here. Arguments are as they came from the wire: anything.
 */
export function answering<Name extends RequestName>(
  options: AnswerOptions<Name>,
): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const ack = args.at(-1);
    if (typeof ack !== "function") return;
    const answer = await findAnswer(options, args.length === 2 ? args[0] : undefined);
    ack(answer);
    if (!answer.ok && answer.code === "relay.signed-out") options.onSignedOut();
  };
}

async function findAnswer<Name extends RequestName>(
  { name, rate, cost, log, clock, handle }: AnswerOptions<Name>,
  value: unknown,
): Promise<RelayAnswer> {
  const turn = rate.take(clock());
  if (!turn.ok) {
    return refusalOf(
      new RelayError("relay.rate", "Too many requests at once.", { retryAfterMs: turn.waitMs }),
    );
  }
  const reading = readRequest(name, value);
  if ("refused" in reading) {
    const tooLarge = reading.refused === "relay.too-large";
    return refusalOf(
      new RelayError(
        reading.refused,
        tooLarge ? "The structure is too large." : "The request is not readable.",
      ),
    );
  }
  // The first was taken before anything of the request was looked at.
  if (cost !== undefined) {
    const more = rate.take(clock(), cost(reading.request) - 1);
    if (!more.ok)
      return refusalOf(
        new RelayError("relay.rate", "Too many requests at once.", { retryAfterMs: more.waitMs }),
      );
  }
  try {
    return { ok: true, ...(await handle(reading.request)) };
  } catch (error) {
    if (error instanceof RelayError) {
      if (error.code === "relay.unavailable") log.error({ err: error, event: name }, "request failed");
      return refusalOf(error);
    }
    if (error instanceof ProtocolError) {
      return refusalOf(new RelayError("relay.malformed", `The structure is not readable (${error.code}).`));
    }
    log.error({ err: error, event: name }, "request failed");
    return refusalOf(
      new RelayError("relay.unavailable", "The relay cannot do this now.", { retryAfterMs: 1_000 }),
    );
  }
}
