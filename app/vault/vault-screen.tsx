"use client";

import { useTranslations } from "next-intl";
import { useCallback, useMemo, useState } from "react";
import type { EngineState, MessengerApi, MessengerEvents } from "@/lib/messenger/messenger-api.ts";
import { ConsentDesk } from "@/lib/scenarios/vault/consent-desk.ts";
import { Vault } from "@/lib/scenarios/vault/vault.ts";
import { Button } from "@/lib/ui/button.tsx";
import { useAnnounce } from "@/lib/ui/live-region.tsx";
import { blocksScreen, EngineNotice } from "@/lib/ui/messenger/engine-notice.tsx";
import { useMessengerQuery } from "@/lib/ui/messenger/use-messenger-query.ts";
import { Empty, Notice, Waiting } from "@/lib/ui/notice.tsx";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import { ConsentList } from "./consent-list.tsx";
import { DocumentCard } from "./document-card.tsx";
import { StoreForm } from "./store-form.tsx";

interface VaultScreenProps {
  readonly api: MessengerApi;
  readonly name: string;
  readonly onRestart: () => void;
}

const loadState = (api: MessengerApi): Promise<EngineState> => api.state();
const isState = ({ type }: MessengerEvents) => type === "state";
const isNews = ({ type }: MessengerEvents) => type === "messages" || type === "vault" || type === "state";

export function VaultScreen({ api, name, onRestart }: VaultScreenProps) {
  const t = useTranslations("vault");
  const { value: state } = useMessengerQuery(api, loadState, isState);
  async function erase() {
    await api.forget().catch(() => undefined);
    onRestart();
  }
  if (state === undefined) return <Waiting>{t("opening")}</Waiting>;
  if (blocksScreen(state)) {
    return (
      <EngineNotice api={api} state={state} name={name} onErase={() => void erase()} onRetry={onRestart} />
    );
  }
  return <OpenVault api={api} />;
}

/** Stored documents, what others ask for, and the form for another document. */
function OpenVault({ api }: { api: MessengerApi }) {
  const t = useTranslations("vault");
  const errorText = useErrorText();
  const announce = useAnnounce();
  const vault = useMemo(() => new Vault(api), [api]);
  const desk = useMemo(() => new ConsentDesk(api), [api]);
  const loadDocuments = useCallback(() => vault.list(), [vault]);
  const loadConsents = useCallback(() => desk.list(), [desk]);
  const { value: documents, error } = useMessengerQuery(api, loadDocuments, isNews);
  const { value: consents } = useMessengerQuery(api, loadConsents, isNews);
  const [storing, setStoring] = useState(false);
  return (
    <div className="mx-auto grid w-full max-w-5xl content-start gap-6 pb-10">
      <PageHeading title={t("title")} question={t("question")}>
        {storing ? null : (
          <Button tone="primary" icon="plus" onClick={() => setStoring(true)}>
            {t("store")}
          </Button>
        )}
      </PageHeading>
      <div className="grid gap-6 px-4">
        <p className="max-w-prose text-ink-soft">{t("lead", { example: t("exampleThree") })}</p>
        {storing ? (
          <StoreForm
            api={api}
            vault={vault}
            onDone={(stored) => {
              setStoring(false);
              if (stored !== null) announce(t("storedNow", { name: stored }));
            }}
          />
        ) : null}
        {consents?.length ? <ConsentList consents={consents} desk={desk} /> : null}
        {error ? (
          <Notice tone="warn" icon="alarm" title={errorText(error)} />
        ) : documents === undefined ? (
          <Waiting>{t("opening")}</Waiting>
        ) : null}
        <section aria-label={t("documents")} className="grid gap-4">
          {documents?.length ? <p className="max-w-prose text-sm text-ink-soft">{t("thisDevice")}</p> : null}
          {documents?.map((record) => (
            <DocumentCard key={record.vault} record={record} vault={vault} />
          ))}
          {documents?.length === 0 && !storing ? (
            <Empty icon="vault" title={t("none")}>
              {t("noneText")}
            </Empty>
          ) : null}
        </section>
      </div>
    </div>
  );
}
