"use client";

import { useMemo } from "react";
import { useEngine } from "@/lib/ui/messenger/use-engine.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useDeviceCommand } from "@/lib/ui/operations/use-device-command.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { SpacePage } from "./space-page.tsx";

/** Who may set the satellites' clock signs with the device of this browser; everybody else only reads. */
export function LiveSpace({ user, mayCommand }: { user: SessionUser; mayCommand: boolean }) {
  const { client } = useOperationsStore();
  const { api } = useEngine(
    mayCommand ? { user: { id: user.id, name: user.name, site: user.site }, profile: "default" } : null,
  );
  const send = useDeviceCommand(api, client);
  const setRate = useMemo(() => (send ? (rate: number) => send("space.clock", { rate }) : null), [send]);
  return <SpacePage setRate={setRate} />;
}
