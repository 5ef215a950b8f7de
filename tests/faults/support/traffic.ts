import type { SuiteName } from "../../../lib/messenger/messenger-api.ts";
import type { Post } from "../../support/post.ts";

/** Messages of one direction that the relay has not acknowledged: beyond this the writer waits. */
const mostUnsent = 40;
const pauseMs = 400;

/** One direction of a conversation: who wrote what to whom. */
export interface Direction {
  readonly from: Post;
  readonly to: Post;
  readonly conversation: string;
  /** Every text whose `send` promised that it is durable, in order. */
  readonly texts: string[];
}

/** Opens the conversations of all pairs and returns both directions of each. */
export async function openDirections(pairs: readonly (readonly [Post, Post])[]): Promise<Direction[]> {
  const directions: Direction[] = [];
  for (const [a, b] of pairs) {
    const conversation = await a.engine.openConversation(b.user.id);
    await b.conversationWith(a);
    directions.push({ from: a, to: b, conversation, texts: [] });
    directions.push({ from: b, to: a, conversation, texts: [] });
  }
  return directions;
}

/** Writers that go on whatever happens to the servers; suites alternate. */
export class Traffic {
  readonly #directions: readonly Direction[];
  readonly #writers: Promise<void>[];
  #stopped = false;

  constructor(directions: readonly Direction[]) {
    this.#directions = directions;
    this.#writers = directions.map((direction) => this.#write(direction));
  }

  get written(): number {
    return this.#directions.reduce((sum, { texts }) => sum + texts.length, 0);
  }

  /** @throws what a writer met: writing must never fail while the servers are away. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#writers);
  }

  async #write({ from, to, conversation, texts }: Direction): Promise<void> {
    while (!this.#stopped) {
      const unsent = (await from.engine.messages(conversation, { limit: 2 * mostUnsent })).filter(
        ({ mine, delivery }) => mine && delivery !== null && !isTaken(delivery.state),
      );
      if (unsent.length < mostUnsent) {
        const suite: SuiteName = texts.length % 2 === 0 ? "OTP" : "AES";
        const text = `${suite} ${texts.length} from ${from.handle} to ${to.handle}`;
        await from.send(conversation, text, suite);
        texts.push(text);
      }
      await new Promise((next) => setTimeout(next, pauseMs));
    }
  }
}

function isTaken(state: string): boolean {
  return state === "sent" || state === "delivered" || state === "read";
}
