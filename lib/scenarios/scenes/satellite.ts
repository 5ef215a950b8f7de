import type { KeyLifeView, SpaceView } from "../../keys/api-types.ts";
import { overTheHorizon } from "./casting.ts";
import { expectThat } from "./expect-that.ts";
import { readTopology, resetKeyWorld } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { sendNote } from "./send-note.ts";

const text = "Over the horizon: no cable joins us.";

/** "And where no fibre goes?" Clouds close over the station, and a note still crosses by key stored from earlier passes. */
export const satellite: Scene = {
  id: "satellite",
  suits: async (theatre) => overTheHorizon(await readTopology(theatre)) !== null,
  async run(theatre, progress, signal) {
    const topology = await readTopology(theatre);
    const cast = overTheHorizon(topology);
    expectThat(cast !== null, "this network has no two posts that only a satellite joins");
    const pair = await theatre.desks(cast.alice, cast.bob, signal);
    const space = await theatre.operations.read<SpaceView>("/ops/space");
    const stocked = space.stations.filter(({ storedBytes }) => storedBytes > 0);
    expectThat(stocked.length > 1, "not two ground stations have key from passes");
    for (const { site } of stocked) await theatre.command("space.sky", { station: site, sky: "cloudy" });
    progress({ key: "clouds", values: { stations: stocked.length } });
    const { card } = await sendNote(theatre, pair, { text, suite: "OTP" }, signal);
    const names = new Set(topology.satellites.map(({ id }) => id));
    const flown = card.routes.flat().filter((site) => names.has(site));
    expectThat(flown.length > 0, "the key did not cross a satellite");
    progress({ key: "crossed", values: {}, route: card.routes[0] ?? [] });
    const lives = await Promise.all(
      card.keyIds.map((id) => theatre.operations.read<KeyLifeView>(`/ops/keys/${id}`)),
    );
    const bits = lives
      .flatMap(({ costPerLink }) => costPerLink)
      .filter(({ link }) => link.split(/[~#]/).some((end) => names.has(end)))
      .reduce((sum, cost) => sum + cost.bits, 0);
    expectThat(bits > 0, "no key from passes was spent");
    const now = await theatre.operations.read<SpaceView>("/ops/space");
    return {
      number: { value: bits, unit: "bits" },
      facts: [
        {
          key: "stations",
          values: {
            cloudy: now.stations.filter(({ sky }) => sky === "cloudy").length,
            stations: now.stations.length,
          },
        },
        { key: "left", values: { kilobytes: Math.round(leastStored(now, card.routes[0] ?? []) / 1000) } },
      ],
    };
  },
  restore: resetKeyWorld,
};

/** What the emptier of the stations on the way still has, bytes. */
function leastStored({ stations }: SpaceView, route: readonly string[]): number {
  const onWay = stations.filter(({ site }) => route.includes(site)).map(({ storedBytes }) => storedBytes);
  return onWay.length === 0 ? 0 : Math.min(...onWay);
}
