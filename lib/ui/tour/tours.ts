import type { AreaKey } from "../shell/areas.ts";

export interface TourStep {
  /** Text keys `tour.<area>.<key>.title` and `.text`. */
  readonly key: string;
  /** What is pointed at; a step whose thing is not on the page stands in the middle. */
  readonly at?: string;
}

export const touredAreas = ["messages", "admin", "stage"] as const;
export type TouredArea = Extract<AreaKey, (typeof touredAreas)[number]>;

/** One tour for each audience: the official, the administrator, the presenter before stakeholders. */
export const tours: Readonly<Record<TouredArea, readonly TourStep[]>> = {
  messages: [
    { key: "welcome" },
    { key: "find", at: '[data-shortcut="search"]' },
    { key: "conversations", at: "main nav" },
    { key: "write", at: '[data-shortcut="compose"]' },
    { key: "card", at: 'main [role="log"]' },
    { key: "account", at: "[data-account]" },
  ],
  admin: [
    { key: "welcome" },
    { key: "pages", at: "main nav" },
    { key: "map", at: "[data-map]" },
    { key: "links", at: "main table" },
    { key: "limits" },
  ],
  stage: [
    { key: "welcome" },
    { key: "map", at: "[data-map]" },
    { key: "controls", at: '[data-tour="controls"]' },
    { key: "happened", at: "[data-consequences]" },
    { key: "desks", at: '[data-desk="alice"]' },
    { key: "wire", at: '[data-tour="wire"]' },
    { key: "scenes", at: '[data-tour="stage-modes"]' },
    { key: "panic", at: '[data-tour="stage-panic"]' },
  ],
};

/** The tour of a page, or null where there is none. */
export function tourOf(pathname: string): TouredArea | null {
  if (pathname.startsWith("/stage/")) return null;
  return touredAreas.find((area) => pathname.startsWith(`/${area}`)) ?? null;
}
