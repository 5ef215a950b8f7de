import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { RelayAnswer, RelayRefusal } from "../../protocol/relay-events.ts";
import type { Log } from "../log.ts";
import { RelayError } from "../relay-error.ts";
import type { RateLimit } from "./rate.ts";
import { type RequestName, type RequestOf, readRequest } from "./requests.ts";

export interface AnswerOptions<Name extends RequestName> {
  readonly name: Name;
  readonly rate: RateLimit;
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
  { name, rate, log, clock, handle }: AnswerOptions<Name>,
  value: unknown,
): Promise<RelayAnswer> {
  const turn = rate.take(clock());
  if (!turn.ok) {
    return refusal(new RelayError("relay.rate", "Too many requests at once.", { retryAfterMs: turn.waitMs }));
  }
  const reading = readRequest(name, value);
  if ("refused" in reading) {
    const tooLarge = reading.refused === "relay.too-large";
    return refusal(
      new RelayError(
        reading.refused,
        tooLarge ? "The structure is too large." : "The request is not readable.",
      ),
    );
  }
  try {
    return { ok: true, ...(await handle(reading.request)) };
  } catch (error) {
    if (error instanceof RelayError) {
      if (error.code === "relay.unavailable") log.error({ err: error, event: name }, "request failed");
      return refusal(error);
    }
    if (error instanceof ProtocolError) {
      return refusal(new RelayError("relay.malformed", `The structure is not readable (${error.code}).`));
    }
    log.error({ err: error, event: name }, "request failed");
    return refusal(
      new RelayError("relay.unavailable", "The relay cannot do this now.", { retryAfterMs: 1_000 }),
    );
  }
}

function refusal(error: RelayError): RelayRefusal {
  return {
    ok: false,
    code: error.code,
    message: error.message,
    ...(error.head === undefined ? {} : { head: error.head }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}
