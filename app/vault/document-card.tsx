"use client";

import { useTranslations } from "next-intl";
import { useEffect, useId, useRef, useState } from "react";
import type { RestoredDocument } from "@/lib/scenarios/vault/collect-shares.ts";
import { mayRestore, type Vault } from "@/lib/scenarios/vault/vault.ts";
import type { RestoreRecord, VaultRecord } from "@/lib/scenarios/vault/vault-record.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { Button } from "@/lib/ui/button.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { useDeed } from "@/lib/ui/messenger/use-deed.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";
import { RestoredDialog } from "./restored-dialog.tsx";
import { ShareTable } from "./share-table.tsx";

type Question = RestoreRecord["purpose"] | "erase" | "forget";

/** One stored document: its shares, what is being asked, and what can be done with it. */
export function DocumentCard({ record, vault }: { record: VaultRecord; vault: Vault }) {
  const t = useTranslations("vault");
  const levelName = useTranslations("messages.levelName");
  const units = useTranslations("units");
  const quantity = useQuantity();
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
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="text-lg font-semibold break-words">
            {title}
          </h2>
          <p className="text-ink-soft">
            {t("kept", { threshold: current.threshold, total: current.total })} ·{" "}
            {t("generation", { generation: current.generation })} · {quantity.data(record.size)} ·{" "}
            {levelName(String(record.level) as "0")}
          </p>
        </div>
        {erasing ? (
          <Badge tone="warn" icon="hourglass" filled>
            {t("erasing")}
          </Badge>
        ) : null}
      </div>
      <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[max-content_1fr]">
        <dt className="text-ink-soft">{t("keyUsed")}</dt>
        <dd data-vault-bits={bits}>{units("bits", { count: bits })}</dd>
        <dt className="text-ink-soft">{t("consenter")}</dt>
        <dd>{consenter ? postName(consenter.name).place : t("consentNobody")}</dd>
      </dl>
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
        <Dialog
          open
          onClose={() => setQuestion(null)}
          title={t(`${question}Title`, { name: title })}
          lead={t(`${question}Lead`)}
          actions={
            <Button
              tone="danger"
              onClick={() => {
                setQuestion(null);
                void run(() => vault[question](record.vault));
              }}
            >
              {t(question === "erase" ? "eraseNow" : "forget")}
            </Button>
          }
        />
      ) : null}
      {restored ? <RestoredDialog document={restored} onClose={() => setRestored(null)} /> : null}
    </article>
  );
}

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

function AskDialog(props: {
  title: string;
  lead: string;
  /** Bits of key that asking with this reason takes. */
  price: (reason: string) => Promise<number>;
  /** Bits that new shares take afterwards. */
  later: number | null;
  onClose: () => void;
  onAsk: (reason: string) => void;
}) {
  const t = useTranslations("vault");
  const units = useTranslations("units");
  const [reason, setReason] = useState("");
  const [bits, setBits] = useState<number | null>(null);
  const price = useRef(props.price);
  price.current = props.price;
  useEffect(() => {
    let gone = false;
    price.current(reason.trim()).then(
      (found) => gone || setBits(found),
      () => gone || setBits(null),
    );
    return () => {
      gone = true;
    };
  }, [reason]);
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.title}
      lead={props.lead}
      actions={
        <Button tone="primary" icon="send" onClick={() => props.onAsk(reason.trim())}>
          {t("askNow")}
        </Button>
      }
    >
      <TextField
        label={t("reason")}
        help={t("reasonHelp")}
        maxLength={160}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <p data-vault-ask-price={bits ?? ""} className="text-sm" aria-live="polite">
        {bits === null ? t("priceWait") : t("askPrice", { bits: units("bits", { count: bits }) })}{" "}
        {props.later === null ? null : t("renewPrice", { bits: units("bits", { count: props.later }) })}
      </p>
    </Dialog>
  );
}
