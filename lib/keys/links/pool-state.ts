import type { PoolState } from "../link-types.ts";

/** Shares of the capacity at which a pool changes its state; the gap between them is the hysteresis. */
const readyFrom = 0.5;
const warningBelow = 0.25;

/**
 * The next state of a pool. EMPTY: nothing above the reserve. CHARGING: on the way up from empty until half full.
 * READY until it falls below a quarter, then WARNING until half full again.
 * @param available bytes above the reserve. @param capacity bytes above the reserve when full.
 */
export function nextPoolState(state: PoolState, available: number, capacity: number): PoolState {
  if (available <= 0) return "empty";
  const fill = available / capacity;
  if (fill >= readyFrom) return "ready";
  if (state === "ready") return fill < warningBelow ? "warning" : "ready";
  return state === "empty" ? "charging" : state;
}
