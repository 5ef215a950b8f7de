import { expectThat } from "./expect-that.ts";
import type { Scene } from "./scene.ts";
import { joins, signatureDays } from "./signature-islands.ts";

const lisbon = "pt-lis-mne";
const brussels = "be-bru-eu";
/** How long each date is on show, ms. */
const heldMs = 1200;

/** "How did it grow?" Islands of the signatory states merge as states sign; until then only the satellite joins them. */
export const map2021: Scene = {
  id: "map-2021",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const network = await theatre.network("eu27");
    const days = signatureDays(network);
    for (const [signatures, { date, members, islands }] of days.entries()) {
      const values = { date, states: members.length, islands: islands.length };
      progress({ key: "signed", values, signatures });
      await theatre.clock.wait(heldMs, signal);
    }
    const [first] = days;
    const nine = days.find(({ members }) => members.length === 9);
    const last = days.at(-1);
    expectThat(first !== undefined && nine !== undefined && last !== undefined, "the timeline has a gap");
    expectThat(first.members.length === 7, "not seven states on the first day");
    expectThat(nine.islands.length === 4, `the nine are ${nine.islands.length} islands, not four`);
    const way = joins(network, nine.members, lisbon, brussels);
    expectThat(
      !way.byCable && way.bySatellite,
      "not only the satellite joins Lisbon to Brussels in July 2019",
    );
    const merged = days.find(({ members }) => joins(network, members, lisbon, brussels).byCable);
    expectThat(merged !== undefined, "no cable ever joins Lisbon to Brussels");
    expectThat(last.members.length === 27, `${last.members.length} states have signed at the end, not 27`);
    return {
      number: { value: last.members.length, unit: "states" },
      facts: [
        { key: "first", values: { date: first.date, states: first.members.length } },
        { key: "nine", values: { islands: nine.islands.length } },
        { key: "merged", values: { date: merged.date, states: merged.members.length } },
        { key: "last", values: { date: last.date, islands: last.islands.length } },
      ],
    };
  },
  async restore() {},
};
