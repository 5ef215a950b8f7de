"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { ContactView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { TextField } from "../field.tsx";
import { Notice } from "../notice.tsx";
import { GroupPeople } from "./group-people.tsx";
import { useDeed } from "./use-deed.ts";

interface GroupCreateProps {
  readonly api: MessengerApi;
  readonly self: string;
  readonly onClose: () => void;
  readonly onCreated: (conversation: string) => void;
}

/** A title and members of any country. */
export function GroupCreate({ api, self, onClose, onCreated }: GroupCreateProps) {
  const t = useTranslations("group");
  const common = useTranslations("common");
  const { busy, failure, run } = useDeed();
  const [title, setTitle] = useState("");
  const [chosen, setChosen] = useState<ReadonlyMap<string, ContactView>>(() => new Map());
  const [tried, setTried] = useState(false);
  const named = title.trim() !== "";

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!named || chosen.size === 0) return;
    void run(async () => onCreated(await api.createGroup(title.trim(), [...chosen.keys()])));
  }

  return (
    <Dialog open onClose={onClose} title={t("new")} lead={t("newLead")}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={t("title")}
          help={t("titleHelp")}
          error={tried && !named ? t("titleMissing") : undefined}
          value={title}
          maxLength={120}
          onChange={(event) => setTitle(event.target.value)}
        />
        <GroupPeople api={api} without={new Set([self])} chosen={chosen} onChosen={setChosen} />
        {tried && chosen.size === 0 ? <p className="text-sm text-alarm">{t("peopleMissing")}</p> : null}
        {failure ? (
          <Notice tone="alarm" icon="alarm" urgent title={t("failed")}>
            {failure}
          </Notice>
        ) : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button tone="quiet" onClick={onClose}>
            {common("cancel")}
          </Button>
          <Button type="submit" tone="primary" icon="people" busy={busy}>
            {t("create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
