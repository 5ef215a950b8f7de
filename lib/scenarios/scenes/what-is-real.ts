import type { TopologyView } from "../../keys/api-types.ts";
import { expectThat } from "./expect-that.ts";
import { readTopology } from "./link-watch.ts";
import type { Scene, SceneFact } from "./scene.ts";

/** Rows of the table that holds what agencies say; texts and sources `stage.scenes.what-is-real.facts.<key>`. */
const positions = ["ncsc", "europe", "nsa"] as const;
const parts = ["simulated", "computed", "real", "notShown"] as const;

/** "What of all this is real?" Sites that exist or are announced, of all on the map; what agencies say of QKD. */
export const whatIsReal: Scene = {
  id: "what-is-real",
  suits: async () => true,
  async run(theatre) {
    const topology = await readTopology(theatre);
    expectThat(topology.simulated, "the network does not say that it is simulated");
    const count = (provenance: TopologyView["sites"][number]["provenance"]) =>
      topology.sites.filter((site) => site.provenance === provenance).length;
    const unsourced = topology.sites.filter(
      (site) => site.provenance === "real" && site.source === undefined,
    );
    const invented = count("plausible") + count("synthetic");
    expectThat(
      count("real") + count("planned") + invented === topology.sites.length,
      "a site does not say whether it is real",
    );
    const facts: SceneFact[] = [
      { key: "sites", values: { real: count("real"), planned: count("planned"), invented } },
      { key: "sources", values: { sourced: count("real") - unsourced.length, real: count("real") } },
      ...[...parts, ...positions].map((key) => ({ key, values: {} })),
    ];
    return { number: { value: count("real") + count("planned"), unit: "sites" }, facts };
  },
  async restore() {},
};
