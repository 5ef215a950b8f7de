"use client";

import { useCallback, useEffect, useMemo, useState } from "react";
import { createStageAgents } from "../../scenarios/scenes/stage-agents.ts";
import type { AgentView } from "../../scenarios/scenes/theatre.ts";

const everyMs = 2_000;

/** The agents as they are now, asked again every two seconds while this page is seen; null before the first answer. */
export function useAgents() {
  const desk = useMemo(() => createStageAgents((init) => fetch("/api/stage/agents", init)), []);
  const [agents, setAgents] = useState<readonly AgentView[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  const reload = useCallback(async () => {
    try {
      setAgents(await desk.list());
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
  }, [desk]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const next = async (): Promise<void> => {
      if (!document.hidden) await reload();
      if (!over) timer = setTimeout(() => void next(), everyMs);
    };
    void next();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [reload]);

  return { agents, problem, reload, command: desk.command };
}
