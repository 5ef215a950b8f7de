"use client";

import { type ComponentType, useEffect, useState } from "react";

const again = 2000;

/** Fetches of all parts that the page's programs name. Each is fetched once, whoever asks. */
const parts = new Set<() => Promise<unknown>>();

/**
 * Fetches every part that this page may show, and those that these name in turn, so that all of them are known here.
 * @throws what the browser tells of a fetch that failed
 */
export async function fetchAllParts(): Promise<void> {
  for (const fetchPart of parts) await fetchPart();
}

/**
 * A part of the page whose program is fetched when it is first shown. Until it is here, and while the network is away,
 * `Meanwhile` stands in its place; a fetch that fails is repeated.
 */
export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Meanwhile?: ComponentType<P>,
): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  const fetchPart = async () => {
    known ??= await load();
    return known;
  };
  parts.add(fetchPart);
  return function Lazily(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | null>(() => known);
    useEffect(() => {
      if (Part) return;
      let gone = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const ask = () =>
        fetchPart().then(
          (part) => {
            if (!gone) setPart(() => part);
          },
          () => {
            if (!gone) timer = setTimeout(ask, again);
          },
        );
      void ask();
      return () => {
        gone = true;
        clearTimeout(timer);
      };
    }, [Part]);
    if (Part) return <Part {...props} />;
    return Meanwhile ? <Meanwhile {...props} /> : null;
  };
}
