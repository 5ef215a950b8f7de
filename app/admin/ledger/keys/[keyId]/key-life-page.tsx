"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";
import type { KeyLifeView, TopologyView } from "@/lib/keys/api-types.ts";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Icon, type IconName } from "@/lib/ui/icon.tsx";
import { RouteMap } from "@/lib/ui/map/route-map.tsx";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { SiteDirectoryProvider } from "@/lib/ui/network/site-directory.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { KeyStateBadge } from "../../key-state-badge.tsx";

/** One key, from the links that made it to its erasure. */
export function KeyLifePage({ keyId }: { keyId: string }) {
  const t = useTranslations("ledger");
  const common = useTranslations("common");
  const { value, problem, reload } = useOperationsRead<KeyLifeView>(
    `/ops/keys/${encodeURIComponent(keyId)}`,
    {},
    5000,
  );
  return (
    <>
      <PageHeading title={t("life")} question={t("lifeOf", { id: keyId })}>
        <Link
          href="/admin/ledger"
          className="inline-flex min-h-9 items-center gap-2 font-medium text-accent hover:underline"
        >
          <Icon name="back" />
          {common("back")}
        </Link>
      </PageHeading>
      <OperationsGate>
        {({ topology }) =>
          problem?.code.startsWith("ops.unknown") ? (
            <Empty icon="key" title={t("notFound")} />
          ) : problem && !value ? (
            <ReadProblem problem={problem} onRetry={reload} />
          ) : value ? (
            <SiteDirectoryProvider network={topology.network}>
              <KeyLife life={value} topology={topology} />
            </SiteDirectoryProvider>
          ) : (
            <Waiting>{common("loading")}</Waiting>
          )
        }
      </OperationsGate>
    </>
  );
}

function KeyLife({ life, topology }: { life: KeyLifeView; topology: TopologyView }) {
  const t = useTranslations("ledger");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const names = useMemo(() => siteNames(topology), [topology]);
  const nameOf = (site: string) => names.get(site) ?? site;
  const links = useMemo(() => new Map(topology.links.map((link) => [link.id, link])), [topology]);
  const routes = useMemo(
    () => (life.routes.length > 0 ? life.routes : [life.route]),
    [life.routes, life.route],
  );
  return (
    <div className="grid gap-8 px-4 pt-2 pb-10 xl:grid-cols-2">
      <section className="grid content-start gap-4">
        <p className="flex flex-wrap items-center gap-x-6 gap-y-1 text-lg">
          <KeyStateBadge state={life.state} />
          <span className="font-semibold">{units("bits", { count: life.bits })}</span>
          <span>
            ε ≤ 10<sup>−{life.epsilonExponent}</sup>
          </span>
        </p>
        <ol className="grid gap-0 border-l-2 border-line">
          <Step icon="pencil" at={quantity.moment(life.requestedAt)}>
            {t("step.requested", { site: nameOf(life.masterSite) })}
          </Step>
          {life.route.length > 1 ? (
            <Step icon="link" at={units("bits", { count: life.networkBits })}>
              {t("step.relayed", { links: units("links", { count: life.route.length - 1 }) })}
            </Step>
          ) : null}
          {life.delivered.map((delivery) => (
            <Step key={delivery.site} icon="check" at={quantity.moment(delivery.at)}>
              {t("step.delivered", { site: nameOf(delivery.site) })}
            </Step>
          ))}
          {life.deletedAt === null ? null : (
            <Step icon="close" at={quantity.moment(life.deletedAt)}>
              {t("step.deleted")}
            </Step>
          )}
          {life.erasedAt === null ? null : (
            <Step icon="failed" at={quantity.moment(life.erasedAt)}>
              {t("step.erased")}
            </Step>
          )}
        </ol>
        {life.route.length > 1 ? <RouteMap routes={routes} /> : null}
        <KnownTo life={life} nameOf={nameOf} />
      </section>
      <section className="grid content-start gap-2">
        <h2 className="text-base font-semibold">{t("costPerLink")}</h2>
        <div className="thin-scroll overflow-x-auto rounded-md border border-line bg-surface">
          <DataTable
            caption={t("costPerLink")}
            rows={life.costPerLink}
            rowKey={(cost) => cost.link}
            columns={[
              {
                key: "link",
                header: t("column.link"),
                cell: (cost) => {
                  const link = links.get(cost.link);
                  return link ? linkName(link, names) : cost.link;
                },
              },
              {
                key: "bits",
                header: t("column.cost"),
                cell: (cost) => units("bits", { count: cost.bits }),
                align: "right",
              },
            ]}
          />
        </div>
      </section>
    </div>
  );
}

/** The nodes of the way that must be trusted for this key, by the ledger's own account of it. */
function KnownTo({ life, nameOf }: { life: KeyLifeView; nameOf: (site: string) => string }) {
  const t = useTranslations("ledger.knownTo");
  const list = (sites: readonly string[]) => sites.map(nameOf).join(", ");
  return (
    <div className="grid gap-1">
      <h2 className="text-base font-semibold">{t("title")}</h2>
      <p>{life.knownTo.length === 0 ? t("nobody") : t("nodes", { sites: list(life.knownTo) })}</p>
      {life.shareKnownTo.length > 0 ? <p>{t("shares", { sites: list(life.shareKnownTo) })}</p> : null}
    </div>
  );
}

function Step(props: { icon: IconName; at: string; children: ReactNode }) {
  return (
    <li className="relative grid grid-cols-[1fr_auto] gap-x-4 py-1.5 pl-6">
      <span className="absolute top-2 -left-[0.6875rem] grid size-5 place-content-center rounded-full bg-paper">
        <Icon name={props.icon} className="size-3.5 text-accent" />
      </span>
      <span className="font-medium">{props.children}</span>
      <span className="text-sm text-ink-soft">{props.at}</span>
    </li>
  );
}
