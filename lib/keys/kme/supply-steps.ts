/**
 * The steps from a request to an erased key after which something has changed that the next start has to understand.
 * A process may end at any of them; tests end it at each.
 */
export const supplySteps = [
  /** Link key is set aside in memory at both ends of every hop. */
  "reserved",
  /** The key has crossed all hops and is wrapped; the links' key is burned. */
  "carried",
  /** A wrapping key has its file, and no row yet. */
  "wrapping-key-made",
  /** Waiting keys and the relay's ledger row are written, not committed. */
  "supply-written",
  /** Waiting keys are committed; nobody has been answered. */
  "supply-committed",
  /** Collected keys' rows are deleted, not committed. */
  "collection-written",
  /** The collection is committed; nobody has been answered. */
  "collection-committed",
  /** Expired keys' rows are deleted, not committed. */
  "expiry-written",
  "expiry-committed",
  /** Wrapping keys' files are gone, their rows say otherwise. */
  "wrapping-keys-gone",
  "erasure-committed",
  /** Heads of chains are in their witnesses' chains, not committed. */
  "heads-written",
  "heads-committed",
] as const;

type SupplyStep = (typeof supplySteps)[number];

/** Told of every step as it is reached. */
export type AtStep = (step: SupplyStep) => void;

/** Nobody asks. */
export const passStep: AtStep = () => {};
