"use client";

import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { createLiveOperations } from "./live-operations.ts";
import type { OperationsClient } from "./operations-client.ts";
import { type OperationsState, OperationsStore } from "./operations-store.ts";

const Operations = createContext<OperationsStore | null>(null);

/** Follows the network for everything below; `client` is given by the component page, which has sample data. */
export function OperationsProvider({ client, children }: { client?: OperationsClient; children: ReactNode }) {
  const [store] = useState(() => new OperationsStore(client ?? createLiveOperations()));
  useEffect(() => {
    const leaving = new AbortController();
    store.start(leaving.signal);
    return () => leaving.abort();
  }, [store]);
  return <Operations.Provider value={store}>{children}</Operations.Provider>;
}

export function useOperationsStore(): OperationsStore {
  const store = useContext(Operations);
  if (store === null) throw new Error("no OperationsProvider above this component");
  return store;
}

export function useOperations(): OperationsState {
  const store = useOperationsStore();
  return useSyncExternalStore(store.watch, store.state, store.state);
}
