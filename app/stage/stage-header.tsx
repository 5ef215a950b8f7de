"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { PairView, TopologyView } from "@/lib/keys/api-types.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { useCountryName } from "@/lib/ui/use-country-name.ts";

interface StageHeaderProps {
  readonly topology: TopologyView;
  readonly sites: { readonly alice: string; readonly bob: string };
  readonly onSites: (sites: { alice: string; bob: string }) => void;
  readonly pair: PairView | null;
  readonly children?: ReactNode;
}

/** Who sits where, and which way their keys go now. */
export function StageHeader({ topology, sites, onSites, pair, children }: StageHeaderProps) {
  const t = useTranslations("stage");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const route = pair?.route ?? null;
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line bg-surface px-4 py-2 print:hidden">
      <h1 className="sr-only">{t("title")}</h1>
      <div className="flex w-full flex-wrap items-center gap-2 sm:w-auto">
        <SitePick
          topology={topology}
          label={t("site.alice")}
          value={sites.alice}
          without={sites.bob}
          onChange={(alice) => onSites({ ...sites, alice })}
        />
        <Icon name="arrowRight" className="text-ink-faint max-sm:hidden" />
        <SitePick
          topology={topology}
          label={t("site.bob")}
          value={sites.bob}
          without={sites.alice}
          onChange={(bob) => onSites({ ...sites, bob })}
        />
      </div>
      <p
        className="flex flex-wrap items-baseline gap-x-3 text-lg"
        data-route-links={route ? route.length - 1 : 0}
      >
        <span className="text-sm text-ink-soft">{t("route")}</span>
        {pair === null ? (
          <span className="text-ink-soft">…</span>
        ) : route ? (
          <>
            <span className="font-semibold">
              {t("routeOver", {
                links: units("links", { count: route.length - 1 }),
                nodes: units("nodes", { count: Math.max(0, route.length - 2) }),
              })}
            </span>
            <span className="text-sm text-ink-soft">
              {t("available", { amount: quantity.data(pair.availableBytes) })}
            </span>
          </>
        ) : (
          <Badge tone="alarm" icon="hourglass">
            <span className="font-semibold whitespace-normal">
              {t("routeNone")}
              {pair.reason ? `: ${pair.reason}` : ""}
            </span>
          </Badge>
        )}
      </p>
      {children}
    </div>
  );
}

function SitePick(props: {
  topology: TopologyView;
  label: string;
  value: string;
  without: string;
  onChange: (site: string) => void;
}) {
  const countryName = useCountryName();
  const posts = props.topology.sites.filter((site) => site.kind === "endpoint");
  const countries = [...new Set(posts.map((site) => site.country))];
  return (
    <div className="w-full sm:w-64">
      <SelectField
        label={props.label}
        hideLabel
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {countries.map((country) => (
          <optgroup key={country} label={countryName(country)}>
            {posts
              .filter((site) => site.country === country && site.id !== props.without)
              .map((site) => (
                <option key={site.id} value={site.id}>
                  {site.name}
                </option>
              ))}
          </optgroup>
        ))}
      </SelectField>
    </div>
  );
}
