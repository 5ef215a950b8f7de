"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { TextField } from "@/lib/ui/field.tsx";
import { CommandConfirmation } from "../command-confirmation.tsx";

const mostNote = 240;

interface AcknowledgementProps {
  readonly name: string;
  readonly command: (note: string) => Promise<void>;
  readonly onClose: () => void;
}

export function Acknowledgement({ name, command, onClose }: AcknowledgementProps) {
  const t = useTranslations("alarms");
  const [note, setNote] = useState("");
  return (
    <CommandConfirmation
      title={t("acknowledgeTitle")}
      lead={t("acknowledgeText")}
      action={t("acknowledge")}
      command={() => command(note)}
      onClose={onClose}
    >
      <p className="font-medium">{name}</p>
      <TextField
        label={t("note")}
        help={t("noteHelp")}
        value={note}
        maxLength={mostNote}
        onChange={(event) => setNote(event.target.value)}
      />
    </CommandConfirmation>
  );
}
