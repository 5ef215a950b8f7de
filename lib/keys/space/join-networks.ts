import type { LinkEvents, SimulatedLinkNetwork } from "../links/link-network-types.ts";
import type { SpaceNetwork } from "./space-network.ts";

/** Fibre links and space links as one network: whoever asks for a link gets it from where it is. */
export function joinNetworks(fibre: SimulatedLinkNetwork, space: SpaceNetwork): SimulatedLinkNetwork {
  const inSpace = new Set(space.pools().map((pool) => pool.linkId));
  const of = (link: string): SimulatedLinkNetwork => (inSpace.has(link) ? space : fibre);
  return {
    pools: () => [...fibre.pools(), ...space.pools()],
    pool: (link) => of(link).pool(link),
    counts: (link) => of(link).counts(link),
    onChange(listener) {
      const ends = [fibre.onChange(listener), space.onChange(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    untilPassMs: (link) => of(link).untilPassMs(link),
    on<Name extends keyof LinkEvents>(name: Name, listener: (value: LinkEvents[Name]) => void) {
      const ends = [fibre.on(name, listener), space.on(name, listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    prefer: (links) => fibre.prefer(links.filter((link) => !inSpace.has(link))),
    status: (link) => of(link).status(link),
    statuses: () => [...fibre.statuses(), ...space.statuses()],
    alarms() {
      const all = [...fibre.alarms(), ...space.alarms()];
      return all.sort(
        (one, other) =>
          Number(one.clearedAt !== null) - Number(other.clearedAt !== null) || other.raisedAt - one.raisedAt,
      );
    },
    setAttack: (link, attack) => of(link).setAttack(link, attack),
    setCut: (link, cut) => of(link).setCut(link, cut),
    setFault: (link, fault, level) => of(link).setFault(link, fault, level),
    setAuthenticated: (link, authenticated) => of(link).setAuthenticated(link, authenticated),
    empty: (link) => of(link).empty(link),
    resetAll() {
      fibre.resetAll();
      space.resetAll();
    },
    get busyMs() {
      return fibre.busyMs + space.busyMs;
    },
    async close() {
      await Promise.all([fibre.close(), space.close()]);
    },
  };
}
