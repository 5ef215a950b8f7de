"use client";

import { type ReactNode, useEffect, useState } from "react";
import { AdminFrame } from "@/app/admin/admin-frame.tsx";
import { AlarmsPage } from "@/app/admin/alarms/alarms-page.tsx";
import { ConsumptionPage } from "@/app/admin/consumption/consumption-page.tsx";
import { HealthPage } from "@/app/admin/health-page.tsx";
import { KmesPage } from "@/app/admin/kmes/kmes-page.tsx";
import { KeyLifePage } from "@/app/admin/ledger/keys/[keyId]/key-life-page.tsx";
import { LedgerPage } from "@/app/admin/ledger/ledger-page.tsx";
import { PeoplePage } from "@/app/admin/people/people-page.tsx";
import { PoliciesPage } from "@/app/admin/policies/policies-page.tsx";
import { ServicePage } from "@/app/admin/service/service-page.tsx";
import { SpacePage } from "@/app/admin/space/space-page.tsx";
import type { OperationsClient } from "@/lib/ui/operations/operations-client.ts";
import { OperationsProvider } from "@/lib/ui/operations/operations-provider.tsx";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { createFakeOperations } from "../fixtures/fake-network.ts";

const reader: SessionUser = {
  id: "00000000000000000000000000000001",
  name: "Auditor",
  handle: "auditor",
  site: "pt-lis-mne",
  roles: ["user", "auditor"],
};

const pages: Readonly<Record<string, ReactNode>> = {
  health: <HealthPage />,
  space: <SpacePage setRate={async () => undefined} />,
  consumption: <ConsumptionPage />,
  ledger: <LedgerPage keyHref={() => "/design/admin?page=key"} />,
  key: <KeyLifePage keyId="3f2a9c10-77be-4d0e-9a31-5c66e2b81f04" />,
  kmes: <KmesPage />,
  people: (
    <PeoplePage
      mayCommand
      ownSite="pt-lis-emgfa"
      ownUser={reader.id}
      mayAssign
      assign={async () => undefined}
      command={async () => undefined}
    />
  ),
  alarms: <AlarmsPage user={reader} mayCommand={false} />,
  policies: <PoliciesPage user={reader} mayCommand={false} />,
  service: <ServicePage />,
};

/** The administration's pages over sample data; `all27`: of the 27 states, with news of every link each second. */
export function SampleAdmin({ page, all27 = false }: { page: string; all27?: boolean }) {
  const [client, setClient] = useState<OperationsClient | null>(null);
  useEffect(() => {
    if (all27) void createFake27().then(setClient);
    else setClient(createFakeOperations(Date.now()));
  }, [all27]);
  if (!client) return null;
  return (
    <OperationsProvider client={client}>
      <AdminFrame base="/design/admin">{pages[page] ?? pages.health}</AdminFrame>
    </OperationsProvider>
  );
}

async function createFake27(): Promise<OperationsClient> {
  const { default: plan } = await import("@/lib/network/data/network-eu27.json");
  return createFakeOperations(Date.now(), { name: "eu27", plan, turns: 1 });
}
