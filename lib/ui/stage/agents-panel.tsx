"use client";

import { AgentsBoard } from "./agents-board.tsx";
import { useAgents } from "./use-agents.ts";

/** The agents of this deployment, live. */
export function AgentsPanel() {
  return <AgentsBoard {...useAgents()} />;
}
