import type { SuiteName } from "../../messenger/messenger-api.ts";
import { neighbours } from "./casting.ts";
import { devicesAtRisk } from "./devices-at-risk.ts";
import { expectThat } from "./expect-that.ts";
import { type Adversary, opens, recordedMessages } from "./judge-messages.ts";
import { readTopology, resetKeyWorld } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";
import { waitUntil } from "./wait-until.ts";

const written: readonly SuiteName[] = ["AES", "OTP", "HYBRID"];
const tapMs = 10_000;

/** "They record it all and wait." Every message on the recorder's tape, judged as if X-Wing fell one day. */
export const harvestNow: Scene = {
  id: "harvest-now",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const { alice, bob } = neighbours(await readTopology(theatre));
    const pair = await theatre.desks(alice, bob, signal);
    const sent: string[] = [];
    for (const suite of written)
      sent.push((await sendNote(theatre, pair, { text: `For the record: ${suite}.`, suite }, signal)).id);
    const tape = await waitUntil(
      theatre,
      { what: "the wiretap records the messages", withinMs: tapMs, signal },
      async () => {
        const of = recordedMessages(theatre.wiretap.frames()).filter(
          ({ conversation }) => conversation === pair.conversation,
        );
        return sent.every((id) => of.some((message) => message.id === id)) ? of : undefined;
      },
    );
    progress({ key: "recorded", values: { messages: tape.length } });
    await theatre.command("assume.broken", { part: "x-wing", on: true });
    const { all, falling } = await devicesAtRisk(theatre, pair);
    expectThat(all.length >= 2, "the key world does not know the devices of both desks");
    const byHand = falling.length === 0;
    const opened = (adversary: Adversary) =>
      tape.filter(({ suite }) => opens(suite, byHand, adversary)).length;
    const later = opened({ xWing: true, qkd: false, lastMetre: false });
    expectThat(later === 0, `${later} recorded messages open once X-Wing is broken`);
    progress({ key: "judged", values: { closed: tape.length - later } });
    return {
      number: { value: tape.length - later, unit: "messages" },
      facts: [
        { key: "recorded", values: { messages: tape.length } },
        { key: "qkd", values: { opened: opened({ xWing: false, qkd: true, lastMetre: false }) } },
        { key: "both", values: { opened: opened({ xWing: true, qkd: true, lastMetre: false }) } },
        {
          key: "lastMetre",
          values: {
            opened: opened({ xWing: true, qkd: false, lastMetre: true }),
            falling: falling.length,
            devices: all.length,
          },
        },
      ],
    };
  },
  restore: resetKeyWorld,
};
