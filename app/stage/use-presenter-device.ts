"use client";

import { useEffect, useMemo, useState } from "react";
import type { MessengerApi } from "@/lib/messenger/messenger-api.ts";
import type { OperationsClient } from "@/lib/ui/operations/operations-client.ts";
import type { SendCommand } from "./stage-controls.tsx";

/** How commands are given: signed by the presenter's own device, brought to the key world. null until it stands. */
export function usePresenterDevice(api: MessengerApi | null, client: OperationsClient): SendCommand | null {
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
  return useMemo(
    () => (api && certified ? async (kind, args) => client.command(await api.signCommand(kind, args)) : null),
    [api, certified, client],
  );
}
