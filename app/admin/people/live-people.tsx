"use client";

import { useEffect, useMemo, useState } from "react";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { type DeviceCommand, PeoplePage } from "./people-page.tsx";

/** Officers sign with the device of this browser; everybody else only reads and needs no device for it. */
export function LivePeople({ user, mayCommand }: { user: SessionUser; mayCommand: boolean }) {
  const { client } = useOperationsStore();
  const { api } = useEngine(
    mayCommand ? { user: { id: user.id, name: user.name, site: user.site }, profile: "default" } : null,
  );
  const [certified, setCertified] = useState(false);
  useEffect(() => {
    setCertified(false);
    if (!api) return;
    let gone = false;
    const look = () =>
      void api.self().then(
        (self) => gone || setCertified(self !== null),
        () => undefined,
      );
    look();
    const unsubscribe = api.subscribe((event) => {
      if (event.type === "state") look();
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [api]);
  const command = useMemo<DeviceCommand | null>(
    () =>
      api && certified
        ? async (kind, device) => client.command(await api.signCommand(kind, { device }))
        : null,
    [api, certified, client],
  );
  return <PeoplePage mayCommand={mayCommand} ownSite={user.site} command={command} />;
}
