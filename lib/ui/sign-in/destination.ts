import { type AreaKey, areas } from "../shell/areas.ts";

/** Where to go after signing in: a path of this application, whatever the address says. */
export function safeDestination(to: string | null | undefined): string {
  if (!to || !/^\/(messages|vault|admin|stage|design)([/?#]|$)/.test(to)) return "/messages";
  return to;
}

/** The door that a destination lies behind. */
export function doorOf(destination: string): AreaKey {
  return areas.find((area) => destination.startsWith(area.href))?.key ?? "messages";
}
