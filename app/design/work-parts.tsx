"use client";

import { useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";
import { Acknowledgement } from "@/app/admin/alarms/acknowledgement.tsx";
import { AlarmRow } from "@/app/admin/alarms/alarm-row.tsx";
import type { AlarmRecordView, TopologyView } from "@/lib/keys/api-types.ts";
import type { MessageView, MessengerApi } from "@/lib/messenger/messenger-api.ts";
import { AskAgain } from "@/lib/ui/messenger/ask-again.tsx";
import { PresenceHint } from "@/lib/ui/messenger/presence-hint.tsx";
import { VaultNote } from "@/lib/ui/messenger/vault-note.tsx";
import { linkName, siteNames } from "@/lib/ui/network/link-names.ts";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { OperationsGate } from "@/lib/ui/operations/operations-gate.tsx";
import { OperationsProvider } from "@/lib/ui/operations/operations-provider.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { AgentsBoard } from "@/lib/ui/stage/agents-board.tsx";
import { SceneBoard } from "@/lib/ui/stage/scene-board.tsx";
import { createFakeMessenger } from "./fixtures/fake-messenger.ts";
import { createFakeOperations } from "./fixtures/fake-network.ts";
import { sampleAgents } from "./fixtures/sample-agents.ts";
import { sampleScenes } from "./fixtures/sample-scenes.ts";
import { SheetPart } from "./sheet-part.tsx";

/** Components of conversations, administration and stage, each in its states, over sample data. */
export function WorkParts() {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => setNow(Date.now()), []);
  return now === null ? null : <Parts now={now} />;
}

function Parts({ now }: { now: number }) {
  const operations = useMemo(() => createFakeOperations(now), [now]);
  const messenger = useMemo(() => createFakeMessenger({ now }), [now]);
  return (
    <OperationsProvider client={operations}>
      <ConversationParts api={messenger} />
      <OperationsGate>
        {({ topology }) => (
          <>
            <AlarmParts topology={topology} />
            <StageParts now={now} topology={topology} />
          </>
        )}
      </OperationsGate>
    </OperationsProvider>
  );
}

function ConversationParts({ api }: { api: MessengerApi }) {
  const t = useTranslations();
  const [lost, setLost] = useState<MessageView | null>(null);
  useEffect(() => {
    void firstProblem(api).then(setLost);
  }, [api]);
  const user = "11".repeat(16);
  return (
    <SheetPart title={t("nav.messages")}>
      <p className="flex flex-wrap gap-4 text-sm text-ink-soft">
        <PresenceHint seen={[{ user, state: "online" }]} group={false} />
        <PresenceHint seen={[{ user, state: "away" }]} group={false} />
        <PresenceHint seen={[{ user, state: "online" }]} group />
      </p>
      <VaultNote />
      {lost?.problem
        ? [0, 1, 3].map((asks) => (
            <AskAgain
              key={asks}
              api={api}
              message={{ ...lost, problem: lost.problem && { ...lost.problem, asks } }}
            />
          ))
        : null}
    </SheetPart>
  );
}

async function firstProblem(api: MessengerApi): Promise<MessageView | null> {
  const [conversation] = (await api.conversations()).filter(({ group }) => !group);
  const messages = conversation ? await api.messages(conversation.id) : [];
  return messages.find(({ problem }) => problem !== null) ?? null;
}

function AlarmParts({ topology }: { topology: TopologyView }) {
  const t = useTranslations();
  const [asked, setAsked] = useState<string | null>(null);
  const { value } = useOperationsRead<readonly AlarmRecordView[]>("/ops/alarms/history");
  const names = useMemo(() => siteNames(topology), [topology]);
  const nameOf = useNameOf(topology);
  return (
    <SheetPart title={t("admin.pages.alarms")}>
      <ExportButtons
        name="sample"
        value={value}
        rows={() => [["id"], ...(value ?? []).map(({ id }) => [id])]}
      />
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-px bg-line">
        {(value ?? []).map((alarm) => (
          <AlarmRow
            key={alarm.id}
            alarm={alarm}
            name={nameOf(alarm.subject)}
            names={names}
            onAcknowledge={alarm.acknowledged ? null : () => setAsked(nameOf(alarm.subject))}
          />
        ))}
      </ul>
      {asked ? (
        <Acknowledgement name={asked} command={async () => undefined} onClose={() => setAsked(null)} />
      ) : null}
    </SheetPart>
  );
}

function StageParts({ now, topology }: { now: number; topology: TopologyView }) {
  const t = useTranslations();
  const nameOf = useNameOf(topology);
  const quiet = { reload: async () => undefined, command: async () => undefined, problem: null };
  return (
    <>
      <SheetPart title={t("agents.title")}>
        <AgentsBoard {...quiet} agents={sampleAgents(now)} />
        <AgentsBoard {...quiet} agents={null} />
        <AgentsBoard {...quiet} agents={null} problem={new Error("sample")} />
        <AgentsBoard {...quiet} agents={[]} />
      </SheetPart>
      <SheetPart title={t("stage.title")}>
        {sampleScenes(now).map((scene) => (
          <SceneBoard key={scene.phase} scene={scene} nameOf={nameOf} />
        ))}
      </SheetPart>
    </>
  );
}

/** Names of places and links by identifier. */
function useNameOf(topology: TopologyView): (id: string) => string {
  return useMemo(() => {
    const names = siteNames(topology);
    const links = new Map(topology.links.map((link) => [link.id, linkName(link, names)]));
    return (id) => names.get(id) ?? links.get(id) ?? id;
  }, [topology]);
}
