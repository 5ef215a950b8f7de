"use client";

import { useTranslations } from "next-intl";
import type { ComponentProps } from "react";
import { buttonClass } from "../button.tsx";
import { Icon } from "../icon.tsx";
import type { SessionUser } from "../session-user.ts";
import type { Theme } from "./theme.ts";

export interface AccountMenuProps {
  readonly user: SessionUser | null;
  readonly theme: Theme;
}

/** Who is signed in, as the button that opens the menu. */
export function AccountButton({ user, ...rest }: { user: SessionUser | null } & ComponentProps<"button">) {
  const t = useTranslations("nav");
  return (
    <button type="button" data-account="" {...rest} className={`${buttonClass("quiet", "small")} max-w-64`}>
      <Icon name={user ? "user" : "menu"} />
      <span className="hidden truncate sm:inline">{user ? user.name : t("menu")}</span>
      <span className="sr-only sm:hidden">{user ? user.name : t("menu")}</span>
      <Icon name="chevronDown" className="size-3" />
    </button>
  );
}
