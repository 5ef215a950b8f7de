"use client";

import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { type SendCommand, useDeviceCommand } from "@/lib/ui/operations/use-device-command.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";

/** Commands signed by the device of this browser; null while it is prepared. Who only reads needs no device. */
export function useOwnCommand(user: SessionUser, mayCommand: boolean): SendCommand | null {
  const { client } = useOperationsStore();
  const { api } = useEngine(
    mayCommand ? { user: { id: user.id, name: user.name, site: user.site }, profile: "default" } : null,
  );
  return useDeviceCommand(api, client);
}
