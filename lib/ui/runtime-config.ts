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

const rememberedAs = "vernam-runtime-config";

/**
 * Asked once per page; a failure is asked again by the next caller. Without a network the last answer stands in: a page
 * that starts offline must know its gateway when the network is back.
 */
export function loadRuntimeConfig(): Promise<RuntimeConfig> {
  asked ??= fetch("/api/runtime-config", { cache: "no-store" }).then(
    async (answer) => {
      if (!answer.ok) throw new Error(`runtime-config answered ${answer.status}`);
      const config = (await answer.json()) as RuntimeConfig;
      localStorage.setItem(rememberedAs, JSON.stringify(config));
      return config;
    },
    (offline: unknown) => {
      const remembered = localStorage.getItem(rememberedAs);
      if (remembered === null) throw offline;
      return JSON.parse(remembered) as RuntimeConfig;
    },
  );
  asked.catch(() => {
    asked = undefined;
  });
  return asked;
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
