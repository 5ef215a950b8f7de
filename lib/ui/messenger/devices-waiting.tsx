"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { EnrolmentView, MessengerApi, MessengerEvents } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { TextField } from "../field.tsx";
import { Identifier } from "../identifier.tsx";
import { Notice, Waiting } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import { ComparedDigits } from "./devices-digits.tsx";
import { QrCode } from "./devices-qr.tsx";
import { useMessengerQuery } from "./use-messenger-query.ts";

const load = (api: MessengerApi): Promise<EnrolmentView | null> => api.enrolment();
const isState = (event: MessengerEvents) => event.type === "state";

/** A device that waits: digits and QR to compare, and the access card where the site hands it over by hand. */
export function WaitingDevicePanel({ api }: { readonly api: MessengerApi }) {
  const t = useTranslations("devices");
  const { value } = useMessengerQuery(api, load, isState);
  if (!value) return <Waiting>{t("preparing")}</Waiting>;
  return (
    <section className="mx-auto grid w-full max-w-xl gap-4 p-6">
      <h1 className="text-xl font-semibold">{value.approved ? t("approved") : t("waiting")}</h1>
      <p>{value.approved ? t("approvedText") : value.needsCard ? t("waitingOfficer") : t("waitingText")}</p>
      {value.approved ? null : (
        <div className="flex flex-wrap items-center gap-4">
          <ComparedDigits digits={value.digits} label={t("digits")} />
          <QrCode text={value.qr} label={t("qr")} />
        </div>
      )}
      <p className="text-sm text-ink-soft">
        {t("number")} <Identifier value={value.device} length={32} />
      </p>
      {value.needsCard ? <AccessCardForm api={api} /> : null}
    </section>
  );
}

function AccessCardForm({ api }: { readonly api: MessengerApi }) {
  const t = useTranslations("devices");
  const errorText = useErrorText();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [taken, setTaken] = useState(false);

  async function take(card: string) {
    setProblem(null);
    try {
      await api.takeAccessCard(card);
      setTaken(true);
      setText("");
    } catch (error) {
      setProblem(errorText(error));
    }
  }

  if (taken) return <Notice tone="ok" icon="check" title={t("cardTaken")} />;
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void take(text);
      }}
    >
      <TextField
        label={t("card")}
        help={t("cardHelp")}
        value={text}
        autoComplete="off"
        spellCheck={false}
        error={problem ?? undefined}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" tone="primary" disabled={text.trim() === ""}>
          {t("cardTake")}
        </Button>
        <label className="text-sm">
          <span className="pr-2">{t("cardFile")}</span>
          <input
            type="file"
            accept=".txt,text/plain"
            onChange={(event) => void event.target.files?.[0]?.text().then(take)}
          />
        </label>
      </div>
    </form>
  );
}
