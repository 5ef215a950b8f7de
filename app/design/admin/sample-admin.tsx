"use client";

import { useEffect, useState } from "react";
import { AdminFrame } from "@/app/admin/admin-frame.tsx";
import { HealthPage } from "@/app/admin/health-page.tsx";
import type { OperationsClient } from "@/lib/ui/operations/operations-client.ts";
import { OperationsProvider } from "@/lib/ui/operations/operations-provider.tsx";
import { createFakeOperations } from "../fixtures/fake-network.ts";

/** The administration's pages over sample data. */
export function SampleAdmin({ page }: { page: string }) {
  const [client, setClient] = useState<OperationsClient | null>(null);
  useEffect(() => setClient(createFakeOperations(Date.now())), []);
  if (!client) return null;
  return (
    <OperationsProvider client={client}>
      <AdminFrame base="/design/admin">{page === "health" ? <HealthPage /> : null}</AdminFrame>
    </OperationsProvider>
  );
}
