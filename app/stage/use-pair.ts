"use client";

import { useEffect, useRef } from "react";
import type { PairView } from "@/lib/keys/api-types.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";

/** The route a key between two sites would take now; asked again whenever a link changes its state. */
export function usePair(a: string, b: string): PairView | null {
  const store = useOperationsStore();
  const { value, reload } = useOperationsRead<PairView>("/ops/pair", { a, b }, 4000);
  const conditions = useRef("");
  useEffect(
    () =>
      store.watch(() => {
        const now = [...store.state().links.values()].map((link) => `${link.id}${link.condition}`).join();
        if (now === conditions.current) return;
        conditions.current = now;
        reload();
      }),
    [store, reload],
  );
  return value ?? null;
}
