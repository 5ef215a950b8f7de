import type { SuiteName } from "../../messenger/messenger-api.ts";
import { neighbours } from "./casting.ts";
import { devicesAtRisk } from "./devices-at-risk.ts";
import { expectThat } from "./expect-that.ts";
import { opens, recordedMessages } from "./judge-messages.ts";
import { readTopology, resetKeyWorld } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";
import { waitUntil } from "./wait-until.ts";

const every: readonly SuiteName[] = ["AES", "OTP", "HYBRID", "OTP_HYBRID"];
const tapMs = 10_000;
const nothing = { xWing: false, qkd: false, lastMetre: false };

/** "What if one of the two turns out broken?" A message in every suite, judged with X-Wing broken, with QKD broken, with both. */
export const hybrid: Scene = {
  id: "hybrid",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const { alice, bob } = neighbours(await readTopology(theatre));
    const pair = await theatre.desks(alice, bob, signal);
    const sent: string[] = [];
    for (const suite of every) {
      progress({ key: "writing", values: { suite } });
      sent.push((await sendNote(theatre, pair, { text: `Written under ${suite}.`, suite }, signal)).id);
    }
    const recorded = await waitUntil(
      theatre,
      { what: "the wiretap records all four messages", withinMs: tapMs, signal },
      async () => {
        const found = recordedMessages(theatre.wiretap.frames()).filter(({ id }) => sent.includes(id));
        return found.length === every.length ? found : undefined;
      },
    );
    const { all, falling } = await devicesAtRisk(theatre, pair);
    expectThat(all.length >= 2, "the key world does not know the devices of both desks");
    const byHand = falling.length === 0;
    const closed = (adversary: Partial<typeof nothing>) =>
      recorded.filter(({ suite }) => !opens(suite, byHand, { ...nothing, ...adversary }));
    await theatre.command("assume.broken", { part: "x-wing", on: true });
    const xWing = closed({ xWing: true });
    progress({ key: "xWing", values: { closed: xWing.length } });
    await theatre.command("assume.broken", { part: "x-wing", on: false });
    await theatre.command("assume.broken", { part: "qkd", on: true });
    const qkd = closed({ qkd: true });
    progress({ key: "qkd", values: { closed: qkd.length } });
    const either = xWing.filter((message) => qkd.includes(message));
    expectThat(
      either.length > 0 && either.every(({ suite }) => suite.endsWith("HYBRID")),
      "what survives either break is not what went under both",
    );
    return {
      number: { value: either.length, unit: "messages" },
      facts: [
        { key: "xWing", values: { closed: xWing.length, sent: sent.length } },
        { key: "qkd", values: { closed: qkd.length, sent: sent.length } },
        { key: "both", values: { closed: closed({ xWing: true, qkd: true }).length, sent: sent.length } },
        {
          key: "lastMetre",
          values: {
            closed: closed({ xWing: true, lastMetre: true }).length,
            sent: sent.length,
            falling: falling.length,
            devices: all.length,
          },
        },
      ],
    };
  },
  restore: resetKeyWorld,
};
