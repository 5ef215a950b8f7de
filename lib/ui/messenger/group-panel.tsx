"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import type { ConversationView, MemberView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import { Button, IconButton } from "../button.tsx";
import { Icon } from "../icon.tsx";
import { useSites } from "../network/site-directory.ts";
import { useCountryName } from "../use-country-name.ts";
import { usePostName } from "../use-post-name.ts";
import { type GroupDeed, GroupDeedDialog } from "./group-deeds.tsx";

interface GroupPanelProps {
  readonly api: MessengerApi;
  readonly self: string;
  readonly group: ConversationView;
  /** Users whose devices this person has compared. */
  readonly verified: ReadonlySet<string>;
  readonly onClose: () => void;
  readonly onWrite: (user: string) => void;
}

/** Members of a group with their roles and devices, and what may be done about them. */
export function GroupPanel(props: GroupPanelProps) {
  const { api, self, group } = props;
  const t = useTranslations("group");
  const common = useTranslations("common");
  const sites = useSites();
  const [deed, setDeed] = useState<GroupDeed | null>(null);
  const heading = useRef<HTMLHeadingElement | null>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const mayChange = group.moderator && !group.left;
  const countries = new Set(group.members.map(({ site }) => sites.get(site)?.country ?? site)).size;
  const moderators = group.members.filter(({ moderator }) => moderator);
  const stuck = moderators.length === 1 && moderators[0]?.user === self && group.members.length > 1;
  return (
    <section
      aria-label={t("details")}
      onKeyDown={(event) => {
        if (event.key === "Escape" && deed === null) props.onClose();
      }}
      className="thin-scroll flex h-full min-h-0 flex-col overflow-y-auto bg-surface"
    >
      <header className="sticky top-0 z-10 flex items-center justify-between gap-2 border-b border-line bg-surface px-4 py-2">
        <h2 ref={heading} tabIndex={-1} className="flex items-center gap-2 font-semibold outline-none">
          <Icon name="people" className="text-accent" />
          {t("open", { count: group.members.length })}
        </h2>
        <IconButton icon="close" size="small" label={common("close")} onClick={props.onClose} />
      </header>
      <div className="grid gap-3 border-b border-line px-4 py-4">
        <div>
          <p className="text-lg leading-snug font-semibold break-words">{group.title}</p>
          <p className="text-sm text-ink-soft">{t("countries", { count: countries })}</p>
        </div>
        {mayChange ? (
          <div className="flex flex-wrap gap-2">
            <Button size="small" icon="plus" onClick={() => setDeed({ kind: "add" })}>
              {t("add")}
            </Button>
            <Button size="small" icon="pencil" onClick={() => setDeed({ kind: "rename" })}>
              {t("rename")}
            </Button>
          </div>
        ) : group.left ? null : (
          <p className="text-sm text-ink-soft">{t("onlyModerators")}</p>
        )}
      </div>
      <ul aria-label={t("people")} className="grid divide-y divide-line">
        {group.members.map((member) => (
          <Member
            key={member.user}
            member={member}
            own={member.user === self}
            verified={props.verified.has(member.user)}
            mayChange={mayChange}
            lastModerator={moderators.length === 1 && member.moderator}
            onDeed={setDeed}
            onWrite={() => props.onWrite(member.user)}
          />
        ))}
      </ul>
      {group.left ? null : (
        <div className="grid justify-items-start gap-2 border-t border-line px-4 py-4">
          <Button
            tone="danger"
            size="small"
            icon="arrowRight"
            disabled={stuck}
            onClick={() => setDeed({ kind: "leave" })}
          >
            {t("leave")}
          </Button>
          {stuck ? <p className="text-sm text-ink-soft">{t("lastModerator")}</p> : null}
        </div>
      )}
      {deed ? <GroupDeedDialog api={api} group={group} deed={deed} onClose={() => setDeed(null)} /> : null}
    </section>
  );
}

interface MemberProps {
  readonly member: MemberView;
  readonly own: boolean;
  readonly verified: boolean;
  readonly mayChange: boolean;
  readonly lastModerator: boolean;
  readonly onDeed: (deed: GroupDeed) => void;
  readonly onWrite: () => void;
}

function Member(props: MemberProps) {
  const { member, own } = props;
  const t = useTranslations("group");
  const messages = useTranslations("messages");
  const countryName = useCountryName();
  const sites = useSites();
  const { place, title } = usePostName()(member.name);
  const country = countryName(sites.get(member.site)?.country ?? "");
  return (
    <li data-member={member.user} className="grid gap-1 px-4 py-2.5">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{place}</span>
        {own ? <span className="text-sm text-ink-soft">{t("you")}</span> : null}
        {member.moderator ? (
          <span className="text-sm">
            <Badge tone="accent" icon="shield">
              {t("moderator")}
            </Badge>
          </span>
        ) : null}
        {props.verified ? (
          <span className="text-sm">
            <Badge tone="ok" icon="shieldCheck">
              {messages("verified")}
            </Badge>
          </span>
        ) : null}
      </div>
      <p className="text-xs text-ink-soft">
        {[title, country, t("devices", { count: member.devices })].filter(Boolean).join(" · ")}
      </p>
      {own ? null : (
        <div role="toolbar" aria-label={t("actionsFor", { name: place })} className="-ml-2 flex flex-wrap">
          <Button size="small" tone="quiet" onClick={props.onWrite}>
            {t("message")}
          </Button>
          {props.mayChange ? (
            <>
              <Button
                size="small"
                tone="quiet"
                disabled={props.lastModerator}
                onClick={() => props.onDeed({ kind: "role", member })}
              >
                {member.moderator ? t("unmakeModerator") : t("makeModerator")}
              </Button>
              <Button size="small" tone="quiet" onClick={() => props.onDeed({ kind: "remove", member })}>
                {t("remove")}
              </Button>
            </>
          ) : null}
        </div>
      )}
    </li>
  );
}
