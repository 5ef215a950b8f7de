"use client";

import { useTranslations } from "next-intl";
import { Button } from "../button.tsx";
import { Empty } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import type { OperationsProblem } from "./operations-client.ts";

/** A read that failed, with nothing older to show. */
export function ReadProblem({ problem, onRetry }: { problem: OperationsProblem; onRetry: () => void }) {
  const t = useTranslations();
  const errorText = useErrorText();
  const forbidden = problem.kind === "forbidden" || problem.kind === "signed-out";
  return (
    <Empty
      icon={forbidden ? "shield" : "server"}
      title={forbidden ? t("errors.forbidden") : t("errors.gateway")}
      actions={
        <Button icon="refresh" onClick={onRetry}>
          {t("common.retry")}
        </Button>
      }
    >
      <p>{problem.kind === "unreachable" ? t("errors.gatewayText") : errorText(problem)}</p>
      <p className="font-mono text-xs">{t("errors.code", { code: problem.code })}</p>
    </Empty>
  );
}
