"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { RestoredDocument } from "@/lib/scenarios/vault/collect-shares.ts";
import { mayRestore, type Vault } from "@/lib/scenarios/vault/vault.ts";
import type { RestoreRecord, VaultRecord } from "@/lib/scenarios/vault/vault-record.ts";
import { Button } from "@/lib/ui/button.tsx";
import { useDeed } from "@/lib/ui/messenger/use-deed.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";
import { AskDialog } from "./ask-dialog.tsx";
import { DocumentFacts } from "./document-facts.tsx";
import { EraseDialog } from "./erase-dialog.tsx";
import { RestoredDialog } from "./restored-dialog.tsx";
import { ShareTable } from "./share-table.tsx";

type Question = RestoreRecord["purpose"] | "erase" | "forget";

/** One stored document: its shares, what is being asked, and what can be done with it. */
export function DocumentCard({ record, vault }: { record: VaultRecord; vault: Vault }) {
  const t = useTranslations("vault");
  const postName = usePostName();
  const id = useId();
  const [question, setQuestion] = useState<Question | null>(null);
  const [restored, setRestored] = useState<RestoredDocument | null>(null);
  const { busy, failure, run } = useDeed();
  const { current, consenter, restore, former, title } = record;
  const erasing = current.shares.some(
    ({ state }) => state === "erasing" || state === "erased" || state === "kept",
  );
  const bits = current.shares.reduce((sum, share) => sum + share.bits, 0);
  const held = current.shares.filter(({ state }) => state === "stored").length;

  return (
    <article
      aria-labelledby={id}
      data-vault={record.vault}
      className="grid gap-4 rounded-lg border border-line bg-surface p-4 sm:p-6"
    >
      <DocumentFacts id={id} record={record} erasing={erasing} bits={bits} />
      <ShareTable record={record} />
      {former.map(({ generation, shares }) => (
        <p key={generation} className="text-sm text-ink-soft">
          {t("former", { generation, left: shares.filter(({ state }) => state !== "erased").length })}
        </p>
      ))}
      {restore ? (
        <RestoreState record={record} restore={restore} consenter={postName(consenter?.name ?? "").place} />
      ) : null}
      {failure ? (
        <p role="alert" className="text-sm text-alarm">
          {failure}
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        {restore ? (
          <>
            <Button
              tone="primary"
              icon={restore.purpose === "renew" ? "refresh" : "download"}
              busy={busy}
              disabled={!mayRestore(record)}
              onClick={() =>
                void run(async () => {
                  if (restore.purpose === "renew") await vault.renew(record.vault);
                  else setRestored(await vault.restore(record.vault));
                })
              }
            >
              {t(restore.purpose === "renew" ? "renewNow" : "restore")}
            </Button>
            <Button onClick={() => void run(() => vault.giveUp(record.vault))}>{t("giveUp")}</Button>
          </>
        ) : erasing ? (
          <>
            <Button icon="refresh" busy={busy} onClick={() => void run(() => vault.erase(record.vault))}>
              {t("eraseNow")}
            </Button>
            <Button onClick={() => setQuestion("forget")}>{t("forget")}</Button>
          </>
        ) : (
          <>
            <Button
              tone="primary"
              icon="reply"
              disabled={held < current.threshold}
              onClick={() => setQuestion("open")}
            >
              {t("ask")}
            </Button>
            <Button
              icon="refresh"
              disabled={held < current.threshold || former.length > 0}
              onClick={() => setQuestion("renew")}
            >
              {t("renew")}
            </Button>
            <Button tone="danger" onClick={() => setQuestion("erase")}>
              {t("erase")}
            </Button>
          </>
        )}
      </div>
      {question === "open" || question === "renew" ? (
        <AskDialog
          title={t(question === "renew" ? "renewTitle" : "askTitle", { name: title })}
          lead={t(question === "renew" ? "renewLead" : "askLead")}
          price={(reason) => vault.askPrice(record.vault, reason)}
          later={question === "renew" ? bits : null}
          onClose={() => setQuestion(null)}
          onAsk={(reason) => {
            setQuestion(null);
            void run(() => vault.ask(record.vault, reason, question));
          }}
        />
      ) : null}
      {question === "erase" || question === "forget" ? (
        <EraseDialog
          question={question}
          name={title}
          onClose={() => setQuestion(null)}
          onConfirm={() => {
            setQuestion(null);
            void run(() => vault[question](record.vault));
          }}
        />
      ) : null}
      {restored ? <RestoredDialog document={restored} onClose={() => setRestored(null)} /> : null}
    </article>
  );
}

/** How far a restoration is: the consent, and the shares that came back. */
function RestoreState(props: { record: VaultRecord; restore: RestoreRecord; consenter: string }) {
  const t = useTranslations("vault");
  const { answers, consent } = props.restore;
  const count = answers.filter(({ state }) => state === "returned").length;
  return (
    <div role="status" className="grid gap-1">
      {consent ? <p>{t(`consentState.${consent.state}`, { name: props.consenter })}</p> : null}
      <p data-vault-returned={count} className="font-medium">
        {t("cameBack", { count, threshold: props.record.current.threshold })}
      </p>
    </div>
  );
}
