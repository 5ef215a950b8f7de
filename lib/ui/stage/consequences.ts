import type { AttackModel, LinkAlarmCause, LinkFaults } from "../../keys/api-types.ts";

/** One thing that happened, in the order it was seen. */
export type Consequence = { readonly id: string; readonly at: number } & (
  | { readonly kind: "tap"; readonly link: string; readonly fraction: number }
  | { readonly kind: "tapStopped" | "cut" | "mended"; readonly link: string }
  | { readonly kind: "reset" }
  | { readonly kind: "attack"; readonly link: string; readonly model: Exclude<AttackModel, "none"> }
  | { readonly kind: "fault"; readonly link: string; readonly fault: keyof LinkFaults }
  | {
      readonly kind: "attackStopped" | "faultMended" | "authenticationOff" | "authenticationOn";
      readonly link: string;
    }
  | { readonly kind: "warning"; readonly link: string; readonly cause: LinkAlarmCause }
  | {
      /** A block that nobody authenticated; with somebody in the middle, or not. */
      readonly kind: "attackerHolds" | "unchecked";
      readonly link: string;
      readonly bits: number;
    }
  | {
      readonly kind: "alarm";
      readonly link: string;
      readonly cause: LinkAlarmCause;
      readonly qber: number | null;
    }
  | { readonly kind: "cleared" | "warningEnded"; readonly link: string }
  | { readonly kind: "route"; readonly route: readonly string[] }
  | { readonly kind: "noRoute"; readonly reason: string }
  | { readonly kind: "waiting"; readonly name: string; readonly code: string; readonly reason: string }
  | { readonly kind: "delivered"; readonly name: string; readonly links: number }
  | { readonly kind: "poolEmptied"; readonly link: string; readonly bytes: number }
  | {
      /** Supposed dishonest: what it saw of the end-to-end keys so far. */
      readonly kind: "nodeCompromised";
      readonly node: string;
      readonly exposed: number;
      readonly keys: number;
    }
  | { readonly kind: "nodeTrusted"; readonly node: string }
  | { readonly kind: "xWingBroken"; readonly fallen: number; readonly devices: number }
  | { readonly kind: "qkdBroken"; readonly fallen: number; readonly messages: number }
  | { readonly kind: "unbroken"; readonly part: "xWing" | "qkd" }
  | { readonly kind: "clouds" | "clearSky" | "forecast"; readonly station: string }
  | { readonly kind: "clockRate"; readonly rate: number }
  | { readonly kind: "relay"; readonly bits: number; readonly links: number }
);

/** Consequence without its number and time, for each kind of its own. */
export type NewConsequence = Consequence extends infer C
  ? C extends Consequence
    ? Omit<C, "id" | "at">
    : never
  : never;
