import { neighbours } from "./casting.ts";
import { expectThat } from "./expect-that.ts";
import { readTopology } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";
import { waitUntil } from "./wait-until.ts";

const text = "The delegation arrives at 18:40. Please confirm.";
const tapMs = 10_000;

/** "What does one secret message cost?" A note under a one-time pad, and the key it took. */
export const firstNote: Scene = {
  id: "first-note",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const { alice, bob } = neighbours(await readTopology(theatre));
    const pair = await theatre.desks(alice, bob, signal);
    progress({ key: "writing", values: {} });
    const { card, tookMs } = await sendNote(theatre, pair, { text, suite: "OTP" }, signal);
    progress({ key: "read", values: { milliseconds: tookMs }, route: card.routes[0] ?? [] });
    const frame = await waitUntil(
      theatre,
      { what: "the wiretap records the envelope", withinMs: tapMs, signal },
      async () =>
        theatre.wiretap
          .frames()
          .find(
            ({ event, conversation, size }) =>
              event === "envelope" && conversation === pair.conversation && size === card.envelopeBytes,
          ),
    );
    expectThat(
      !holds(frame.bytes, new TextEncoder().encode(text)),
      "the recorded envelope holds the plain text",
    );
    expectThat(card.endToEndBits > 8 * text.length, "the message took less key than it has letters");
    return {
      number: { value: card.endToEndBits, unit: "bits" },
      facts: [
        { key: "network", values: { bits: card.networkBits, links: (card.routes[0]?.length ?? 1) - 1 } },
        { key: "wire", values: { bytes: frame.size } },
        { key: "time", values: { milliseconds: tookMs } },
      ],
    };
  },
  async restore() {},
};

function holds(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let start = 0; start + part.length <= bytes.length; start++)
    if (part.every((byte, i) => bytes[start + i] === byte)) return true;
  return false;
}
