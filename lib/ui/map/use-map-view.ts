"use client";

import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { type Box, moveBox, zoomBox } from "./projection.ts";

export interface MapView {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly box: Box;
  /** Map units per pixel. */
  readonly unit: number;
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  readonly moved: boolean;
  readonly handlers: {
    onKeyDown: (event: KeyboardEvent) => void;
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: (event: PointerEvent) => void;
  };
}

/** What part of the map is seen: fitted to `home` until a person moves it. */
export function useMapView(home: Box): MapView {
  const frame = useRef<HTMLDivElement | null>(null);
  const [own, setOwn] = useState<Box | null>(null);
  const [pixels, setPixels] = useState({ width: 800, height: 500 });
  const drag = useRef<{ x: number; y: number; box: Box } | null>(null);
  const box = own ?? home;
  const unit = Math.max(box.width / pixels.width, box.height / pixels.height);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry)
        setPixels({
          width: Math.max(1, entry.contentRect.width),
          height: Math.max(1, entry.contentRect.height),
        });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const zoom = useCallback(
    (factor: number) => setOwn((last) => limit(zoomBox(last ?? home, factor))),
    [home],
  );

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15);
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [zoom]);

  function onKeyDown(event: KeyboardEvent) {
    const step = 40 * unit;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (move) setOwn(moveBox(box, move[0], move[1]));
    else if (event.key === "+" || event.key === "=") zoom(1 / 1.4);
    else if (event.key === "-") zoom(1.4);
    else if (event.key === "0") setOwn(null);
    else return;
    event.preventDefault();
  }

  return {
    frame,
    box,
    unit,
    zoom,
    fit: () => setOwn(null),
    moved: own !== null,
    handlers: {
      onKeyDown,
      onPointerDown: (event) => {
        if (event.button === 0 && event.pointerType !== "touch")
          drag.current = { x: event.clientX, y: event.clientY, box };
      },
      onPointerMove: (event) => {
        const start = drag.current;
        if (!start) return;
        const dx = event.clientX - start.x;
        const dy = event.clientY - start.y;
        if (Math.hypot(dx, dy) > 4) setOwn(moveBox(start.box, -dx * unit, -dy * unit));
      },
      onPointerUp: () => {
        drag.current = null;
      },
    },
  };
}

function limit(box: Box): Box {
  return box.width < 20 || box.width > 3000
    ? zoomBox(box, box.width < 20 ? 20 / box.width : 3000 / box.width)
    : box;
}
