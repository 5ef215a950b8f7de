"use client";

import { useTranslations } from "next-intl";
import { useCallback, useDeferredValue, useState } from "react";
import type {
  ContactView,
  ConversationView,
  EngineState,
  MessengerApi,
  MessengerEvents,
} from "@/lib/messenger/messenger-api.ts";
import { TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { Shortcuts } from "@/lib/ui/keyboard/shortcut-sheet.tsx";
import { matchWords } from "@/lib/ui/match-words.ts";
import type { Draft } from "@/lib/ui/messenger/composer.tsx";
import { EngineBadge } from "@/lib/ui/messenger/engine-notice.tsx";
import { NotificationSetting } from "@/lib/ui/messenger/notification-setting.tsx";
import { useMessengerQuery } from "@/lib/ui/messenger/use-messenger-query.ts";
import { Empty, Waiting } from "@/lib/ui/notice.tsx";
import { splitPostName } from "@/lib/ui/post-name.ts";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import { useCountryName } from "@/lib/ui/use-country-name.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

interface SidebarProps {
  readonly api: MessengerApi;
  readonly self: string;
  readonly state: EngineState;
  readonly conversations: readonly ConversationView[] | undefined;
  readonly chosen: string | null;
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly onChoose: (conversation: string) => void;
  readonly className: string;
}

const loadSelf = (api: MessengerApi) => api.self();
const isState = (event: MessengerEvents) => event.type === "state";
const isContacts = (event: MessengerEvents) => event.type === "contacts";

export function ConversationSidebar(props: SidebarProps) {
  const { api, conversations, chosen } = props;
  const t = useTranslations("messages");
  const engineText = useTranslations("engine");
  const { value: self } = useMessengerQuery(api, loadSelf, isState);
  const [query, setQuery] = useState("");
  const asked = useDeferredValue(query.trim());
  const [problem, setProblem] = useState<string | null>(null);
  const errorText = useErrorText();
  const searching = asked !== "";
  const loadContacts = useCallback(
    (engine: MessengerApi): Promise<readonly ContactView[]> =>
      searching ? engine.contacts() : Promise.resolve([]),
    [searching],
  );
  const { value: directory } = useMessengerQuery(api, loadContacts, isContacts);
  const countryName = useCountryName();
  const contacts = directory?.filter(
    (contact) =>
      contact.user !== props.self &&
      matchWords(`${contact.name} ${contact.site} ${countryName(contact.country)}`, asked),
  );
  const shown = conversations?.filter((one) => matchWords(one.title, asked));

  async function start(contact: ContactView) {
    setProblem(null);
    try {
      props.onChoose(await api.openConversation(contact.user));
      setQuery("");
    } catch (error) {
      setProblem(errorText(error));
    }
  }

  return (
    <nav
      aria-label={t("conversations")}
      className={`${props.className} min-h-0 flex-col border-r border-line bg-surface`}
    >
      <div className="border-b border-line p-3">
        <TextField
          label={t("searchLabel")}
          hideLabel
          icon="search"
          type="search"
          data-shortcut="search"
          placeholder={t("searchPlaceholder")}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        {problem ? <p className="pt-2 text-sm text-alarm">{problem}</p> : null}
      </div>
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
        {shown === undefined ? (
          <Waiting>{t("opening")}</Waiting>
        ) : shown.length === 0 && asked === "" ? (
          <Empty icon="envelope" title={t("noConversations")}>
            {t("noConversationsText")}
          </Empty>
        ) : (
          <ul>
            {shown.map((one) => (
              <li key={one.id}>
                <ConversationRow
                  conversation={one}
                  here={one.id === chosen}
                  draft={one.id === chosen ? undefined : props.drafts.get(one.id)}
                  onChoose={() => props.onChoose(one.id)}
                />
              </li>
            ))}
          </ul>
        )}
        {asked === "" ? null : (
          <section className="border-t border-line">
            <h2 className="label px-4 pt-3 pb-1">{t("contactsFound")}</h2>
            {contacts && contacts.length > 0 ? (
              <ul>
                {contacts.map((contact) => (
                  <li key={contact.user}>
                    <ContactRow contact={contact} onChoose={() => void start(contact)} />
                  </li>
                ))}
              </ul>
            ) : (
              <p className="px-4 pb-3 text-ink-soft">{contacts ? t("noContacts", { query: asked }) : "…"}</p>
            )}
          </section>
        )}
      </div>
      <NotificationSetting />
      <div className="grid min-h-9 items-center border-t border-line px-4 py-1.5 text-sm">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <EngineBadge state={props.state} />
          <Shortcuts
            conversations={shown?.map((one) => one.id) ?? []}
            chosen={chosen}
            onChoose={props.onChoose}
          />
        </div>
        {self && !self.leader ? <p className="text-xs text-ink-soft">{engineText("follower")}</p> : null}
      </div>
    </nav>
  );
}

function ConversationRow(props: {
  conversation: ConversationView;
  here: boolean;
  draft: Draft | undefined;
  onChoose: () => void;
}) {
  const { conversation, here, draft } = props;
  const t = useTranslations("messages");
  const quantity = useQuantity();
  const unread = conversation.unread > 0;
  return (
    <button
      type="button"
      aria-current={here ? "true" : undefined}
      onClick={props.onChoose}
      data-conversation={conversation.id}
      className="grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 border-b border-l-3 border-b-line border-l-transparent px-4 py-2 text-left hover:bg-sunken focus-visible:-outline-offset-2 aria-[current]:border-l-accent aria-[current]:bg-accent-wash"
    >
      <span className="flex items-baseline gap-2">
        <span
          title={conversation.title}
          className={`min-w-0 flex-1 truncate ${unread ? "font-semibold" : "font-medium"}`}
        >
          {splitPostName(conversation.title).place}
        </span>
        {conversation.verified ? (
          <span title={t("verified")} className="text-ok">
            <Icon name="shieldCheck" className="size-3.5" />
            <span className="sr-only">{t("verified")}</span>
          </span>
        ) : null}
        {conversation.lastAt === null ? null : (
          <span className="text-xs text-ink-soft">{quantity.shortClock(conversation.lastAt)}</span>
        )}
      </span>
      <span className="flex items-center gap-2 text-sm text-ink-soft">
        <span className={`min-w-0 flex-1 truncate ${unread ? "text-ink" : ""}`}>
          {draft && draft.text !== "" ? (
            <>
              <span className="font-medium text-warn">{t("draft")}: </span>
              {draft.text}
            </>
          ) : (
            (conversation.lastText ?? "")
          )}
        </span>
        {unread ? (
          <span className="min-w-5 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-accent-ink">
            <span aria-hidden="true">{conversation.unread}</span>
            <span className="sr-only">{t("unread", { count: conversation.unread })}</span>
          </span>
        ) : null}
      </span>
    </button>
  );
}

function ContactRow({ contact, onChoose }: { contact: ContactView; onChoose: () => void }) {
  const t = useTranslations("messages");
  const countryName = useCountryName();
  const { place, title } = usePostName()(contact.name);
  return (
    <button
      type="button"
      onClick={onChoose}
      data-contact={contact.user}
      className="grid w-full px-4 py-1.5 text-left hover:bg-accent-wash focus-visible:-outline-offset-2"
    >
      <span className="font-medium">{place}</span>
      <span className="text-xs text-ink-soft">
        {[title, countryName(contact.country)].filter(Boolean).join(" · ")}
        {contact.hasDevice ? null : ` · ${t("noDevice")}`}
      </span>
    </button>
  );
}
