import type { LinkAlarmCause } from "@/lib/keys/api-types.ts";

/** One thing that happened, in the order it was seen. */
export type Consequence = { readonly id: string; readonly at: number } & (
  | { readonly kind: "tap"; readonly link: string; readonly fraction: number }
  | { readonly kind: "tapStopped" | "cut" | "mended"; readonly link: string }
  | { readonly kind: "reset" }
  | {
      readonly kind: "alarm";
      readonly link: string;
      readonly cause: LinkAlarmCause;
      readonly qber: number | null;
    }
  | { readonly kind: "cleared"; readonly link: string }
  | { readonly kind: "route"; readonly route: readonly string[] }
  | { readonly kind: "noRoute"; readonly reason: string }
  | { readonly kind: "waiting"; readonly name: string; readonly reason: string }
  | { readonly kind: "delivered"; readonly name: string; readonly links: number }
  | { readonly kind: "relay"; readonly bits: number; readonly links: number }
);

/** Consequence without its number and time, for each kind of its own. */
export type NewConsequence = Consequence extends infer C
  ? C extends Consequence
    ? Omit<C, "id" | "at">
    : never
  : never;
