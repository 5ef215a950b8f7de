"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { TopologyView } from "../../keys/api-types.ts";
import { Empty, Notice, Waiting } from "../notice.tsx";
import { useOperations } from "./operations-provider.tsx";

interface Loaded {
  readonly topology: TopologyView;
}

/** Shows `children` once the network is known; until then, and when it does not answer, says so. */
export function OperationsGate({ children }: { children: (loaded: Loaded) => ReactNode }) {
  const t = useTranslations();
  const { topology, problem, phase } = useOperations();
  if (topology === null) {
    if (problem === null) return <Waiting>{t("common.loading")}</Waiting>;
    const forbidden = problem.kind === "forbidden" || problem.kind === "signed-out";
    return (
      <Empty
        icon={forbidden ? "shield" : "server"}
        title={forbidden ? t("errors.forbidden") : t("errors.gateway")}
      >
        <p>{forbidden ? problem.message : t("errors.gatewayText")}</p>
        <p className="font-mono text-xs">{t("errors.code", { code: problem.code })}</p>
      </Empty>
    );
  }
  return (
    <>
      {phase === "closed" ? (
        <Notice tone="warn" icon="alarm" title={t("errors.offline")}>
          {t("errors.offlineText")}
        </Notice>
      ) : null}
      {children({ topology })}
    </>
  );
}
