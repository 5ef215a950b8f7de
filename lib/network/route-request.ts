import type { Forbidden } from "./widest-path.ts";

export interface RouteConstraints extends Forbidden {
  /** "forbid" leaves space links out, "require" passes a satellite. Default "allow": only where fibre gives no way. */
  readonly space?: "allow" | "forbid" | "require";
}

export interface RouteRequest extends RouteConstraints {
  readonly from: string;
  readonly to: string;
  /** Key each link of the route must have, in bytes: the key itself and what its relay costs per hop. */
  readonly bytes: number;
}

export interface TreeRequest extends RouteConstraints {
  readonly from: string;
  /** At least one place, none of them `from`. */
  readonly to: readonly string[];
  readonly bytes: number;
}
