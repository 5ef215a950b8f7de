"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { scenes } from "@/lib/scenarios/scenes/scenes.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { Director, type DirectorState } from "@/lib/ui/stage/director.ts";
import { BrowserTheatre, type StageNow } from "./browser-theatre.ts";

const sceneKept = "vernam-stage-scene";

export interface Direction {
  readonly director: Director;
  readonly theatre: BrowserTheatre;
  readonly state: DirectorState;
}

/** The scenes, played in this page's theatre; a reload shows the same scene, ready to run. */
export function useDirector(
  now: StageNow,
  onSites: (sites: { alice: string; bob: string }) => void,
): Direction {
  const store = useOperationsStore();
  const move = useRef(onSites);
  move.current = onSites;
  const [played, setPlayed] = useState<DirectorState | null>(null);
  const { director, theatre } = useMemo(() => {
    const opened = new BrowserTheatre(store, (sites) => move.current(sites));
    const kept = Number(sessionStorage.getItem(sceneKept));
    const first = Number.isInteger(kept) && kept >= 0 && kept < scenes.length ? kept : 0;
    return {
      theatre: opened,
      director: new Director({ scenes, theatre: opened, onChange: setPlayed }, first),
    };
  }, [store]);
  useEffect(() => theatre.update(now), [theatre, now]);
  const state = played ?? director.state;
  const { index } = state.scene;
  useEffect(() => sessionStorage.setItem(sceneKept, String(index)), [index]);
  useEffect(() => () => void director.stop(), [director]);
  return { director, theatre, state };
}

/** Ends the booth when anybody touches keyboard, mouse or screen. */
export function useBoothStop(running: boolean, stop: () => void): void {
  useEffect(() => {
    if (!running) return;
    const touched = () => stop();
    const options = { capture: true } as const;
    // Not before the press that started it is over.
    const timer = setTimeout(() => {
      window.addEventListener("keydown", touched, options);
      window.addEventListener("pointerdown", touched, options);
    }, 400);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", touched, options);
      window.removeEventListener("pointerdown", touched, options);
    };
  }, [running, stop]);
}

/** One key forward, one back, as presentation remotes send them; not while somebody writes or chooses. */
export function usePresenterKeys(on: boolean, direction: Pick<Direction, "director">): void {
  const { director } = direction;
  const press = useCallback(
    (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      const remote = event.key === "PageDown" || event.key === "PageUp";
      if (target?.closest("textarea, [contenteditable]")) return;
      if (!remote && target?.closest("input, select, [role='group'], [role='menu'], [role='dialog']")) return;
      if (event.key === "PageDown" || event.key === "ArrowRight") void director.next();
      else if (event.key === "PageUp" || event.key === "ArrowLeft") void director.previous();
      else if (event.key === "Enter" && !target?.closest("button, a, summary")) void director.run();
      else return;
      event.preventDefault();
    },
    [director],
  );
  useEffect(() => {
    if (!on) return;
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [on, press]);
}
