import Link from "next/link";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { areas } from "@/lib/ui/shell/areas.ts";
import { StartFacts } from "./start-facts.tsx";

export default async function StartPage() {
  const t = await serverTranslator();
  return (
    <div className="mx-auto grid w-full max-w-5xl flex-1 content-start gap-10 px-4 py-10 sm:px-8 sm:py-16">
      <div className="grid max-w-3xl gap-4">
        <h1 className="text-2xl leading-tight font-semibold tracking-tight sm:text-3xl">
          {t("start.title")}
        </h1>
        <p className="max-w-2xl text-lg text-ink-soft">{t("start.lead")}</p>
      </div>
      <nav aria-label={t("start.doors")}>
        <ul className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2 lg:grid-cols-4">
          {areas.map((area) => (
            <li key={area.href} className="flex">
              <Link
                href={area.href}
                prefetch={false}
                className="group grid w-full content-between gap-6 bg-surface p-6 hover:bg-accent-wash focus-visible:-outline-offset-2"
              >
                <span className="grid gap-2">
                  <Icon name={area.icon} className="size-6 text-accent" />
                  <span className="text-xl font-semibold tracking-tight">{t(`nav.${area.key}`)}</span>
                  <span className="text-ink-soft">{t(`start.${area.key}`)}</span>
                </span>
                <span className="inline-flex items-center gap-2 font-medium text-accent">
                  {t("start.enter")}
                  <Icon
                    name="arrowRight"
                    className="transition-transform duration-(--calm) group-hover:translate-x-1"
                  />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <section className="grid gap-1 border-t border-line pt-4 text-sm text-ink-soft sm:grid-cols-[10rem_1fr]">
        <h2 className="font-semibold text-ink">{t("start.honest")}</h2>
        <p className="max-w-prose">{t("start.honestText")}</p>
        <StartFacts />
      </section>
    </div>
  );
}
