"use client";

import { useLocale, useTranslations } from "next-intl";
import { useCallback } from "react";
import { preciseInEnglish, problemTextOf } from "./problem-codes.ts";

/** A problem as every zone tells it: a stable code, English for logs, perhaps a step that helps. */
export interface CodedProblem {
  readonly code: string;
  readonly reason: string;
  readonly nextStep?: string | undefined;
}

export interface ToldProblem {
  readonly reason: string;
  /** null where nothing helps, or nothing has to be done. */
  readonly nextStep: string | null;
}

/** Says a problem in the reader's language by its code; a code without text is told in the English it came with. */
export function useProblemText(): (problem: CodedProblem) => ToldProblem {
  const t = useTranslations("problem");
  const english = useLocale().startsWith("en");
  return useCallback(
    ({ code, reason, nextStep }: CodedProblem) => {
      const text = problemTextOf(code);
      if (text === null) return { reason: sentence(reason), nextStep: nextStep || null };
      const [what, step] = text;
      return {
        reason: english && preciseInEnglish.has(code) && reason !== "" ? sentence(reason) : t(what),
        nextStep: step === "none" ? null : t(`step.${step}`),
      };
    },
    [t, english],
  );
}

/** The same for anything that was thrown: its code when it has one, else that something unexpected happened. */
export function useErrorText(): (error: unknown) => string {
  const tell = useProblemText();
  const t = useTranslations("problem");
  return useCallback(
    (error: unknown) => {
      const { reason, nextStep } = tell(problemOfError(error));
      return nextStep === null ? reason : t("next", { reason, step: nextStep });
    },
    [tell, t],
  );
}

function problemOfError(error: unknown): CodedProblem {
  const { code, message, nextStep } = (error ?? {}) as Record<string, unknown>;
  return {
    code: typeof code === "string" ? code : "",
    reason: typeof message === "string" ? message : String(error),
    nextStep: typeof nextStep === "string" ? nextStep : undefined,
  };
}

/** Texts of errors begin small and end without a stop; on a screen they are sentences. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
