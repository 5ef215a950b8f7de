"use client";

import { type KeyboardEvent, useCallback, useRef } from "react";
import type { MapModel } from "./map-model.ts";

/**
 * Keys N and P step through the sites, by country and name, as a pointer would hover over them; Escape leaves. What a
 * site is, and whether it exists, is said for whoever has no pointer too.
 */
export function useSiteCursor(
  model: MapModel,
  onHover: ((site: string | null) => void) | undefined,
): (event: KeyboardEvent) => void {
  const at = useRef<string | null>(null);
  return useCallback(
    (event) => {
      if (!onHover || event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "escape" && at.current !== null) {
        at.current = null;
        onHover(null);
        event.preventDefault();
      }
      if (key !== "n" && key !== "p") return;
      const order = [...model.sites.values()]
        .filter(({ site }) => site.kind !== "satellite")
        .map(({ site }) => site.id)
        .sort();
      const here = at.current === null ? -1 : order.indexOf(at.current);
      const next = key === "n" ? here + 1 : here <= 0 ? order.length - 1 : here - 1;
      at.current = order[next % order.length] ?? null;
      onHover(at.current);
      event.preventDefault();
      event.stopPropagation();
    },
    [model, onHover],
  );
}
