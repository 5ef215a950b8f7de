"use client";

import { useMemo } from "react";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useDeviceCommand } from "@/lib/ui/operations/use-device-command.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { type DeviceCommand, PeoplePage } from "./people-page.tsx";

/** Officers sign with the device of this browser; everybody else only reads and needs no device for it. */
export function LivePeople({ user, mayCommand }: { user: SessionUser; mayCommand: boolean }) {
  const { client } = useOperationsStore();
  const { api } = useEngine(
    mayCommand ? { user: { id: user.id, name: user.name, site: user.site }, profile: "default" } : null,
  );
  const send = useDeviceCommand(api, client);
  const command = useMemo<DeviceCommand | null>(
    () =>
      send
        ? (kind, { device, keys }) => send(kind, kind === "device.approve" ? { device, keys } : { device })
        : null,
    [send],
  );
  return <PeoplePage mayCommand={mayCommand} ownSite={user.site} command={command} />;
}
