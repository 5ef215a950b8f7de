export const faultPoints = [
  "in the relay",
  "a draw before its commit",
  "a draw after its commit",
  "a fetch before its commit",
  "a fetch after its commit",
  "under traffic",
] as const;

export type FaultPoint = (typeof faultPoints)[number];
