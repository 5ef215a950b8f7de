"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Content } from "../../messenger/api/content.ts";
import type { Level, MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { SelectField, TextField } from "../field.tsx";
import { useDeed } from "./message-content-deed.tsx";
import { type FormKind, formFields, formKinds, readForm } from "./structured-fields.ts";

interface StructuredFormProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly suite: SuiteName;
  readonly level: Level;
  readonly onClose: () => void;
}

/** A form for each kind of message that is more than a text. */
export function StructuredForm({ api, conversation, suite, level, onClose }: StructuredFormProps) {
  const t = useTranslations("content");
  const common = useTranslations("common");
  const messages = useTranslations("messages");
  const [kind, setKind] = useState<FormKind>("formal");
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState<string | null>(null);
  const deed = useDeed(onClose);

  function send() {
    const read = readForm(kind, values, Date.now());
    if ("wrong" in read) setWrong(read.wrong);
    else deed.run(() => api.send(conversation, read satisfies Content, suite, level));
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={t("kinds")}
      lead={t("kindsLead")}
      actions={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" form="structured" tone="primary" busy={deed.busy}>
            {t("sendKind")}
          </Button>
        </>
      }
    >
      <form
        id="structured"
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <SelectField
          label={t("kinds")}
          hideLabel
          value={kind}
          onChange={(event) => {
            setWrong(null);
            setKind(formKinds.find((one) => one === event.target.value) ?? "formal");
          }}
        >
          {formKinds.map((one) => (
            <option key={one} value={one}>
              {t(one)}
            </option>
          ))}
        </SelectField>
        {formFields[kind].map(({ name, type, optional = false, initial = "" }) => (
          <TextField
            key={`${kind}.${name}`}
            label={t(name)}
            type={type}
            required={!optional}
            value={values[name] ?? initial}
            error={wrong === name ? t(name === "value" ? "valueBad" : "amountBad") : undefined}
            onChange={(event) => {
              setWrong(null);
              setValues({ ...values, [name]: event.target.value });
            }}
          />
        ))}
        <p className="text-sm text-ink-soft">
          {messages(`suiteName.${suite}`)} · {messages(`levelName.${level}`)}
        </p>
        {deed.failure}
      </form>
    </Dialog>
  );
}
