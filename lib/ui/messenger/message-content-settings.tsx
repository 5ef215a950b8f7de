"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { ConversationView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { downloadBlob } from "../download-file.ts";
import { SelectField, TextField } from "../field.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { useDeed } from "./message-content-deed.tsx";
import { ChangePrice } from "./message-content-price.tsx";

const day = 24 * 60 * 60;
const timers = [0, 30, 300, 3600, day, 7 * day, 28 * day] as const;
const shortest = 12;

interface ContentSettingsProps {
  readonly api: MessengerApi;
  readonly conversation: ConversationView;
  readonly onClose: () => void;
}

/** What a conversation is set to, and one's own history in and out. */
export function ContentSettings({ api, conversation, onClose }: ContentSettingsProps) {
  const t = useTranslations("content");
  return (
    <Dialog open onClose={onClose} title={t("settings")}>
      <Timer api={api} conversation={conversation} />
      <Mute api={api} conversation={conversation} />
      <History api={api} />
    </Dialog>
  );
}

function Timer({ api, conversation }: Omit<ContentSettingsProps, "onClose">) {
  const t = useTranslations("content");
  const quantity = useQuantity();
  const now = conversation.timerSeconds ?? 0;
  const [seconds, setSeconds] = useState(now);
  const deed = useDeed(() => undefined);
  const change = { kind: "timer", conversation: conversation.id, seconds: seconds || null } as const;
  return (
    <section className="grid gap-2">
      <SelectField
        label={t("timer")}
        help={t("timerLead")}
        value={seconds}
        onChange={(event) => setSeconds(Number(event.target.value))}
      >
        {timers.map((one) => (
          <option key={one} value={one}>
            {one === 0 ? t("timerOff") : quantity.duration(one * 1000)}
          </option>
        ))}
      </SelectField>
      {seconds === now ? null : (
        <>
          <ChangePrice api={api} change={change} />
          <span>
            <Button
              size="small"
              busy={deed.busy}
              onClick={() => deed.run(() => api.setTimer(conversation.id, seconds || null))}
            >
              {t("timerSet")}
            </Button>
          </span>
        </>
      )}
      {deed.failure}
    </section>
  );
}

function Mute({ api, conversation }: Omit<ContentSettingsProps, "onClose">) {
  const t = useTranslations("content");
  const id = useId();
  return (
    <section className="grid gap-1">
      <label htmlFor={id} className="flex items-center gap-2 text-sm font-medium">
        <input
          id={id}
          type="checkbox"
          checked={conversation.muted}
          onChange={(event) => void api.mute(conversation.id, event.target.checked).catch(() => undefined)}
        />
        {t("muted")}
      </label>
      <p className="text-sm text-ink-soft">{t("mutedLead")}</p>
    </section>
  );
}

function History({ api }: { api: MessengerApi }) {
  const t = useTranslations("content");
  const [passphrase, setPassphrase] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const deed = useDeed(() => setPassphrase(""));
  const id = useId();
  const ready = [...passphrase].length >= shortest;

  async function save() {
    const bytes = await api.exportHistory(passphrase);
    downloadBlob("vernam-history.bin", new Blob([bytes], { type: "application/octet-stream" }));
    setTold(t("exported"));
  }
  async function restore(from: File) {
    const bytes = new Uint8Array(await from.arrayBuffer());
    const { messages, skipped } = await api.importHistory(bytes, passphrase);
    const lines = [t("imported", { messages }), skipped > 0 ? t("importSkipped", { count: skipped }) : ""];
    setTold(lines.filter(Boolean).join(" "));
  }
  return (
    <section className="grid gap-2 border-t border-line pt-3">
      <h3 className="font-semibold">{t("historyTitle")}</h3>
      <p className="text-sm text-ink-soft">{t("historyLead")}</p>
      <TextField
        label={t("passphrase")}
        type="password"
        autoComplete="new-password"
        value={passphrase}
        onChange={(event) => setPassphrase(event.target.value)}
      />
      <span>
        <Button
          size="small"
          icon="download"
          busy={deed.busy}
          disabled={!ready}
          onClick={() => deed.run(save)}
        >
          {t("exportHistory")}
        </Button>
      </span>
      <label htmlFor={id} className="text-sm font-medium">
        {t("importFile")}
      </label>
      <input
        id={id}
        type="file"
        onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        className="min-w-0 max-w-full text-sm text-ink-soft file:mr-3 file:min-h-7 file:cursor-pointer file:rounded-sm file:border file:border-line-strong file:bg-paper file:px-2.5 file:font-medium file:text-ink hover:file:bg-sunken"
      />
      <span>
        <Button
          size="small"
          icon="restore"
          busy={deed.busy}
          disabled={!ready || file === null}
          onClick={() => (file ? deed.run(() => restore(file)) : undefined)}
        >
          {t("importHistory")}
        </Button>
      </span>
      {told ? <p role="status">{told}</p> : null}
      {deed.failure}
    </section>
  );
}
