"use client";

import { useMemo } from "react";
import type { DeviceView } from "@/lib/keys/api-types.ts";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useDeviceCommand } from "@/lib/ui/operations/use-device-command.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { type DeviceCommand, PeoplePage } from "./people-page.tsx";
import { roleCarrier } from "./role-carrier.ts";

interface LivePeopleProps {
  readonly user: SessionUser;
  readonly mayCommand: boolean;
  readonly mayAssign: boolean;
}

/** Officers and administrators sign with the device of this browser; everybody else only reads. */
export function LivePeople({ user, mayCommand, mayAssign }: LivePeopleProps) {
  const { client } = useOperationsStore();
  const { api } = useEngine(
    mayCommand || mayAssign
      ? { user: { id: user.id, name: user.name, site: user.site }, profile: "default" }
      : null,
  );
  const send = useDeviceCommand(api, client);
  const sendRoles = useDeviceCommand(api, roleCarrier);
  const command = useMemo<DeviceCommand | null>(
    () =>
      send
        ? (kind, { device, keys }: DeviceView) =>
            send(kind, kind === "device.approve" ? { device, keys } : { device })
        : null,
    [send],
  );
  return (
    <PeoplePage
      mayCommand={mayCommand}
      ownSite={user.site}
      ownUser={user.id}
      command={command}
      mayAssign={mayAssign}
      assign={
        sendRoles
          ? (device, roles) => sendRoles("role.set", { site: device.site, user: device.user, roles })
          : null
      }
    />
  );
}
