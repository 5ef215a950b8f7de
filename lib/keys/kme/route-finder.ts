import type { Route, Router } from "../../network/routing.ts";
import type { Topology } from "../../network/topology.ts";
import type { LinkNetwork } from "../link-types.ts";
import { createKeyRouter } from "../links/key-router.ts";
import type { PlannedTree } from "./relay.ts";

interface Constraints {
  readonly avoidSites?: ReadonlySet<string>;
  readonly avoidLinks?: ReadonlySet<string>;
  readonly space?: "allow" | "forbid" | "require";
}

export interface RouteDemand extends Constraints {
  readonly from: string;
  readonly to: string;
  /** Key every link of the route must have, bytes. */
  readonly bytes: number;
}

export interface TreeDemand extends Constraints {
  readonly from: string;
  /** Places other than `from`, none twice; none at all is met by nothing. */
  readonly to: readonly string[];
  readonly bytes: number;
  /** Routes to each place that share no node; above 1 each carries a share of the key. */
  readonly disjoint: number;
}

/** `unmet`: no amount of key would help, the network has no such ways. */
export interface NoRoute {
  readonly reason: string;
  readonly unmet: boolean;
}

export type FoundRoute = { readonly route: Route } | NoRoute;
export type FoundTrees = { readonly trees: readonly PlannedTree[] } | NoRoute;

/** Finds ways for key through the network as it is now, and says in a person's words why there is none. */
export class RouteFinder {
  readonly #topology: Topology;
  readonly #network: LinkNetwork;
  readonly #router: Router;
  readonly #names: ReadonlyMap<string, string>;
  readonly #places: ReadonlySet<string>;

  constructor(topology: Topology, network: LinkNetwork) {
    this.#topology = topology;
    this.#network = network;
    this.#router = createKeyRouter(topology, network);
    const places = [...topology.sites, ...topology.satellites];
    this.#names = new Map(places.map((place) => [place.id, place.name]));
    this.#places = new Set([...topology.keySites, ...this.#names.keys()]);
  }

  find(demand: RouteDemand): FoundRoute {
    const route = this.#router.route(demand);
    return route === undefined ? this.#explain(demand) : { route };
  }

  /** One tree for all, or that many routes to each. */
  findTrees({ to, disjoint, ...demand }: TreeDemand): FoundTrees {
    if (to.length === 0) return { trees: [] };
    if (disjoint === 1) {
      const tree = this.#router.tree({ ...demand, to });
      return tree === undefined ? this.#explainAny(demand, to) : { trees: [{ tree }] };
    }
    const trees: PlannedTree[] = [];
    for (const place of to) {
      const routes = this.#router.disjoint({ ...demand, to: place }, disjoint);
      if (routes === undefined) return this.#explainDisjoint({ ...demand, to: place }, disjoint);
      for (const [i, route] of routes.entries()) trees.push({ tree: treeOf(route), share: i + 1 });
    }
    return { trees };
  }

  /** Links of the ways that `findTrees` would take if all had key; none where there are no such ways. */
  wantedLinks({ to, disjoint, ...demand }: TreeDemand): readonly string[] {
    const routes = to.flatMap((place): readonly Route[] => {
      const wanted = { ...demand, to: place };
      if (disjoint > 1) return this.#router.disjointIgnoringKey(wanted, disjoint) ?? [];
      const route = this.#router.routeIgnoringKey(wanted);
      return route === undefined ? [] : [route];
    });
    return [...new Set(routes.flatMap(({ links }) => links))];
  }

  /** Whether a place of this name holds key or lies in the network. */
  knows(site: string): boolean {
    return this.#places.has(site);
  }

  knowsLink(id: string): boolean {
    return this.#topology.links.some((link) => link.id === id) || this.#linkOf(id) !== undefined;
  }

  nameOf(site: string): string {
    return this.#names.get(site) ?? site;
  }

  /** The first place without a route; when all have one, their key does not suffice for all together. */
  #explainAny(demand: Omit<RouteDemand, "to">, to: readonly string[]): NoRoute {
    for (const place of to) {
      const found = this.find({ ...demand, to: place });
      if ("reason" in found) return found;
    }
    return { reason: "There is no key for all recipients at once now.", unmet: false };
  }

  #explainDisjoint(demand: RouteDemand, count: number): NoRoute {
    const ends = `${this.nameOf(demand.from)} and ${this.nameOf(demand.to)}`;
    const wanted = this.#router.disjointIgnoringKey(demand, count);
    if (wanted === undefined)
      return { reason: `The network has no ${count} separate routes between ${ends}.`, unmet: true };
    const obstacles = this.#obstacles(
      wanted.flatMap(({ links }) => links),
      demand.bytes,
    );
    return {
      reason: `There are no ${count} separate key routes between ${ends} now: ${obstacles}.`,
      unmet: false,
    };
  }

  /** Names what stands in the way on the shortest route there would be if every link had key. */
  #explain(demand: RouteDemand): NoRoute {
    const ends = `${this.nameOf(demand.from)} and ${this.nameOf(demand.to)}`;
    const wanted = this.#router.routeIgnoringKey(demand);
    if (wanted === undefined)
      return { reason: `No chain of quantum links joins ${ends}${wishes(demand)}.`, unmet: true };
    const obstacles = this.#obstacles(wanted.links, demand.bytes);
    return { reason: `There is no key route between ${ends} now: ${obstacles}.`, unmet: false };
  }

  #obstacles(links: readonly string[], bytes: number): string {
    const found = links.map((id) => this.#obstacle(id, bytes)).filter((text) => text !== "");
    const more = found.length > 3 ? `; and ${found.length - 3} more` : "";
    return found.length === 0 ? "its links are busy" : `${found.slice(0, 3).join("; ")}${more}`;
  }

  #obstacle(id: string, bytes: number): string {
    const link = this.#linkOf(id);
    if (link === undefined) return "";
    const pool = this.#network.pool(id);
    const name = `${this.nameOf(link.a)} – ${this.nameOf(link.b)}`;
    if (pool.condition === "quarantined") return `${name} supplies no key while its messages are not checked`;
    if (pool.condition === "alarm") return `${name} withholds its key after an alarm`;
    if (pool.condition === "down") return `${name} is cut`;
    if (pool.condition === "starting") return `${name} has made no key yet`;
    if (pool.availableBytes < bytes) {
      return `${name} has ${pool.availableBytes} of the ${bytes} bytes needed`;
    }
    return "";
  }

  #linkOf(id: string) {
    return this.#topology.keyLinks.find((candidate) => candidate.id === id);
  }
}

function wishes({ avoidSites, avoidLinks, space }: Constraints): string {
  const constrained = (avoidSites?.size ?? 0) + (avoidLinks?.size ?? 0) > 0 || (space ?? "allow") !== "allow";
  return constrained ? " as the request wishes" : "";
}

function treeOf({ sites, links, bottleneckBytes }: Route): PlannedTree["tree"] {
  const hops = links.map((link, i) => ({ link, from: sites[i] as string, to: sites[i + 1] as string }));
  return { hops, routes: [sites], bottleneckBytes };
}
