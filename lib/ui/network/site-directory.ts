"use client";

import { createContext, createElement, type ReactNode, useContext, useEffect, useState } from "react";
import { loadRuntimeConfig } from "../runtime-config.ts";

/** A site as every page may know it: the network's plan is public, its keys are not. */
export interface KnownSite {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  /** null for a satellite, which has no place on the map. */
  readonly lat: number | null;
  readonly lon: number | null;
  readonly kind: string;
}

export type SiteDirectory = ReadonlyMap<string, KnownSite>;

const Directory = createContext<SiteDirectory>(new Map());

/** The plan of a network by name, each in a file of its own that is fetched when first needed. */
export async function loadSites(network: string): Promise<SiteDirectory> {
  const file =
    network === "eu27"
      ? await import("../../network/data/network-eu27.json")
      : network === "iberia-small"
        ? await import("../../network/data/network-iberia-small.json")
        : await import("../../network/data/network-nine.json");
  const plan = file.default as {
    sites: readonly KnownSite[];
    satellites?: readonly { id: string; name: string }[];
  };
  const satellites = (plan.satellites ?? []).map((one) => ({
    ...one,
    country: "",
    lat: null,
    lon: null,
    kind: "satellite",
  }));
  return new Map([...plan.sites, ...satellites].map((site) => [site.id, site]));
}

export function SiteDirectoryProvider({ network, children }: { network?: string; children: ReactNode }) {
  const [sites, setSites] = useState<SiteDirectory>(() => new Map());
  useEffect(() => {
    let gone = false;
    (network === undefined ? loadRuntimeConfig().then((config) => config.network) : Promise.resolve(network))
      .then(loadSites)
      .then(
        (loaded) => gone || setSites(loaded),
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [network]);
  return createElement(Directory.Provider, { value: sites }, children);
}

export function useSites(): SiteDirectory {
  return useContext(Directory);
}

/** Name of a site; its identifier while the plan is not here. */
export function useSiteName(): (site: string) => string {
  const sites = useSites();
  return (site) => sites.get(site)?.name ?? site;
}
