"use client";

import { createContext, useContext } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";

const Here = createContext<MessengerApi | null>(null);

/** Gives the rows of a thread the messenger that they are of. */
export const MessengerProvider = Here.Provider;

/** null outside a thread: what would ask the messenger is then left out. */
export function useMessenger(): MessengerApi | null {
  return useContext(Here);
}
