"use client";

import { useEffect, useState } from "react";
import { MessagesScreen } from "@/app/messages/messages-screen.tsx";
import type { EngineState, MessengerApi } from "@/lib/messenger/messenger-api.ts";
import { SiteDirectoryProvider } from "@/lib/ui/network/site-directory.ts";
import { createFakeMessenger } from "../fixtures/fake-messenger.ts";

const states: Readonly<Record<string, EngineState>> = {
  starting: { phase: "starting" },
  enrolling: { phase: "enrolling" },
  connecting: { phase: "connecting" },
  offline: { phase: "offline" },
  "other-user": { phase: "other-user", holder: "Duty officer, Central bank, Lisbon" },
  "approval-needed": { phase: "approval-needed", device: "5f".repeat(16) },
  "signed-out": { phase: "signed-out" },
  failed: {
    phase: "failed",
    code: "store.unreadable",
    message: "This device's store cannot be read.",
    nextStep: "Erase this device and sign in again; other devices are not affected.",
  },
};

/** The messages screen over sample data, in the state that the address names. */
export function SampleMessages({ phase, many }: { phase: string; many: boolean }) {
  const [api, setApi] = useState<MessengerApi | null>(null);
  useEffect(() => {
    setApi(
      createFakeMessenger({
        now: Date.now(),
        state: states[phase] ?? { phase: "ready" },
        ...(many ? { messages: 10_000 } : {}),
      }),
    );
  }, [phase, many]);
  if (!api) return null;
  return (
    <SiteDirectoryProvider network="nine">
      <MessagesScreen
        api={api}
        user={{ id: "02".repeat(16), name: "Duty officer, Ministry of Foreign Affairs, Lisbon" }}
        onRestart={() => undefined}
      />
    </SiteDirectoryProvider>
  );
}
