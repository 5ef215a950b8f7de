"use client";

import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useState } from "react";
import { isLocale, locales, needsReview } from "../i18n/locales.ts";
import { Icon, type IconName } from "../icon.tsx";
import { useTour } from "../tour/use-tour.ts";
import { AccountButton, type AccountMenuProps } from "./account-button.tsx";
import { areas } from "./areas.ts";
import { chooseTheme, rememberLocale } from "./preferences.ts";
import { isTheme, type Theme, themes } from "./theme.ts";

async function leave(): Promise<void> {
  const { signOut } = await import("next-auth/react");
  await signOut({ callbackUrl: "/" });
}

const themeIcons: Readonly<Record<Theme, IconName>> = { system: "system", light: "sun", dark: "moon" };

const item =
  "flex min-h-9 w-full cursor-pointer items-center gap-2.5 rounded-sm px-3 text-base outline-none data-[highlighted]:bg-accent-wash data-[highlighted]:text-ink";

/** The menu from its first opening on. */
export function AccountMenuOpened({ user, theme }: AccountMenuProps) {
  const t = useTranslations("nav");
  const locale = useLocale().slice(0, 2);
  const router = useRouter();
  const pathname = usePathname();
  const [chosen, setChosen] = useState(theme);
  const tour = useTour();

  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>
        <AccountButton user={user} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 w-64 rounded-lg border border-line bg-surface p-1.5 text-ink shadow-over"
        >
          {user ? (
            <div className="border-b border-line px-3 pt-1.5 pb-2.5">
              <p className="label">{t("signedInAs")}</p>
              <p className="font-medium">{user.name}</p>
              <p className="text-sm text-ink-soft">
                {user.roles.map((role) => t(`role.${role}`)).join(", ")}
              </p>
            </div>
          ) : null}
          <div className="border-b border-line py-1.5 md:hidden">
            {areas.map((area) => (
              <DropdownMenu.Item key={area.href} asChild>
                <Link
                  href={area.href}
                  className={item}
                  aria-current={pathname.startsWith(area.href) ? "page" : undefined}
                >
                  <Icon name={area.icon} />
                  {t(area.key)}
                </Link>
              </DropdownMenu.Item>
            ))}
          </div>
          <Choice
            label={t("language")}
            value={locale}
            onChange={(value) => {
              if (!isLocale(value)) return;
              rememberLocale(value);
              router.refresh();
            }}
          >
            {locales.map((value) => (
              <Option key={value} value={value} icon="globe">
                <span lang={value}>{t(`languageName.${value}`)}</span>
                {needsReview(value) ? (
                  <span className="text-xs text-ink-soft">{t("languageReview")}</span>
                ) : null}
              </Option>
            ))}
          </Choice>
          <Choice
            label={t("theme")}
            value={chosen}
            onChange={(value) => {
              if (!isTheme(value)) return;
              chooseTheme(value);
              setChosen(value);
            }}
          >
            {themes.map((value) => (
              <Option key={value} value={value} icon={themeIcons[value]}>
                {t(`themeName.${value}`)}
              </Option>
            ))}
          </Choice>
          {tour ? (
            <DropdownMenu.Item className={item} onSelect={() => setTimeout(tour, 0)} data-tour-start="">
              <Icon name="map" />
              {t("tour")}
            </DropdownMenu.Item>
          ) : null}
          {user ? (
            <DropdownMenu.Item className={item} onSelect={() => void leave()}>
              <Icon name="arrowRight" />
              {t("signOut")}
            </DropdownMenu.Item>
          ) : (
            <DropdownMenu.Item asChild>
              <Link href="/sign-in" className={item}>
                <Icon name="user" />
                {t("signIn")}
              </Link>
            </DropdownMenu.Item>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Choice(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.RadioGroup
      value={props.value}
      onValueChange={props.onChange}
      className="mb-1.5 border-b border-line py-1.5"
    >
      <DropdownMenu.Label className="label px-3 py-1">{props.label}</DropdownMenu.Label>
      {props.children}
    </DropdownMenu.RadioGroup>
  );
}

function Option(props: { value: string; icon: IconName; children: ReactNode }) {
  return (
    <DropdownMenu.RadioItem value={props.value} className={item} onSelect={(event) => event.preventDefault()}>
      <Icon name={props.icon} className="text-ink-soft" />
      {props.children}
      <DropdownMenu.ItemIndicator className="ml-auto text-accent">
        <Icon name="check" />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}
