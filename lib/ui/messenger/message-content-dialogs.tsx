"use client";

import { useTranslations } from "next-intl";
import { useEffect, useId, useState } from "react";
import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { useDeed } from "./message-content-deed.tsx";
import { ChangePrice } from "./message-content-price.tsx";

export interface AboutMessage {
  readonly api: MessengerApi;
  readonly message: MessageView;
  readonly onClose: () => void;
}

/** Another text for an own message, with its earlier ones. */
export function EditDialog({ api, message, onClose }: AboutMessage) {
  const t = useTranslations("content");
  const common = useTranslations("common");
  const quantity = useQuantity();
  const [text, setText] = useState(message.text ?? "");
  const [earlier, setEarlier] = useState<readonly { at: number; text: string }[]>([]);
  const deed = useDeed(onClose);
  const id = useId();
  useEffect(() => {
    api.edits(message.id).then(setEarlier, () => undefined);
  }, [api, message.id]);
  const written = text.trim();
  const same = written === "" || written === message.text;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("editTitle")}
      lead={t("editLead")}
      actions={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            tone="primary"
            busy={deed.busy}
            disabled={same}
            onClick={() => deed.run(() => api.edit(message.id, written))}
          >
            {t("save")}
          </Button>
        </>
      }
    >
      <div className="grid gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          {t("editText")}
        </label>
        <textarea
          id={id}
          rows={4}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="thin-scroll w-full rounded-md border border-line-strong bg-paper px-3 py-2"
        />
      </div>
      <ChangePrice api={api} change={{ kind: "edit", message: message.id, text: written }} />
      {deed.failure}
      {earlier.length > 0 ? (
        <section>
          <h3 className="text-sm font-medium">{t("editedTitle")}</h3>
          <ul className="text-sm text-ink-soft">
            {earlier.map((version) => (
              <li key={version.at} className="break-words">
                {quantity.moment(version.at)}: {version.text}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </Dialog>
  );
}

/** Asks before an own message is deleted everywhere. */
export function RemoveDialog({ api, message, onClose }: AboutMessage) {
  const t = useTranslations("content");
  const common = useTranslations("common");
  const deed = useDeed(onClose);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("removeTitle")}
      lead={t("removeLead")}
      actions={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button tone="danger" busy={deed.busy} onClick={() => deed.run(() => api.remove(message.id))}>
            {t("remove")}
          </Button>
        </>
      }
    >
      <ChangePrice api={api} change={{ kind: "remove", message: message.id }} />
      {deed.failure}
    </Dialog>
  );
}
