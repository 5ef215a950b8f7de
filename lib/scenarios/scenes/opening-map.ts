import { expectThat } from "./expect-that.ts";
import { readLinks, readTopology } from "./link-watch.ts";
import type { Scene } from "./scene.ts";
import { waitUntil } from "./wait-until.ts";

const warmUpMs = 150_000;
/** Links on MDI spokes or test ranges make none; of the others nearly all must hold key. */
const enough = 0.9;

/** "Is there such a network?" The map, and how many of its links hold key now. */
export const openingMap: Scene = {
  id: "opening-map",
  suits: async () => true,
  async run(theatre, progress, signal) {
    const topology = await readTopology(theatre);
    expectThat(topology.simulated, "the network does not say that it is simulated");
    const countries = new Set(topology.sites.map(({ country }) => country)).size;
    progress({ key: "counting", values: { sites: topology.sites.length, countries } });
    let holding = 0;
    let all = 0;
    const links = await waitUntil(
      theatre,
      { what: "nearly all links hold key", withinMs: warmUpMs, signal },
      async () => {
        const rows = [...(await readLinks(theatre)).values()];
        all = rows.length;
        holding = rows.filter(({ availableBytes }) => availableBytes > 0).length;
        return all > 0 && holding >= enough * all ? rows : undefined;
      },
      () => `${holding} of ${all}`,
    );
    const stored = links.reduce((sum, { availableBytes }) => sum + availableBytes, 0);
    return {
      number: { value: holding, unit: "links" },
      facts: [
        { key: "size", values: { sites: topology.sites.length, countries, links: all } },
        { key: "stored", values: { megabytes: round(stored / 1e6) } },
      ],
    };
  },
  async restore() {},
};

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
