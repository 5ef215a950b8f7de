"use client";

import { type ComponentType, useEffect, useState } from "react";

const again = 2000;

/**
 * A part of the page whose program is fetched when it is first shown. Until it is here, and while the network is away,
 * `Meanwhile` stands in its place; a fetch that fails is repeated.
 */
export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
  Meanwhile?: ComponentType<P>,
): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazily(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | null>(() => known);
    useEffect(() => {
      if (Part) return;
      let gone = false;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const ask = () =>
        load().then(
          (part) => {
            known = part;
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
