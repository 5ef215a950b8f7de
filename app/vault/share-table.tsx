"use client";

import { useTranslations } from "next-intl";
import type { AnswerState, ShareState, VaultRecord } from "@/lib/scenarios/vault/vault-record.ts";
import { Badge, type Tone } from "@/lib/ui/badge.tsx";
import type { IconName } from "@/lib/ui/icon.tsx";
import { useProblemText } from "@/lib/ui/problem-text.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

const shareLook: Readonly<Record<ShareState, readonly [Tone, IconName]>> = {
  sent: ["idle", "hourglass"],
  stored: ["ok", "check"],
  refused: ["alarm", "failed"],
  erasing: ["warn", "hourglass"],
  kept: ["alarm", "failed"],
  erased: ["idle", "minus"],
};

const answerLook: Readonly<Record<AnswerState, readonly [Tone, IconName]>> = {
  waiting: ["idle", "hourglass"],
  asked: ["idle", "send"],
  returned: ["ok", "checkDouble"],
  refused: ["alarm", "failed"],
  bad: ["alarm", "alarm"],
};

/** Every share of the current generation: who keeps it, and what became of it. */
export function ShareTable({ record }: { record: VaultRecord }) {
  const t = useTranslations("vault");
  const postName = usePostName();
  const tell = useProblemText();
  const reason = (code: string | null) =>
    code === null ? null : (
      <span className="block text-sm text-ink-soft">{tell({ code, reason: code }).reason}</span>
    );
  return (
    <table className="w-full text-left">
      <caption className="sr-only">{t("shares")}</caption>
      <thead className="text-sm text-ink-soft">
        <tr>
          <th scope="col" className="py-1 pr-4 font-medium">
            {t("site")}
          </th>
          <th scope="col" className="py-1 font-medium">
            {t("state")}
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line border-t border-line">
        {record.current.shares.map(({ index, custodian, state, code }) => {
          const answer = record.restore?.answers.find((one) => one.index === index);
          return (
            <tr key={index} data-share={state} data-answer={answer?.state ?? ""}>
              <th scope="row" className="py-1.5 pr-4 font-normal">
                {postName(custodian.name).place}
              </th>
              <td className="py-1.5">
                <span className="flex flex-wrap gap-x-4 gap-y-1">
                  <Badge tone={shareLook[state][0]} icon={shareLook[state][1]}>
                    {t(`shareState.${state}`)}
                  </Badge>
                  {answer ? (
                    <Badge tone={answerLook[answer.state][0]} icon={answerLook[answer.state][1]}>
                      {t(`answerState.${answer.state}`)}
                    </Badge>
                  ) : null}
                </span>
                {reason(code ?? answer?.code ?? null)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
