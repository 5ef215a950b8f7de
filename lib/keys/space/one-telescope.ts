import type { PlannedPass } from "../../network/pass-plan.ts";

type Contact = Pick<PlannedPass, "satellite" | "station" | "rise" | "set">;

/** Contacts so long over cannot overlap any that is still to come, ms. */
const longestContactMs = 20 * 60_000;

/**
 * A satellite points its one telescope at one station at a time. Of contacts that overlap it takes the one that is
 * worth most then; what it took stays taken.
 */
export class OneTelescope {
  #taken: readonly Contact[] = [];

  /**
   * True, and noted, when the satellite is this station's for the pass.
   * @param rivals other passes that may overlap it. @param worth of a pass now; 0: nobody would open the dome.
   */
  takes<P extends Contact>(pass: P, rivals: readonly P[], worth: (pass: P) => number): boolean {
    if (this.#taken.some((contact) => overlap(contact, pass))) return false;
    const own = worth(pass);
    if (rivals.some((rival) => overlap(rival, pass) && !this.#lost(rival) && worth(rival) > own))
      return false;
    this.#taken = [pass, ...this.#taken].filter(({ set }) => Math.abs(set - pass.set) < longestContactMs);
    return true;
  }

  #lost(pass: Contact): boolean {
    return this.#taken.some((contact) => overlap(contact, pass));
  }
}

function overlap(one: Contact, other: Contact): boolean {
  const same = one.station === other.station && one.rise === other.rise;
  return !same && one.satellite === other.satellite && one.rise < other.set && other.rise < one.set;
}
