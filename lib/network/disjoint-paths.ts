import type { Graph } from "./graph.ts";
import type { Path } from "./widest-path.ts";

/** Arcs of the residual network; arc i and arc i ^ 1 are each other's reverse. */
interface Residual {
  readonly head: number[];
  readonly to: number[];
  readonly room: number[];
  readonly cost: number[];
  readonly next: number[];
  /** Link of the arc, −1 inside a site. */
  readonly link: number[];
}

/**
 * `count` paths from one site to another that share no site but their ends, of the fewest hops in all: a flow of
 * least cost through sites of capacity one (J. W. Suurballe, Disjoint paths in a network, Networks 4, 1974).
 * @param usable whether a link may be used. @param blocked 1 where a site may not be entered.
 * @returns the paths, the shortest first; undefined when there are not so many.
 */
export function disjointPaths(
  graph: Graph,
  usable: (link: number) => boolean,
  blocked: Uint8Array,
  ends: { readonly from: number; readonly to: number },
  count: number,
): Path[] | undefined {
  const net = buildResidual(graph, usable, blocked, ends);
  const source = 2 * ends.from + 1;
  const sink = 2 * ends.to;
  for (let path = 0; path < count; path++) if (!augment(net, source, sink)) return undefined;
  return readPaths(net, ends, count).sort((one, other) => one.links.length - other.links.length);
}

/** Site s is entered at node 2s and left at node 2s + 1. */
function buildResidual(
  graph: Graph,
  usable: (link: number) => boolean,
  blocked: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): Residual {
  const count = graph.sites.length;
  const net: Residual = {
    head: new Array<number>(2 * count).fill(-1),
    to: [],
    room: [],
    cost: [],
    next: [],
    link: [],
  };
  for (let site = 0; site < count; site++) {
    if (site !== from && site !== to && blocked[site] !== 1) addArc(net, 2 * site, 2 * site + 1, 0, -1);
    const end = graph.firstEdge[site + 1] as number;
    for (let edge = graph.firstEdge[site] as number; edge < end; edge++) {
      const link = graph.edgeLink[edge] as number;
      if (usable(link)) addArc(net, 2 * site + 1, 2 * (graph.edgeSite[edge] as number), 1, link);
    }
  }
  return net;
}

function addArc(net: Residual, from: number, to: number, cost: number, link: number): void {
  for (const [tail, tip, room, price] of [
    [from, to, 1, cost],
    [to, from, 0, -cost],
  ] as const) {
    net.to.push(tip);
    net.room.push(room);
    net.cost.push(price);
    net.link.push(link);
    net.next.push(net.head[tail] as number);
    net.head[tail] = net.to.length - 1;
  }
}

/** One more unit of flow along the cheapest way (Bellman and Ford's, with a queue: reverse arcs cost less than 0). */
function augment(net: Residual, source: number, sink: number): boolean {
  const cost = new Float64Array(net.head.length).fill(Number.POSITIVE_INFINITY);
  const arcInto = new Int32Array(net.head.length).fill(-1);
  const queued = new Uint8Array(net.head.length);
  cost[source] = 0;
  const queue = [source];
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] as number;
    queued[node] = 0;
    for (let arc = net.head[node] as number; arc !== -1; arc = net.next[arc] as number) {
      const next = net.to[arc] as number;
      const through = (cost[node] as number) + (net.cost[arc] as number);
      if (net.room[arc] === 0 || through >= (cost[next] as number)) continue;
      cost[next] = through;
      arcInto[next] = arc;
      if (queued[next] === 1) continue;
      queued[next] = 1;
      queue.push(next);
    }
  }
  if (cost[sink] === Number.POSITIVE_INFINITY) return false;
  for (let node = sink; node !== source; ) {
    const arc = arcInto[node] as number;
    net.room[arc] = 0;
    net.room[arc ^ 1] = 1;
    node = net.to[arc ^ 1] as number;
  }
  return true;
}

function readPaths(
  net: Residual,
  { from, to }: { readonly from: number; readonly to: number },
  count: number,
) {
  const paths: Path[] = [];
  for (let path = 0; path < count; path++) {
    const sites = [from];
    const links: number[] = [];
    for (let site = from; site !== to; ) {
      let arc = net.head[2 * site + 1] as number;
      while (!isUsed(net, arc)) arc = net.next[arc] as number;
      net.room[arc] = 1;
      links.push(net.link[arc] as number);
      site = (net.to[arc] as number) >> 1;
      sites.push(site);
    }
    paths.push({ sites, links });
  }
  return paths;
}

/** A forward arc of a link with flow on it. */
function isUsed(net: Residual, arc: number): boolean {
  return arc % 2 === 0 && net.link[arc] !== -1 && net.room[arc] === 0;
}
