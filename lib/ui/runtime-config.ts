"use client";

import { useEffect, useState } from "react";

/** GET /api/runtime-config: what the pages must know of this deployment. */
export interface RuntimeConfig {
  readonly gatewayOrigin: string;
  readonly demo: boolean;
  readonly network: string;
  readonly version: string;
  /** The organisation's own sign-in, where one is configured. */
  readonly oidc: { readonly name: string } | null;
}

let asked: Promise<RuntimeConfig> | undefined;

/** Asked once per page; a failure is asked again by the next caller. */
export function loadRuntimeConfig(): Promise<RuntimeConfig> {
  asked ??= fetch("/api/runtime-config", { cache: "no-store" }).then(async (answer) => {
    if (!answer.ok) throw new Error(`runtime-config answered ${answer.status}`);
    return (await answer.json()) as RuntimeConfig;
  });
  asked.catch(() => {
    asked = undefined;
  });
  return asked;
}

/** For pages that came with the answer, also those kept for a start without a network: nobody asks again. */
export function giveRuntimeConfig(config: RuntimeConfig): void {
  if (typeof window !== "undefined") asked = Promise.resolve(config);
}

export function useRuntimeConfig(): RuntimeConfig | null {
  const [config, setConfig] = useState<RuntimeConfig | null>(null);
  useEffect(() => {
    let gone = false;
    loadRuntimeConfig().then(
      (loaded) => gone || setConfig(loaded),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return config;
}
