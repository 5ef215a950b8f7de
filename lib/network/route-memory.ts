/** What two candidates for the same demand are compared by. */
export interface Standing {
  /** Grade of the scarcest link, −1 when it can no longer carry the demand. */
  readonly grade: number;
  readonly hops: number;
  /** It uses key of a satellite. */
  readonly space: boolean;
}

/**
 * Whether the way used last is kept although a search found another. A way in use drains and the others fill, so
 * without this every draw would change it. It is left when it cannot carry the key, when another has four times its
 * key or so, when a shorter one has no less, or when the ground carries again what took a satellite's key.
 */
export function keepsLast(last: Standing, found: Standing): boolean {
  if (last.grade < 0 || found.grade >= last.grade + 2) return false;
  if (last.space && !found.space) return false;
  return found.hops >= last.hops || found.grade < last.grade;
}

const mostRemembered = 4096;

/** The ways used last, by demand; the oldest demand is forgotten first. */
export class RouteMemory<Way> {
  readonly #ways = new Map<string, Way>();

  get(demand: string): Way | undefined {
    return this.#ways.get(demand);
  }

  set(demand: string, way: Way): void {
    this.#ways.delete(demand);
    this.#ways.set(demand, way);
    if (this.#ways.size <= mostRemembered) return;
    const [oldest] = this.#ways.keys();
    if (oldest !== undefined) this.#ways.delete(oldest);
  }
}
