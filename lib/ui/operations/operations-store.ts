import type {
  AlarmView,
  LinkStatus,
  OperationsEvents,
  OverviewView,
  TopologyView,
} from "../../keys/api-types.ts";
import { type OperationsClient, OperationsProblem, type StreamPhase } from "./operations-client.ts";

export interface OperationsState {
  readonly phase: StreamPhase;
  readonly topology: TopologyView | null;
  readonly links: ReadonlyMap<string, LinkStatus>;
  readonly overview: OverviewView | null;
  readonly alarms: readonly AlarmView[];
  readonly problem: OperationsProblem | null;
}

const nothing: OperationsState = {
  phase: "connecting",
  topology: null,
  links: new Map(),
  overview: null,
  alarms: [],
  problem: null,
};

export type OperationsEventListener = <K extends keyof OperationsEvents>(
  name: K,
  value: OperationsEvents[K],
) => void;

/** The state of the network as a page follows it: read whole at each connection, then kept up by events. */
export class OperationsStore {
  readonly client: OperationsClient;
  #state = nothing;
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<OperationsEventListener>();

  constructor(client: OperationsClient) {
    this.client = client;
  }

  /** Follows until `signal` aborts. */
  start(signal: AbortSignal): void {
    void this.#readAll(signal);
    this.client.follow(
      {
        phase: (phase) => {
          const reopened = phase === "open" && this.#state.phase !== "open";
          this.#change({ phase });
          if (reopened) void this.#readAll(signal);
        },
        event: (name, value) => this.#take(name, value),
      },
      signal,
    );
  }

  readonly state = (): OperationsState => this.#state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  onEvent(listener: OperationsEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    try {
      const [topology, links, overview, alarms] = await Promise.all([
        this.#state.topology ?? this.client.read<TopologyView>("/ops/topology"),
        this.client.read<readonly LinkStatus[]>("/ops/links"),
        this.client.read<OverviewView>("/ops/overview"),
        this.client.read<readonly AlarmView[]>("/ops/alarms"),
      ]);
      if (signal.aborted) return;
      this.#change({
        topology,
        links: new Map(links.map((link) => [link.id, link])),
        overview,
        alarms,
        problem: null,
      });
    } catch (error) {
      if (signal.aborted) return;
      const problem =
        error instanceof OperationsProblem
          ? error
          : new OperationsProblem("unreachable", "operations.unreadable", "the answer could not be read");
      this.#change({ problem });
    }
  }

  #take<K extends keyof OperationsEvents>(name: K, value: OperationsEvents[K]): void {
    if (name === "links") {
      const links = new Map(this.#state.links);
      for (const link of value as OperationsEvents["links"]) links.set(link.id, link);
      this.#change({ links });
    } else if (name === "overview") {
      this.#change({ overview: value as OverviewView });
    } else if (name === "alarm") {
      const alarm = value as AlarmView;
      this.#change({ alarms: [alarm, ...this.#state.alarms.filter((one) => one.id !== alarm.id)] });
    }
    for (const listener of this.#listeners) listener(name, value);
  }

  #change(change: Partial<OperationsState>): void {
    this.#state = { ...this.#state, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}
