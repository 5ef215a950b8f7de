import type { LinkStatus, OperationsEvents, OverviewView } from "../../keys/api-types.ts";

/** Where the feed gets its rows and learns that they changed. */
export interface FeedSource {
  overview(): OverviewView;
  linkStatus(link: string): LinkStatus;
  linkStatuses(): readonly LinkStatus[];
  /** Each subscribe returns the function that ends it. */
  onLinkChange(listener: (link: string) => void): () => void;
  onAlarm(listener: (alarm: OperationsEvents["alarm"]) => void): () => void;
  onRelay(listener: (relay: OperationsEvents["relay"]) => void): () => void;
}

export type FeedListener = <Name extends keyof OperationsEvents>(
  name: Name,
  value: OperationsEvents[Name],
) => void;

const tickMs = 1000;
/** More relays in a second than a map can show are counted by the overview all the same. */
const relaysPerTick = 50;

/**
 * One feed for all watchers of the operations face: each second the links that changed and, when it changed, the
 * overview; relays at once, and alarms, each after the row of its link that tells what was measured. Does nothing
 * while nobody watches.
 */
export class OperationsFeed {
  readonly #source: FeedSource;
  readonly #listeners = new Set<FeedListener>();
  readonly #changed = new Set<string>();
  #stop: (() => void) | undefined;
  #overview = "";
  #relays = 0;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  /** The listener gets the whole state first. Returns the function that unsubscribes. */
  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#start();
    listener("overview", this.#source.overview());
    listener("links", this.#source.linkStatuses());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #start(): () => void {
    const source = this.#source;
    const ends = [
      source.onLinkChange((link) => this.#changed.add(link)),
      source.onAlarm((alarm) => {
        this.#emit("links", [source.linkStatus(alarm.link)]);
        this.#emit("alarm", alarm);
      }),
      source.onRelay((relay) => {
        if (this.#relays++ < relaysPerTick) this.#emit("relay", relay);
      }),
    ];
    const timer = setInterval(() => this.#tick(), tickMs);
    timer.unref();
    return () => {
      clearInterval(timer);
      for (const end of ends) end();
    };
  }

  #tick(): void {
    this.#relays = 0;
    if (this.#changed.size > 0) {
      const rows = [...this.#changed].map((link) => this.#source.linkStatus(link));
      this.#changed.clear();
      this.#emit("links", rows);
    }
    const overview = this.#source.overview();
    const text = JSON.stringify(overview);
    if (text === this.#overview) return;
    this.#overview = text;
    this.#emit("overview", overview);
  }

  #emit<Name extends keyof OperationsEvents>(name: Name, value: OperationsEvents[Name]): void {
    for (const listener of this.#listeners) listener(name, value);
  }
}
