"use client";

import { useTranslations } from "next-intl";
import { Tabs } from "radix-ui";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { Balances } from "./balances.tsx";
import { Chains } from "./chains.tsx";
import { Entries } from "./entries.tsx";
import { Keys } from "./keys.tsx";

const tabs = ["balances", "chains", "entries", "keys"] as const;

export function LedgerPage({ keyHref }: { keyHref?: (keyId: string) => string }) {
  const t = useTranslations();
  return (
    <>
      <PageHeading title={t("admin.pages.ledger")} question={t("admin.questions.ledger")} />
      <OperationsGate>
        {({ topology }) => (
          <Tabs.Root defaultValue="balances" className="flex min-h-0 flex-1 flex-col">
            <Tabs.List aria-label={t("admin.pages.ledger")} className="flex gap-1 border-b border-line px-3">
              {tabs.map((tab) => (
                <Tabs.Trigger
                  key={tab}
                  value={tab}
                  className="min-h-9 border-b-2 border-transparent px-3 font-medium text-ink-soft hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-ink"
                >
                  {t(`ledger.tabs.${tab}`)}
                </Tabs.Trigger>
              ))}
            </Tabs.List>
            <Tabs.Content value="balances" tabIndex={-1}>
              <Balances topology={topology} />
            </Tabs.Content>
            <Tabs.Content value="chains" tabIndex={-1}>
              <Chains topology={topology} />
            </Tabs.Content>
            <Tabs.Content value="entries" tabIndex={-1}>
              <Entries topology={topology} />
            </Tabs.Content>
            <Tabs.Content value="keys" tabIndex={-1}>
              <Keys topology={topology} keyHref={keyHref ?? ((keyId) => `/admin/ledger/keys/${keyId}`)} />
            </Tabs.Content>
          </Tabs.Root>
        )}
      </OperationsGate>
    </>
  );
}
