"use client";

import { useTranslations } from "next-intl";
import type { KeyCardView } from "../../messenger/messenger-api.ts";
import { RouteMap } from "../map/route-map.tsx";
import { useSiteName, useSites } from "../network/site-directory.ts";
import { separateRoutes } from "./separate-routes.ts";

/** Where the key went: on a small map and, saying the same, as lists of sites. */
export function KeyRoutes({ card }: { card: KeyCardView }) {
  const t = useTranslations("keyCard");
  const siteName = useSiteName();
  const several = card.routes.length > 1;
  return (
    <section className="grid gap-2">
      <h3 className="label">{t("route")}</h3>
      <RouteMap routes={card.routes} />
      {separateRoutes(card.routes) ? <p className="text-sm text-ink-soft">{t("disjoint")}</p> : null}
      {card.routes.map((route, number) => (
        <div key={route.join()}>
          {several ? (
            <p className="pb-0.5 text-sm font-medium">
              {t("routeTo", { number: number + 1, site: siteName(route.at(-1) ?? "") })}
            </p>
          ) : null}
          <RouteList route={route} />
        </div>
      ))}
    </section>
  );
}

function RouteList({ route }: { route: readonly string[] }) {
  const siteName = useSiteName();
  const sites = useSites();
  return (
    <ol className="grid">
      {route.map((site, index) => {
        const end = index === 0 || index === route.length - 1;
        return (
          <li key={site} className="relative flex items-baseline gap-3 pb-1 pl-5">
            {index < route.length - 1 ? (
              <span className="absolute top-3 -bottom-2 left-[5px] w-0.5 bg-accent" />
            ) : null}
            <span
              className={`absolute top-[7px] rounded-full ${end ? "left-0 size-3 bg-ink" : "left-[2px] size-2 bg-ink-soft"}`}
            />
            <span className={end ? "font-medium" : "text-ink-soft"}>{siteName(site)}</span>
            <span className="ml-auto text-xs text-ink-faint">{sites.get(site)?.country}</span>
          </li>
        );
      })}
    </ol>
  );
}
