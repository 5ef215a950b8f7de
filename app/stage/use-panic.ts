"use client";

import { useCallback, useEffect, useState } from "react";
import type { LinkStatus, StageView } from "@/lib/keys/api-types.ts";
import { resetStage } from "@/lib/scenarios/scenes/reset-stage.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import type { Direction } from "./use-director.ts";

export const panicKey = "F8";

/** What was found in another state than the known good one, and is as it should be again. */
export interface PanicReport {
  readonly at: number;
  readonly milliseconds: number;
  readonly attacks: number;
  readonly faults: number;
  readonly suppositions: number;
  readonly skies: number;
  /** Links that are still disturbed afterwards: none, or the reset failed. */
  readonly left: number;
}

interface Panic {
  readonly busy: boolean;
  readonly report: PanicReport | null;
  readonly problem: string | null;
  readonly run: () => void;
  readonly dismiss: () => void;
}

/** Back to a known good state from anywhere: stops scenes and booth, resets links and suppositions, reads them again. */
export function usePanic({ director, theatre }: Direction, leave: () => void): Panic {
  const { client } = useOperationsStore();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [report, setReport] = useState<PanicReport | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const run = useCallback(async () => {
    setBusy(true);
    setProblem(null);
    const began = performance.now();
    try {
      leave();
      const before = await readDisturbed(client);
      void director.stop();
      await resetStage(theatre);
      const after = await readDisturbed(client);
      setReport({
        at: Date.now(),
        milliseconds: Math.round(performance.now() - began),
        attacks: before.attacks,
        faults: before.faults,
        suppositions: before.suppositions,
        skies: before.skies,
        left: after.attacks + after.faults + after.suppositions + after.skies,
      });
    } catch (error) {
      setReport(null);
      setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  }, [client, director, theatre, leave, errorText]);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== panicKey || event.repeat) return;
      event.preventDefault();
      void run();
    };
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [run]);

  return {
    busy,
    report,
    problem,
    run: () => void run(),
    dismiss: () => {
      setReport(null);
      setProblem(null);
    },
  };
}

async function readDisturbed(client: { read<T>(path: string): Promise<T> }) {
  const [links, stage] = await Promise.all([
    client.read<readonly LinkStatus[]>("/ops/links"),
    client.read<StageView>("/ops/stage"),
  ]);
  return {
    attacks: links.filter(({ attack }) => attack.model !== "none").length,
    faults: links.filter(
      ({ cut, faults, authenticated }) =>
        cut || !authenticated || faults.loss > 0 || faults.drift > 0 || faults.detector > 0,
    ).length,
    suppositions: Number(stage.broken.xWing) + Number(stage.broken.qkd) + stage.compromised.length,
    skies: stage.skies.length,
  };
}
