import type { Consequence, NewConsequence } from "./consequences.ts";

/** Everything that happened since the stage was opened, counted; lists forget, this does not. */
export interface Tally {
  /** ms UTC. */
  readonly since: number;
  readonly total: number;
  readonly alarms: number;
  readonly waited: number;
  /** End-to-end keys between the two desks. */
  readonly keys: number;
  readonly bits: number;
  /** Bits that links gave up for them. */
  readonly networkBits: number;
}

export function emptyTally(since: number): Tally {
  return { since, total: 0, alarms: 0, waited: 0, keys: 0, bits: 0, networkBits: 0 };
}

export function countOne(tally: Tally, what: Consequence | NewConsequence): Tally {
  const relayed = what.kind === "relay" ? { bits: what.bits, links: what.links } : null;
  return {
    since: tally.since,
    total: tally.total + 1,
    alarms: tally.alarms + Number(what.kind === "alarm"),
    waited: tally.waited + Number(what.kind === "waiting"),
    keys: tally.keys + Number(relayed !== null),
    bits: tally.bits + (relayed?.bits ?? 0),
    networkBits: tally.networkBits + (relayed ? relayed.bits * relayed.links : 0),
  };
}
