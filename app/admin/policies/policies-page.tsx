"use client";

import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import type { PoliciesView, TrialView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Notice, Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import type { SessionUser } from "@/lib/ui/session-user.ts";
import { CommandConfirmation } from "../command-confirmation.tsx";
import { useOwnCommand } from "../use-own-command.ts";
import { LevelRules } from "./level-rules.tsx";
import { commandsOf, draftOf, isConsistent, type PolicyDraft, quotaName, ruleText } from "./policy-draft.ts";
import { Quotas } from "./quotas.tsx";
import { Trial } from "./trial.tsx";

export function PoliciesPage({ user, mayCommand }: { user: SessionUser; mayCommand: boolean }) {
  const t = useTranslations();
  const { value, problem, reload } = useOperationsRead<PoliciesView>("/ops/policies", {}, 5000);
  return (
    <>
      <PageHeading title={t("admin.pages.policies")} question={t("admin.questions.policies")}>
        {value ? (
          <ExportButtons
            name="policies"
            value={value}
            rows={() => [
              ["rule", "value"],
              ...value.levels.rules.map((rule, level) => [`level ${level}`, ruleText(rule)]),
              ...value.quotas.map((quota) => [`quota ${quotaName(quota)}`, quota.bytesPerHour]),
            ]}
          />
        ) : null}
      </PageHeading>
      {problem && !value ? (
        <ReadProblem problem={problem} onRetry={reload} />
      ) : value ? (
        <Policies user={user} mayCommand={mayCommand} view={value} reload={reload} />
      ) : (
        <Waiting>{t("common.loading")}</Waiting>
      )}
    </>
  );
}

interface PoliciesProps {
  readonly user: SessionUser;
  readonly mayCommand: boolean;
  readonly view: PoliciesView;
  readonly reload: () => void;
}

function Policies({ user, mayCommand, view, reload }: PoliciesProps) {
  const t = useTranslations();
  const send = useOwnCommand(user, mayCommand);
  const [changed, setChanged] = useState<PolicyDraft | null>(null);
  const [confirming, setConfirming] = useState(false);
  const [done, setDone] = useState(false);
  const draft = changed ?? draftOf(view);
  const commands = changed ? commandsOf(view, changed) : [];
  const consistent = isConsistent(draft);
  const { trial, trying, failed, tryNow } = useTrial(draft);
  const change = mayCommand
    ? (part: Partial<PolicyDraft>) => {
        setDone(false);
        setChanged({ ...draft, ...part });
      }
    : null;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-8 px-4 pb-10">
      <div className="grid gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <Button icon="clock" busy={trying} disabled={!consistent} onClick={() => void tryNow()}>
            {trying ? t("policies.trying") : t("policies.try")}
          </Button>
          {mayCommand ? (
            <>
              <Button
                tone="primary"
                icon="pencil"
                disabled={commands.length === 0 || !consistent || send === null}
                onClick={() => setConfirming(true)}
              >
                {t("policies.save")}
              </Button>
              {commands.length > 0 ? (
                <Button tone="quiet" onClick={() => setChanged(null)}>
                  {t("policies.discard")}
                </Button>
              ) : null}
            </>
          ) : null}
        </div>
        {mayCommand ? null : <p className="text-sm text-ink-soft">{t("admin.readOnly")}</p>}
        {mayCommand && send === null ? (
          <p className="text-sm text-ink-soft">{t("admin.needsDevice")}</p>
        ) : null}
        {consistent ? null : <Notice tone="alarm" icon="failed" urgent title={t("policies.wrong")} />}
        {commands.length > 0 ? <Notice tone="warn" icon="pencil" title={t("policies.unsaved")} /> : null}
        {done ? <Notice tone="ok" icon="check" title={t("admin.signed")} /> : null}
        {failed ? <Notice tone="alarm" icon="failed" urgent title={failed} /> : null}
      </div>
      {trial ? <Trial trial={trial} /> : null}
      <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <h2 className="text-base font-semibold">{t("policies.levels")}</h2>
        <p className="max-w-prose text-sm text-ink-soft">
          {t("policies.levelsLead")} <Changed at={view.levels.changedAt} by={view.levels.changedBy} />
        </p>
        <LevelRules rules={draft.rules} onChange={change ? (rules) => change({ rules }) : null} />
      </section>
      <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <h2 className="text-base font-semibold">{t("policies.quotas")}</h2>
        <p className="max-w-prose text-sm text-ink-soft">
          {t("policies.quotasLead")} <Changed at={view.quotasChangedAt} by={view.quotasChangedBy} />
        </p>
        <Quotas
          quotas={draft.quotas}
          used={view.used}
          onChange={change ? (quotas) => change({ quotas }) : null}
        />
      </section>
      {confirming && send ? (
        <CommandConfirmation
          title={t("policies.confirmTitle")}
          lead={t("policies.confirmText", { count: commands.length })}
          action={t("policies.save")}
          command={async () => {
            for (const { kind, args } of commands) await send(kind, args);
          }}
          onClose={(succeeded) => {
            setConfirming(false);
            setDone(succeeded);
            if (succeeded) setChanged(null);
            reload();
          }}
        />
      ) : null}
    </div>
  );
}

function Changed({ at, by }: { at: number | null; by: string | null }) {
  const t = useTranslations("policies");
  const quantity = useQuantity();
  return <>{at === null ? t("never") : t("changed", { time: quantity.moment(at), name: by ?? "" })}</>;
}

/** Plays the last day under the draft's rules when asked to. */
function useTrial(draft: PolicyDraft) {
  const { client } = useOperationsStore();
  const errorText = useErrorText();
  const [trial, setTrial] = useState<TrialView | null>(null);
  const [trying, setTrying] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const tryNow = useCallback(async () => {
    setTrying(true);
    setFailed(null);
    try {
      setTrial(
        await client.read<TrialView>("/ops/policies/trial", {
          level: draft.rules.map(ruleText),
          quota: draft.quotas.map((quota) => `${quotaName(quota)} ${quota.bytesPerHour}`),
        }),
      );
    } catch (error) {
      setFailed(errorText(error));
    } finally {
      setTrying(false);
    }
  }, [client, draft, errorText]);
  return { trial, trying, failed, tryNow };
}
