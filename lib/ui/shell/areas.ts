import type { IconName } from "../icon.tsx";

/** The doors. */
export const areas = [
  { key: "messages", href: "/messages", icon: "envelope" },
  { key: "vault", href: "/vault", icon: "vault" },
  { key: "admin", href: "/admin", icon: "pulse" },
  { key: "stage", href: "/stage", icon: "stage" },
] as const satisfies readonly { key: string; href: string; icon: IconName }[];

export type AreaKey = (typeof areas)[number]["key"];
