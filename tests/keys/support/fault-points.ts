import { supplySteps } from "../../../lib/keys/kme/supply-steps.ts";

/** Every step of a key's supply, between two hops, once a key was answered, and at a random moment. */
export const faultPoints = [...supplySteps, "second-hop", "handed-over", "under-traffic"] as const;

export type FaultPoint = (typeof faultPoints)[number];
