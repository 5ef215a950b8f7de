import { SecretBytes } from "../../shared/secret-bytes.ts";
import { type AuthenticationReserve, ReserveError } from "./authentication-reserve.ts";

interface LinkMemory {
  burnedUntil: number;
  readonly segments: Map<number, SecretBytes>;
}

/** A reserve for tests and measurements that keeps no data folder. It forgets everything when the process ends. */
export function createMemoryReserve(site: string): AuthenticationReserve {
  const links = new Map<string, LinkMemory>();
  const of = (link: string): LinkMemory => {
    const known = links.get(link) ?? { burnedUntil: 0, segments: new Map<number, SecretBytes>() };
    links.set(link, known);
    return known;
  };
  const drop = (link: string, offset: number): void => {
    of(link).segments.get(offset)?.destroy();
    of(link).segments.delete(offset);
  };
  const burn = (link: string, until: number): void => {
    const memory = of(link);
    memory.burnedUntil = Math.max(memory.burnedUntil, until);
    for (const offset of memory.segments.keys()) if (offset < until) drop(link, offset);
  };
  return {
    site,
    positions: (link) => ({
      burnedUntil: of(link).burnedUntil,
      segments: [...of(link).segments.keys()].sort((one, other) => one - other),
    }),
    add: async (link, offset, key) => void of(link).segments.set(offset, SecretBytes.copyOf(key)),
    open: async (link, offset) => {
      const key = of(link).segments.get(offset);
      if (key === undefined)
        throw new ReserveError("links.reserve-absent", `No reserve key there for ${link}.`);
      of(link).segments.delete(offset);
      burn(link, offset + key.length);
      return key;
    },
    burn: async (link, until) => burn(link, until),
    drop: async (link, offset) => drop(link, offset),
    close: async () => {
      for (const memory of links.values()) for (const key of memory.segments.values()) key.destroy();
      links.clear();
    },
  };
}
