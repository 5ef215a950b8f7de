import { batchesOf } from "../../protocol/relay-batches.ts";
import type { RelayAnswer, SentEntryPlace } from "../../protocol/relay-events.ts";
import { type Bytes, concatBytes } from "../../shared/bytes.ts";
import type { RelayReply, RelayRequest } from "./relay-port.ts";
import { RelayRefused, relayOffline } from "./relay-refused.ts";

interface Waiting {
  readonly request: RelayRequest<"entry:send">;
  readonly resolve: (reply: RelayReply<"entry:send">) => void;
  readonly reject: (error: unknown) => void;
}

interface BatchReply {
  readonly ok: true;
  readonly answers: readonly RelayAnswer<{ seq: number }>[];
}

type Send = (entries: readonly SentEntryPlace[], bytes: Bytes) => Promise<BatchReply>;

/** Entries that are sent in one turn of the event loop go together, in their order; each gets its own answer. */
export class SendBatch {
  readonly #send: Send;
  #waiting: Waiting[] = [];

  constructor(send: Send) {
    this.#send = send;
  }

  /** @throws RelayRefused, MessengerError "relay.offline" */
  add(request: RelayRequest<"entry:send">): Promise<RelayReply<"entry:send">> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) afterThisTurn(() => this.#sendAll());
      this.#waiting.push({ request, resolve, reject });
    });
  }

  #sendAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const batch of batchesOf(waiting, ({ request }) => request.bytes.length)) void this.#sendOne(batch);
  }

  async #sendOne(batch: readonly Waiting[]): Promise<void> {
    try {
      const places = batch.map(({ request: { conversation, clientId, kind, bytes } }) => {
        return { conversation, clientId, kind, length: bytes.length };
      });
      const { answers } = await this.#send(places, concatBytes(...batch.map(({ request }) => request.bytes)));
      for (const [i, { resolve, reject }] of batch.entries()) {
        const answer = answers[i];
        if (answer === undefined) reject(relayOffline());
        else if (answer.ok) resolve(answer);
        else reject(new RelayRefused(answer));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/** Browsers have no setImmediate. */
const afterThisTurn: (run: () => void) => void =
  typeof setImmediate === "function" ? (run) => void setImmediate(run) : (run) => void setTimeout(run, 0);
