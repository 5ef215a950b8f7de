"use client";

import { useEffect, useMemo, useState } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";
import type { commandKinds } from "../../protocol/command.ts";
import type { OperationsClient } from "./operations-client.ts";

export type SendCommand = (
  kind: (typeof commandKinds)[number],
  args: Readonly<Record<string, string | number | boolean>>,
) => Promise<void>;

/** How commands are given: signed by this browser's own device, brought to the key world. null until it stands. */
export function useDeviceCommand(
  api: MessengerApi | null,
  client: Pick<OperationsClient, "command">,
): SendCommand | null {
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
