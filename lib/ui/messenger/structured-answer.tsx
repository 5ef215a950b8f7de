"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Outcome } from "../../messenger/api/content.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { SelectField, TextField } from "../field.tsx";
import { useDeed } from "./message-content-deed.tsx";
import type { AboutMessage } from "./message-content-dialogs.tsx";

const outcomes: readonly Outcome[] = ["received", "done", "refused"];

/** The answer to an order, a reading, a payment or a formal message, in the suite and level of what it answers. */
export function AcknowledgeDialog({ api, message, onClose }: AboutMessage) {
  const t = useTranslations("content");
  const common = useTranslations("common");
  const [outcome, setOutcome] = useState<Outcome>("received");
  const [note, setNote] = useState("");
  const deed = useDeed(onClose);
  const content = {
    kind: "acknowledgement",
    message: message.id,
    outcome,
    note: note.trim() || null,
  } as const;
  const send = () => api.send(message.conversation, content, message.suite, message.level);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("acknowledge")}
      actions={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button tone="primary" busy={deed.busy} onClick={() => deed.run(send)}>
            {t("sendKind")}
          </Button>
        </>
      }
    >
      <SelectField
        label={t("acknowledgement")}
        value={outcome}
        onChange={(event) => setOutcome(outcomes.find((one) => one === event.target.value) ?? "received")}
      >
        {outcomes.map((one) => (
          <option key={one} value={one}>
            {t(`outcome.${one}`)}
          </option>
        ))}
      </SelectField>
      <TextField
        label={t("note")}
        value={note}
        maxLength={200}
        onChange={(event) => setNote(event.target.value)}
      />
      {deed.failure}
    </Dialog>
  );
}
