"use client";

import { useTranslations } from "next-intl";
import { useDeferredValue, useEffect, useId, useState } from "react";
import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { TextField } from "../field.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { usePostName } from "../use-post-name.ts";
import { MessageContent } from "./message-content.tsx";

const found = 50;

interface SearchDialogProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  /** Goes to a message, or to a time (ms UTC), in the thread of its conversation. */
  readonly onGoTo: (conversation: string, at: string | number) => void;
  readonly onClose: () => void;
}

/** Finds messages by words or by date, and goes to them in the thread. */
export function SearchDialog({ api, conversation, onGoTo, onClose }: SearchDialogProps) {
  const t = useTranslations("content");
  const [query, setQuery] = useState("");
  const [date, setDate] = useState("");
  const [everywhere, setEverywhere] = useState(false);
  const asked = useDeferredValue(query.trim());
  const [hits, setHits] = useState<readonly MessageView[] | null>(null);
  const checkbox = useId();

  useEffect(() => {
    if (asked === "") return setHits(null);
    let gone = false;
    api
      .search(asked, everywhere ? undefined : conversation, found)
      .then((list) => (gone ? undefined : setHits(list.map(({ message }) => message))))
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [api, asked, conversation, everywhere]);

  function show(place: string | number, of: string) {
    onGoTo(of, place);
    onClose();
  }

  return (
    <Dialog open onClose={onClose} title={t("searchTitle")} lead={t("searchLead")}>
      <TextField
        label={t("searchWords")}
        type="search"
        icon="search"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
        }}
      />
      <label htmlFor={checkbox} className="flex items-center gap-2 text-sm">
        <input
          id={checkbox}
          type="checkbox"
          checked={everywhere}
          onChange={(event) => setEverywhere(event.target.checked)}
        />
        {t("everywhere")}
      </label>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (date !== "") show(new Date(`${date}T00:00`).getTime(), conversation);
        }}
      >
        <TextField
          label={t("jump")}
          type="date"
          value={date}
          onChange={(event) => setDate(event.target.value)}
        />
        <Button type="submit" disabled={date === ""}>
          {t("jumpGo")}
        </Button>
      </form>
      {hits ? (
        <section aria-label={t("searchTitle")}>
          <p role="status" className="text-sm text-ink-soft">
            {hits.length === 0 ? t("searchNone") : t("searchFound", { count: hits.length })}
          </p>
          <MessageList messages={hits} onShow={(message) => show(message.id, message.conversation)} />
        </section>
      ) : null}
    </Dialog>
  );
}

function MessageList(props: { messages: readonly MessageView[]; onShow: (message: MessageView) => void }) {
  const t = useTranslations("content");
  const quantity = useQuantity();
  const postName = usePostName();
  return (
    <ul className="grid gap-1">
      {props.messages.map((message) => (
        <li key={message.id} data-found={message.id} className="rounded-md border border-line px-2 py-1">
          <p className="flex items-center justify-between gap-2 text-xs text-ink-soft">
            <span>
              {postName(message.sender.name).whole} · {quantity.moment(message.at)}
            </span>
            <Button size="small" tone="quiet" onClick={() => props.onShow(message)}>
              {t("jumpGo")}
            </Button>
          </p>
          <MessageContent message={message} />
        </li>
      ))}
    </ul>
  );
}
