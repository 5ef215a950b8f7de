"use client";

import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import type { MessengerApi, MessengerEvents } from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { TextField } from "../field.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Identifier } from "../identifier.tsx";
import { Notice } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import { useMessengerQuery } from "./use-messenger-query.ts";

interface SafetyCompareProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly onCompared: () => void;
}

/** Takes the text of the contact's code, from a scanner or pasted, and says whether it is the same. */
export function SafetyCompare({ api, conversation, onCompared }: SafetyCompareProps) {
  const t = useTranslations("safety");
  const errorText = useErrorText();
  const [text, setText] = useState("");
  const [answer, setAnswer] = useState<"same" | "differs" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function compare() {
    setProblem(null);
    setAnswer(null);
    try {
      setAnswer((await api.compareSafetyCode(conversation, text)) ? "same" : "differs");
      onCompared();
    } catch (error) {
      setProblem(errorText(error));
    }
  }

  return (
    <form
      className="grid gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void compare();
      }}
    >
      <TextField
        label={t("scanned")}
        help={t("scannedHelp")}
        value={text}
        autoComplete="off"
        spellCheck={false}
        error={problem ?? undefined}
        onChange={(event) => setText(event.target.value)}
      />
      <div>
        <Button type="submit" disabled={text.trim() === ""}>
          {t("compare")}
        </Button>
      </div>
      {answer === "same" ? <Notice tone="ok" icon="shieldCheck" title={t("same")} /> : null}
      {answer === "differs" ? <Notice tone="alarm" icon="failed" urgent title={t("differs")} /> : null}
    </form>
  );
}

const isContacts = (event: MessengerEvents) => event.type === "contacts" || event.type === "conversations";

/** Which devices of the contact read along, since when, and which came after the comparison. */
export function ContactDevices({ api, user }: { readonly api: MessengerApi; readonly user: string }) {
  const t = useTranslations("safety");
  const devices = useTranslations("devices");
  const quantity = useQuantity();
  const load = useCallback((asked: MessengerApi) => asked.contactDevices(user), [user]);
  const { value } = useMessengerQuery(api, load, isContacts);
  if (!value || value.length === 0) return null;
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold">{t("devices")}</h3>
      <ul className="grid gap-1 text-sm">
        {value.map((device) => (
          <li key={device.device} className="flex flex-wrap items-center gap-2">
            <Identifier value={device.device} length={8} />
            {Number.isFinite(device.since) ? (
              <span>{devices("added", { when: quantity.moment(device.since) })}</span>
            ) : null}
            <span className="text-ink-soft">{t(`assurance.${device.assurance}`)}</span>
            {device.changed ? (
              <Badge tone="warn" icon="alarm">
                {t("changed")}
              </Badge>
            ) : null}
            {device.revoked ? (
              <Badge tone="alarm" icon="failed">
                {devices("revoked")}
              </Badge>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
