"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Badge } from "@/lib/ui/badge.tsx";
import { Icon, type IconName } from "@/lib/ui/icon.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { useAlarmAnnouncements } from "./use-alarm-announcements.ts";

const pages = [
  { key: "health", href: "/admin", icon: "pulse" },
  { key: "space", href: "/admin/space", icon: "globe" },
  { key: "consumption", href: "/admin/consumption", icon: "chart" },
  { key: "ledger", href: "/admin/ledger", icon: "ledger" },
  { key: "kmes", href: "/admin/kmes", icon: "server" },
  { key: "policies", href: "/admin/policies", icon: "shield" },
  { key: "people", href: "/admin/people", icon: "people" },
  { key: "alarms", href: "/admin/alarms", icon: "alarm" },
  { key: "service", href: "/admin/service", icon: "clock" },
] as const satisfies readonly { key: string; href: string; icon: IconName }[];

export function AdminFrame({ children, base }: { children: ReactNode; base?: string }) {
  const t = useTranslations("admin");
  const pathname = usePathname();
  const { phase, overview } = useOperations();
  useAlarmAnnouncements();
  const alarms = overview?.alarms ?? 0;
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <nav
        aria-label={t("title")}
        className="flex shrink-0 flex-col border-b border-line bg-surface lg:w-52 lg:border-r lg:border-b-0 print:hidden"
      >
        <ul className="thin-scroll flex overflow-x-auto px-2 lg:flex-col lg:overflow-visible lg:px-0 lg:py-3">
          {pages.map((page) => {
            const here = page.href === "/admin" ? pathname === page.href : pathname.startsWith(page.href);
            return (
              <li key={page.key}>
                <Link
                  href={base ? `${base}?page=${page.key}` : page.href}
                  aria-current={here ? "page" : undefined}
                  className="flex min-h-9 items-center gap-2.5 border-b-2 border-transparent px-3 font-medium whitespace-nowrap text-ink-soft hover:bg-sunken hover:text-ink focus-visible:-outline-offset-2 aria-[current]:border-accent aria-[current]:text-ink lg:border-b-0 lg:border-l-3 lg:px-4 lg:aria-[current]:bg-accent-wash"
                >
                  <Icon name={page.icon} />
                  {t(`pages.${page.key}`)}
                  {page.key === "alarms" && alarms > 0 ? (
                    <span className="ml-auto rounded-full bg-alarm px-1.5 text-xs leading-5 font-semibold text-alarm-ink">
                      {alarms}
                    </span>
                  ) : null}
                </Link>
              </li>
            );
          })}
        </ul>
        <div className="mt-auto hidden gap-2 px-4 py-3 text-xs text-ink-soft lg:grid">
          <Badge
            tone={phase === "open" ? "ok" : phase === "connecting" ? "idle" : "warn"}
            icon={phase === "open" ? "pulse" : phase === "connecting" ? "hourglass" : "alarm"}
          >
            {t(`event.${phase}`)}
          </Badge>
          <p>{t("metadataOnly")}</p>
        </div>
      </nav>
      <div className="flex min-w-0 flex-1 flex-col">
        {children}
        <p className="mt-auto px-4 py-3 text-xs text-ink-soft lg:hidden">{t("metadataOnly")}</p>
      </div>
    </div>
  );
}
