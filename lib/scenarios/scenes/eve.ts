import type { LinkStatus } from "../../keys/api-types.ts";
import { linksOnRoute, suggestLink } from "../suggested-link.ts";
import { neighbours } from "./casting.ts";
import { expectThat } from "./expect-that.ts";
import { readLinks, readTopology, resetKeyWorld } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";
import { waitUntil } from "./wait-until.ts";

const before = "Before anybody listens.";
const after = "While somebody listens.";
const noticedMs = 60_000;

/** "What if somebody taps the fibre?" Every pulse of one link is measured and sent on; the errors tell. */
export const eve: Scene = {
  id: "eve",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const topology = await readTopology(theatre);
    const { alice, bob } = neighbours(topology);
    const pair = await theatre.desks(alice, bob, signal);
    const quiet = await sendNote(theatre, pair, { text: before, suite: "OTP" }, signal);
    const route = quiet.card.routes[0] ?? [];
    const link = suggestLink(topology.links, await readLinks(theatre), route);
    expectThat(link !== null, "the way of the message has no fibre that could be tapped");
    const from = theatre.clock.now();
    await theatre.command("link.attack", { link, model: "intercept-resend", fraction: 1 });
    progress({ key: "tapped", values: { link }, link });
    let last: LinkStatus | undefined;
    const alarmed = await waitUntil(
      theatre,
      { what: "the link raises an alarm", withinMs: noticedMs, signal },
      async () => {
        last = (await readLinks(theatre)).get(link);
        return last?.alarm === "qber-high" ? last : undefined;
      },
      () => `the link is in state ${last?.condition}, error rate ${last?.qber}`,
    );
    const noticedInMs = theatre.clock.now() - from;
    expectThat(
      alarmed.qber !== null && alarmed.qber > 0.11,
      "the alarm stands without an error rate to show",
    );
    progress({ key: "alarm", values: { percent: percentOf(alarmed.qber) }, link });
    const around = await sendNote(theatre, pair, { text: after, suite: "OTP" }, signal);
    const used = around.card.routes.flatMap((way) => linksOnRoute(topology.links, new Map(), way));
    expectThat(!used.includes(link), "a key crossed the tapped link");
    return {
      number: { value: percentOf(alarmed.qber), unit: "percent" },
      facts: [
        { key: "noticed", values: { milliseconds: noticedInMs } },
        {
          key: "around",
          values: { before: route.length - 1, after: (around.card.routes[0]?.length ?? 1) - 1 },
        },
      ],
    };
  },
  restore: resetKeyWorld,
};

function percentOf(share: number): number {
  return Math.round(share * 1000) / 10;
}
