"use client";

import { useState } from "react";
import { lazily } from "../lazily.tsx";
import { AccountButton, type AccountMenuProps } from "./account-button.tsx";

const Opened = lazily<AccountMenuProps>(
  () => import("./account-menu-opened.tsx").then((part) => part.AccountMenuOpened),
  ({ user }) => <AccountButton user={user} aria-haspopup="menu" aria-expanded={false} aria-busy />,
);

/** Language, appearance, who is signed in; on narrow screens the areas too. Fetched when it is first opened. */
export function AccountMenu({ user, theme }: AccountMenuProps) {
  const [wanted, setWanted] = useState(false);
  if (wanted) return <Opened user={user} theme={theme} />;
  return (
    <AccountButton
      user={user}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setWanted(true)}
      onKeyDown={(event) => {
        if (event.key === "ArrowDown") setWanted(true);
      }}
    />
  );
}
