"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { SessionUser } from "../session-user.ts";
import { AccountMenu } from "./account-menu.tsx";
import { areas } from "./areas.ts";
import type { Theme } from "./theme.ts";
import { Wordmark } from "./wordmark.tsx";

/** On every page: what this is, where one is, who one is. The audience's window says only the first. */
export function Header({ user, theme }: { user: SessionUser | null; theme: Theme }) {
  const t = useTranslations();
  const pathname = usePathname();
  return (
    <header>
      <p className="bg-banner px-4 py-1 text-center text-xs leading-4 font-medium text-banner-ink">
        {t("app.demonstration")}
      </p>
      {pathname === "/stage/audience" ? null : (
        <div className="flex h-12 items-center gap-6 border-b border-line bg-surface px-4 print:hidden">
          <Link
            href="/"
            prefetch={false}
            aria-label={`${t("app.name")}: ${t("nav.home")}`}
            className="rounded-sm"
          >
            <Wordmark />
          </Link>
          <nav aria-label={t("nav.label")} className="hidden h-full md:block">
            <ul className="flex h-full">
              {areas.map((area) => {
                const here = pathname.startsWith(area.href);
                return (
                  <li key={area.href} className="h-full">
                    <Link
                      href={area.href}
                      prefetch={false}
                      aria-current={here ? "page" : undefined}
                      className="flex h-full items-center border-b-2 border-transparent px-3 font-medium text-ink-soft hover:text-ink focus-visible:-outline-offset-4 aria-[current]:border-accent aria-[current]:text-ink"
                    >
                      {t(`nav.${area.key}`)}
                    </Link>
                  </li>
                );
              })}
            </ul>
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <AccountMenu user={user} theme={theme} />
          </div>
        </div>
      )}
    </header>
  );
}
