import type { Scene, SceneStep } from "../../scenarios/scenes/scene.ts";
import type { Theatre } from "../../scenarios/scenes/theatre.ts";
import type { PictureScene } from "./picture.ts";

export interface DirectorState {
  readonly scene: PictureScene;
  /** A scene's effects are being undone. */
  readonly restoring: boolean;
  /** Plays by itself. */
  readonly booth: boolean;
  /** Played so far, each with its last result; in the order of the performance. */
  readonly played: readonly PictureScene[];
}

interface DirectorOptions {
  readonly scenes: readonly Scene[];
  readonly theatre: Theatre;
  readonly onChange: (state: DirectorState) => void;
  /** How long the booth shows a result, ms. */
  readonly holdMs?: number;
}

/** Walks through the scenes: one runs at a time, and what it did is undone before the next. */
export class Director {
  readonly #options: DirectorOptions;
  #state: DirectorState;
  #running: AbortController | null = null;
  /** What must be undone before anything else runs. */
  #dirty: Scene | null = null;
  #booth: AbortController | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(options: DirectorOptions, index = 0) {
    this.#options = options;
    this.#state = { scene: this.#fresh(index), restoring: false, booth: false, played: [] };
  }

  get state(): DirectorState {
    return this.#state;
  }

  /** Shows another scene, ready to run. What runs is stopped and undone. */
  async go(index: number): Promise<void> {
    const last = this.#options.scenes.length - 1;
    const to = Math.max(0, Math.min(index, last));
    this.#running?.abort();
    this.#change({ scene: this.#fresh(to) });
    await this.#inTurn(() => this.#restore());
  }

  next(): Promise<void> {
    return this.go(this.#state.scene.index + 1);
  }

  previous(): Promise<void> {
    return this.go(this.#state.scene.index - 1);
  }

  /** Plays the scene that is shown; again when it was played. Resolves when it ended, well or not. */
  run(): Promise<void> {
    const { index } = this.#state.scene;
    if (this.#state.scene.phase === "running") return Promise.resolve();
    return this.#inTurn(async () => {
      await this.#restore();
      if (this.#state.scene.index === index) await this.#play(index);
    });
  }

  /** Stops what runs and undoes it; the scene can be run again. */
  async stop(): Promise<void> {
    this.stopBooth();
    this.#running?.abort();
    this.#change({ scene: this.#fresh(this.#state.scene.index) });
    await this.#inTurn(() => this.#restore());
  }

  /** Plays scene after scene, undoing each, round and round until it is stopped. */
  async startBooth(): Promise<void> {
    if (this.#booth) return;
    const booth = new AbortController();
    this.#booth = booth;
    this.#change({ booth: true });
    const { scenes, theatre, holdMs = 15_000 } = this.#options;
    let index = this.#state.scene.index;
    try {
      while (!booth.signal.aborted) {
        await this.go(index);
        if (booth.signal.aborted) return;
        await this.run();
        await theatre.clock.wait(holdMs, booth.signal);
        index = (index + 1) % scenes.length;
      }
    } catch {
      // The wait ends with the booth.
    } finally {
      if (this.#booth === booth) this.stopBooth();
    }
  }

  stopBooth(): void {
    if (!this.#booth) return;
    this.#booth.abort();
    this.#booth = null;
    this.#running?.abort();
    this.#change({ booth: false });
  }

  async #play(index: number): Promise<void> {
    const scene = this.#options.scenes[index];
    if (!scene) return;
    const { theatre } = this.#options;
    const controller = new AbortController();
    this.#running = controller;
    this.#show(index, { phase: "running", startedAt: theatre.clock.now() });
    try {
      if (!(await scene.suits(theatre))) {
        this.#show(index, { phase: "unsuited", endedAt: theatre.clock.now() });
        return;
      }
      this.#dirty = scene;
      const progress = (step: SceneStep) => {
        if (!controller.signal.aborted) this.#show(index, { steps: [...this.#state.scene.steps, step] });
      };
      const outcome = await scene.run(theatre, progress, controller.signal);
      if (!controller.signal.aborted) {
        this.#show(index, { phase: "done", endedAt: theatre.clock.now(), outcome });
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        this.#show(index, { phase: "failed", endedAt: theatre.clock.now(), failure: failureOf(error) });
      }
    } finally {
      if (this.#running === controller) this.#running = null;
    }
  }

  async #restore(): Promise<void> {
    const scene = this.#dirty;
    if (!scene) return;
    this.#change({ restoring: true });
    try {
      await scene.restore(this.#options.theatre);
      this.#dirty = null;
    } catch (error) {
      this.#show(this.#state.scene.index, { failure: failureOf(error) });
    } finally {
      this.#change({ restoring: false });
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work, work);
    return this.#work;
  }

  #fresh(index: number): PictureScene {
    const scene = this.#options.scenes[index];
    if (!scene) throw new RangeError(`there is no scene ${index}`);
    const of = this.#options.scenes.length;
    return {
      id: scene.id,
      index,
      of,
      phase: "ready",
      steps: [],
      startedAt: null,
      endedAt: null,
      outcome: null,
      failure: null,
    };
  }

  /** Changes the scene that is shown, if it still is `index`; keeps what was played. */
  #show(index: number, change: Partial<PictureScene>): void {
    if (this.#state.scene.index !== index) return;
    const scene = { ...this.#state.scene, ...change };
    const over = scene.phase === "done" || scene.phase === "failed" || scene.phase === "unsuited";
    const others = this.#state.played.filter((one) => one.index !== index);
    const played = over ? [...others, scene].sort((a, b) => a.index - b.index) : this.#state.played;
    this.#change({ scene, played });
  }

  #change(change: Partial<DirectorState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onChange(this.#state);
  }
}

function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  return { code: typeof code === "string" ? code : "scene.failed", message };
}
