import { loadNamedPlan } from "@/lib/scenarios/named-plan.ts";
import { SceneFailed } from "@/lib/scenarios/scenes/scene.ts";
import { sceneClock } from "@/lib/scenarios/scenes/scene-clock.ts";
import { createStageAgents } from "@/lib/scenarios/scenes/stage-agents.ts";
import type { Agents, DeskPair, Operations, Theatre, Wiretap } from "@/lib/scenarios/scenes/theatre.ts";
import type { WireFrame } from "@/lib/scenarios/wire-frame.ts";
import type { OperationsStore } from "@/lib/ui/operations/operations-store.ts";
import type { SendCommand } from "@/lib/ui/operations/use-device-command.ts";
import type { Desk } from "./use-desk.ts";

const deskWaitMs = 60_000;
const deviceWaitMs = 20_000;

/** What the page's components have at the moment; they tell of each change. */
export interface StageNow {
  readonly sites: { readonly alice: string; readonly bob: string };
  readonly alice: Desk;
  readonly bob: Desk;
  readonly conversation: string | null;
  /** Bob was told of the conversation. */
  readonly bobKnows: boolean;
  readonly send: SendCommand | null;
  /** Newest first. */
  readonly frames: readonly WireFrame[];
}

/** The theatre of the stage's own page: its two desks, its wiretap, its presenter's device. */
export class BrowserTheatre implements Theatre {
  readonly operations: Operations;
  readonly wiretap: Wiretap;
  readonly agents: Agents = createStageAgents((init) => fetch("/api/stage/agents", init));
  readonly clock = sceneClock;
  readonly network = loadNamedPlan;
  readonly #onSites: (sites: { alice: string; bob: string }) => void;
  #now: StageNow | null = null;
  #frames: WireFrame[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(store: OperationsStore, onSites: (sites: { alice: string; bob: string }) => void) {
    this.#onSites = onSites;
    this.operations = {
      read: (path, query) => store.client.read(path, query),
      text: async (path, query) => (await store.client.download(path, query)).text(),
    };
    this.wiretap = { frames: () => this.#frames };
  }

  /** The page changed. */
  update(now: StageNow): void {
    this.#now = now;
    const known = new Set(this.#frames.map(({ id }) => id));
    const fresh = now.frames.filter(({ id }) => !known.has(id)).reverse();
    if (fresh.length > 0) this.#frames = [...this.#frames, ...fresh];
    for (const watcher of [...this.#watchers]) watcher();
  }

  async command(...[kind, args]: Parameters<Theatre["command"]>): Promise<void> {
    const { send } = await this.#until((now) => now.send !== null, deviceWaitMs, "device-not-ready");
    await send?.(kind, args);
  }

  async desks(alice: string, bob: string, signal: AbortSignal): Promise<DeskPair> {
    const { sites } = this.#now ?? {};
    if (sites?.alice !== alice || sites.bob !== bob) this.#onSites({ alice, bob });
    const there = (now: StageNow) =>
      now.sites.alice === alice &&
      now.sites.bob === bob &&
      now.alice.user?.site === alice &&
      now.bob.user?.site === bob &&
      now.alice.state.phase === "ready" &&
      now.bob.state.phase === "ready" &&
      now.conversation !== null &&
      now.bobKnows;
    const now = await this.#until(there, deskWaitMs, "desks-not-ready", signal);
    const { conversation } = now;
    const sides = { alice: deskOf(now.alice, alice), bob: deskOf(now.bob, bob) };
    if (!sides.alice || !sides.bob || conversation === null) throw notReady("desks-not-ready");
    return { alice: sides.alice, bob: sides.bob, conversation };
  }

  #until(
    met: (now: StageNow) => boolean,
    withinMs: number,
    code: string,
    signal?: AbortSignal,
  ): Promise<StageNow> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        signal?.removeEventListener("abort", stopped);
      };
      const look = () => {
        const now = this.#now;
        if (now === null || !met(now)) return;
        end();
        resolve(now);
      };
      const stopped = () => {
        end();
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        end();
        reject(notReady(code));
      }, withinMs);
      this.#watchers.add(look);
      signal?.addEventListener("abort", stopped, { once: true });
      if (signal?.aborted) stopped();
      else look();
    });
  }
}

function deskOf(desk: Desk, site: string): DeskPair["alice"] | null {
  return desk.api && desk.user ? { site, user: desk.user.id, api: desk.api } : null;
}

function notReady(code: string): SceneFailed {
  const what = code === "device-not-ready" ? "the presenter's device" : "the two desks";
  return new SceneFailed(`scene.${code}`, `${what} did not become ready in time`, {
    nextStep: "Wait until both desks are connected, then play the scene again.",
  });
}
