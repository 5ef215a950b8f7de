"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { useErrorText } from "../problem-text.ts";

/** The sender's device answers this often, and never after it. */
const answered = 3;

/** For a message whose key is lost: its sender's device is asked to send it once more, under a new key. */
export function AskAgain({ api, message }: { readonly api: MessengerApi; readonly message: MessageView }) {
  const t = useTranslations("messages.askAgain");
  const tell = useErrorText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const asks = message.problem?.asks ?? null;
  if (asks === null) return null;
  const ask = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await api.askAgain(message.id);
    } catch (error) {
      setFailure(tell(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="mt-2 grid gap-2 border-t border-line pt-2 text-sm">
      <p className="text-ink-soft" role="status">
        {asks === 0 ? t("about") : asks < answered ? t("asked") : t("spent")}
      </p>
      {failure ? <p className="text-alarm">{failure}</p> : null}
      {asks < answered ? (
        <span>
          <Button size="small" icon="refresh" disabled={busy} onClick={() => void ask()}>
            {asks === 0 ? t("ask") : t("askOnce")}
          </Button>
        </span>
      ) : null}
    </div>
  );
}
