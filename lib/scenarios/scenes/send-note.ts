import type { KeyCardView, Level, MessageView, SuiteName } from "../../messenger/messenger-api.ts";
import { expectThat } from "./expect-that.ts";
import { SceneFailed } from "./scene.ts";
import type { DeskPair, Theatre } from "./theatre.ts";
import { waitUntil } from "./wait-until.ts";

export interface Note {
  readonly text: string;
  readonly suite: SuiteName;
  readonly level?: Level;
}

export interface SentNote {
  readonly id: string;
  readonly card: KeyCardView;
  /** From writing it to Bob's screen, ms. */
  readonly tookMs: number;
}

const deliveredWithinMs = 60_000;
const newest = 40;

/** Alice writes, Bob reads: resolves once the very text stands on Bob's device. @throws SceneFailed scene.* */
export async function sendNote(
  theatre: Theatre,
  pair: DeskPair,
  note: Note,
  signal: AbortSignal,
): Promise<SentNote> {
  const from = theatre.clock.now();
  const id = await pair.alice.api.send(pair.conversation, note.text, note.suite, note.level ?? 0);
  await noteArrives(theatre, pair, id, note.text, signal);
  const tookMs = theatre.clock.now() - from;
  const card = await pair.alice.api.keyCard(id);
  expectThat(card !== null, "a delivered message has no key card");
  expectThat(card.suite === note.suite, `the message went under ${card.suite}, not under ${note.suite}`);
  return { id, card, tookMs };
}

/** Resolves once Bob has the message and its text is the one that was sent. */
async function noteArrives(
  theatre: Theatre,
  { alice, bob, conversation }: DeskPair,
  id: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  let own: MessageView | undefined;
  const patience = { what: "Bob reads the message", withinMs: deliveredWithinMs, signal };
  const arrived = await waitUntil(
    theatre,
    patience,
    async () => {
      own = await find(alice.api, conversation, id);
      if (own?.delivery?.state === "failed") throw new SceneFailed(own.delivery.code, own.delivery.reason);
      const there = await find(bob.api, conversation, id);
      return there?.text === null ? undefined : there;
    },
    () => deliveryText(own),
  );
  expectThat(arrived.text === text, "Bob reads another text than Alice wrote");
}

async function find(
  api: Pick<DeskPair["alice"]["api"], "messages">,
  conversation: string,
  id: string,
): Promise<MessageView | undefined> {
  // A device that has not heard of the conversation yet has nothing of it.
  const messages = await api.messages(conversation, { limit: newest }).catch(() => []);
  return messages.find((message) => message.id === id);
}

/** How a message stands, for people who ask why it did not arrive. */
function deliveryText(message: MessageView | undefined): string {
  const delivery = message?.delivery;
  if (!delivery) return "";
  return "reason" in delivery ? `${delivery.state}: ${delivery.reason}` : delivery.state;
}
