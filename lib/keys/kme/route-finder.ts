import type { Route, Router } from "../../network/routing.ts";
import type { Topology } from "../../network/topology.ts";
import type { LinkNetwork } from "../link-types.ts";
import { createKeyRouter } from "../links/key-router.ts";

export interface RouteDemand {
  readonly from: string;
  readonly to: string;
  /** Key every link of the route must have, bytes. */
  readonly bytes: number;
  readonly avoidSites?: ReadonlySet<string>;
  readonly space?: "allow" | "forbid";
}

export type FoundRoute = { readonly route: Route } | { readonly reason: string };

/** Finds ways for key through the network as it is now, and says in a person's words why there is none. */
export class RouteFinder {
  readonly #topology: Topology;
  readonly #network: LinkNetwork;
  readonly #router: Router;
  readonly #names: ReadonlyMap<string, string>;

  constructor(topology: Topology, network: LinkNetwork) {
    this.#topology = topology;
    this.#network = network;
    this.#router = createKeyRouter(topology, network);
    const places = [...topology.sites, ...topology.satellites];
    this.#names = new Map(places.map((place) => [place.id, place.name]));
  }

  find(demand: RouteDemand): FoundRoute {
    const route = this.#router.route(demand);
    return route === undefined ? { reason: this.#explain(demand) } : { route };
  }

  nameOf(site: string): string {
    return this.#names.get(site) ?? site;
  }

  /** Names what stands in the way on the shortest route there would be if every link had key. */
  #explain(demand: RouteDemand): string {
    const { from, to } = demand;
    const ends = `${this.nameOf(from)} and ${this.nameOf(to)}`;
    const wanted = this.#router.routeIgnoringKey(demand);
    if (wanted === undefined) return `No chain of quantum links joins ${ends}.`;
    const obstacles = wanted.links
      .map((id) => this.#obstacle(id, demand.bytes))
      .filter((text) => text !== "");
    const first = obstacles.slice(0, 3).join("; ");
    const more = obstacles.length > 3 ? `; and ${obstacles.length - 3} more` : "";
    return `There is no key route between ${ends} now: ${first === "" ? "its links are busy" : first}${more}.`;
  }

  #obstacle(id: string, bytes: number): string {
    const link = this.#topology.keyLinks.find((candidate) => candidate.id === id);
    if (link === undefined) return "";
    const pool = this.#network.pool(id);
    const name = `${this.nameOf(link.a)} – ${this.nameOf(link.b)}`;
    if (pool.condition === "alarm") return `${name} withholds its key after an alarm`;
    if (pool.condition === "down") return `${name} is cut`;
    if (pool.condition === "starting") return `${name} has made no key yet`;
    if (pool.availableBytes < bytes) {
      return `${name} has ${pool.availableBytes} of the ${bytes} bytes needed`;
    }
    return "";
  }
}
