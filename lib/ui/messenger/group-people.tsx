"use client";

import { useTranslations } from "next-intl";
import { useCallback, useDeferredValue, useState } from "react";
import type { ContactView, MessengerApi, MessengerEvents } from "../../messenger/messenger-api.ts";
import { TextField } from "../field.tsx";
import { Icon } from "../icon.tsx";
import { matchWords } from "../match-words.ts";
import { Waiting } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import { useCountryName } from "../use-country-name.ts";
import { usePostName } from "../use-post-name.ts";
import { useMessengerQuery } from "./use-messenger-query.ts";

interface GroupPeopleProps {
  readonly api: MessengerApi;
  /** Users who are not offered: oneself, and who is a member already. */
  readonly without: ReadonlySet<string>;
  readonly chosen: ReadonlyMap<string, ContactView>;
  readonly onChosen: (chosen: ReadonlyMap<string, ContactView>) => void;
}

const loadContacts = (api: MessengerApi) => api.contacts();
const isContacts = ({ type }: MessengerEvents) => type === "contacts";

/** Chooses several posts of any country: a search, what it finds as check boxes, and the choice so far. */
export function GroupPeople({ api, without, chosen, onChosen }: GroupPeopleProps) {
  const t = useTranslations("group");
  const common = useTranslations("common");
  const countryName = useCountryName();
  const errorText = useErrorText();
  const { value, error } = useMessengerQuery(api, loadContacts, isContacts);
  const [query, setQuery] = useState("");
  const asked = useDeferredValue(query.trim());
  const found = value?.filter(
    (contact) =>
      !without.has(contact.user) &&
      matchWords(`${contact.name} ${contact.site} ${countryName(contact.country)}`, asked),
  );
  const toggle = useCallback(
    (contact: ContactView) => {
      const next = new Map(chosen);
      if (!next.delete(contact.user)) next.set(contact.user, contact);
      onChosen(next);
    },
    [chosen, onChosen],
  );
  const countries = new Set([...chosen.values()].map(({ country }) => country)).size;
  return (
    <div className="grid gap-2">
      <TextField
        label={t("search")}
        icon="search"
        type="search"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <p aria-live="polite" className="text-sm text-ink-soft">
        {t("chosen", { count: chosen.size })}
        {countries > 0 ? ` ${t("chosenCountries", { count: countries })}` : ""}
      </p>
      {chosen.size > 0 ? (
        <ul className="flex flex-wrap gap-1.5">
          {[...chosen.values()].map((contact) => (
            <li key={contact.user}>
              <Chosen contact={contact} onTakeOut={() => toggle(contact)} />
            </li>
          ))}
        </ul>
      ) : null}
      {error ? <p className="text-sm text-alarm">{errorText(error)}</p> : null}
      {found === undefined ? (
        error ? null : (
          <Waiting>{common("loading")}</Waiting>
        )
      ) : found.length === 0 ? (
        <p className="py-4 text-center text-ink-soft">{t("noneFound")}</p>
      ) : (
        <fieldset className="thin-scroll max-h-60 overflow-y-auto rounded-md border border-line">
          <legend className="sr-only">{t("people")}</legend>
          {found.map((contact) => (
            <Choice
              key={contact.user}
              contact={contact}
              on={chosen.has(contact.user)}
              onToggle={() => toggle(contact)}
            />
          ))}
        </fieldset>
      )}
    </div>
  );
}

function Choice(props: { contact: ContactView; on: boolean; onToggle: () => void }) {
  const { contact } = props;
  const t = useTranslations("messages");
  const countryName = useCountryName();
  const { place, title } = usePostName()(contact.name);
  return (
    <label
      data-choice={contact.user}
      className="flex cursor-pointer items-center gap-3 border-b border-line px-3 py-1.5 last:border-b-0 hover:bg-sunken has-checked:bg-accent-wash"
    >
      <input
        type="checkbox"
        checked={props.on}
        onChange={props.onToggle}
        className="size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0">
        <span className="block truncate font-medium">{place}</span>
        <span className="block text-xs text-ink-soft">
          {[title, countryName(contact.country)].filter(Boolean).join(" · ")}
          {contact.hasDevice ? null : ` · ${t("noDevice")}`}
        </span>
      </span>
    </label>
  );
}

function Chosen({ contact, onTakeOut }: { contact: ContactView; onTakeOut: () => void }) {
  const t = useTranslations("group");
  const { place } = usePostName()(contact.name);
  return (
    <button
      type="button"
      aria-label={t("takeOut", { name: place })}
      title={t("takeOut", { name: place })}
      onClick={onTakeOut}
      className="inline-flex min-h-7 items-center gap-1.5 rounded-full bg-accent-wash px-2.5 text-sm font-medium hover:bg-sunken"
    >
      {place}
      <Icon name="close" className="size-3" />
    </button>
  );
}
