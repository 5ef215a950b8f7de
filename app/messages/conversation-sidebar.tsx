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
import { IconButton } from "@/lib/ui/button.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { Shortcuts } from "@/lib/ui/keyboard/shortcut-sheet.tsx";
import { lazily } from "@/lib/ui/lazily.tsx";
import { matchWords } from "@/lib/ui/match-words.ts";
import { DevicesButton } from "@/lib/ui/messenger/devices-button.tsx";
import { EngineBadge } from "@/lib/ui/messenger/engine-notice.tsx";
import { NotificationSetting } from "@/lib/ui/messenger/notification-setting.tsx";
import { PresenceSetting } from "@/lib/ui/messenger/presence-setting.tsx";
import { useMessengerQuery } from "@/lib/ui/messenger/use-messenger-query.ts";
import { Empty, Notice, Waiting } from "@/lib/ui/notice.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import { useCountryName } from "@/lib/ui/use-country-name.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";
import { ConversationRow } from "./conversation-row.tsx";

interface SidebarProps {
  readonly api: MessengerApi;
  readonly self: string;
  readonly state: EngineState;
  readonly conversations: readonly ConversationView[] | undefined;
  readonly chosen: string | null;
  readonly failure: unknown;
  readonly draftOf: (conversation: ConversationView) => string | null;
  readonly onChoose: (conversation: string) => void;
  readonly className: string;
}

const GroupCreate = lazily(() =>
  import("@/lib/ui/messenger/group-create.tsx").then((part) => part.GroupCreate),
);

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
  const [creating, setCreating] = useState(false);
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
        <div className="flex items-center gap-2">
          <div className="min-w-0 flex-1">
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
          </div>
          <IconButton icon="people" tone="plain" label={t("newGroup")} onClick={() => setCreating(true)} />
        </div>
        {problem ? <p className="pt-2 text-sm text-alarm">{problem}</p> : null}
      </div>
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
        {shown === undefined && props.failure ? (
          <Notice tone="alarm" icon="alarm" title={t("listFailed")}>
            {errorText(props.failure)}
          </Notice>
        ) : shown === undefined ? (
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
                  draft={one.id === chosen ? null : props.draftOf(one)}
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
      <PresenceSetting />
      <div className="grid min-h-9 items-center border-t border-line px-4 py-1.5 text-sm">
        <div className="flex flex-wrap items-center justify-between gap-2">
          <EngineBadge state={props.state} />
          <DevicesButton api={api} />
          <Shortcuts
            conversations={shown?.map((one) => one.id) ?? []}
            chosen={chosen}
            onChoose={props.onChoose}
          />
        </div>
        {self && !self.leader ? <p className="text-xs text-ink-soft">{engineText("follower")}</p> : null}
      </div>
      {creating ? (
        <GroupCreate
          api={api}
          self={props.self}
          onClose={() => setCreating(false)}
          onCreated={(conversation) => {
            setCreating(false);
            props.onChoose(conversation);
          }}
        />
      ) : null}
    </nav>
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
