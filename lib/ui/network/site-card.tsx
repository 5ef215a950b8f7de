"use client";

import { useTranslations } from "next-intl";
import type { SiteView, TopologyView } from "../../keys/api-types.ts";
import { useCountryName } from "../use-country-name.ts";

/** What a site is, and whether it exists. */
export function SiteCard({ site, sources }: { site: SiteView; sources: TopologyView["sources"] }) {
  const t = useTranslations();
  const countryName = useCountryName();
  return (
    <div className="grid gap-1 text-sm">
      <h3 className="text-base font-semibold">{site.name}</h3>
      <p className="text-ink-soft">
        {t(`siteKind.${site.kind}`)}, {countryName(site.country)}
      </p>
      <p className="border-t border-line pt-1 text-xs text-ink-soft">
        <span className="font-medium text-ink">{t("provenance.label")}: </span>
        {t(`provenance.${site.provenance}`)}
        {site.source ? (
          <span className="block break-words">{sources[site.source] ?? site.source}</span>
        ) : null}
        {site.note ? <span className="block">{site.note}</span> : null}
      </p>
    </div>
  );
}
