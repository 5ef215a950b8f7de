"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type {
  ContactView,
  ConversationView,
  MemberView,
  MessengerApi,
} from "../../messenger/messenger-api.ts";
import { TextField } from "../field.tsx";
import { Icon } from "../icon.tsx";
import { usePostName } from "../use-post-name.ts";
import { GroupConfirm } from "./group-confirm.tsx";
import { GroupPeople } from "./group-people.tsx";

/** What is about to be done to a group. */
export type GroupDeed =
  | { readonly kind: "add" | "rename" | "leave" }
  | { readonly kind: "remove" | "role"; readonly member: MemberView };

interface GroupDeedDialogProps {
  readonly api: MessengerApi;
  readonly group: ConversationView;
  readonly deed: GroupDeed;
  readonly onClose: () => void;
}

/** The question that belongs to a deed: who, and what those who go can still read. */
export function GroupDeedDialog({ deed, ...rest }: GroupDeedDialogProps) {
  if ("member" in deed)
    return deed.kind === "remove" ? (
      <Remove {...rest} member={deed.member} />
    ) : (
      <Role {...rest} member={deed.member} />
    );
  if (deed.kind === "add") return <Add {...rest} />;
  return deed.kind === "rename" ? <Rename {...rest} /> : <Leave {...rest} />;
}

type DeedProps = Omit<GroupDeedDialogProps, "deed">;

function Add({ api, group, onClose }: DeedProps) {
  const t = useTranslations("group");
  const [chosen, setChosen] = useState<ReadonlyMap<string, ContactView>>(() => new Map());
  return (
    <GroupConfirm
      title={t("add")}
      action={t("addConfirm")}
      onClose={onClose}
      deed={async () => {
        if (chosen.size > 0) await api.addMembers(group.id, [...chosen.keys()]);
      }}
    >
      <p className="text-ink-soft">{t("addLead")}</p>
      <GroupPeople
        api={api}
        without={new Set(group.members.map(({ user }) => user))}
        chosen={chosen}
        onChosen={setChosen}
      />
    </GroupConfirm>
  );
}

function Rename({ api, group, onClose }: DeedProps) {
  const t = useTranslations("group");
  const [title, setTitle] = useState(group.title);
  return (
    <GroupConfirm
      title={t("rename")}
      action={t("save")}
      onClose={onClose}
      deed={() => api.rename(group.id, title.trim())}
    >
      <p className="text-ink-soft">{t("renameLead")}</p>
      <TextField
        label={t("title")}
        help={t("titleHelp")}
        value={title}
        maxLength={120}
        onChange={(event) => setTitle(event.target.value)}
      />
    </GroupConfirm>
  );
}

function Remove({ api, group, member, onClose }: DeedProps & { member: MemberView }) {
  const t = useTranslations("group");
  const { place } = usePostName()(member.name);
  return (
    <GroupConfirm
      title={t("removeTitle", { name: place })}
      action={t("remove")}
      danger
      onClose={onClose}
      deed={() => api.removeMember(group.id, member.user)}
    >
      <ul className="grid gap-2">
        <Consequence icon="eye" text={t("removeCan")} />
        <Consequence icon="eyeOff" text={t("removeCannot")} />
        <Consequence icon="hourglass" text={t("removeWaiting")} />
      </ul>
    </GroupConfirm>
  );
}

function Leave({ api, group, onClose }: DeedProps) {
  const t = useTranslations("group");
  return (
    <GroupConfirm
      title={t("leaveTitle", { title: group.title })}
      action={t("leave")}
      danger
      onClose={onClose}
      deed={() => api.leave(group.id)}
    >
      <p className="text-ink-soft">{t("leaveText")}</p>
    </GroupConfirm>
  );
}

function Role({ api, group, member, onClose }: DeedProps & { member: MemberView }) {
  const t = useTranslations("group");
  const { place } = usePostName()(member.name);
  const on = !member.moderator;
  return (
    <GroupConfirm
      title={on ? t("makeModerator") : t("unmakeModerator")}
      action={on ? t("makeModerator") : t("unmakeModerator")}
      onClose={onClose}
      deed={() => api.setModerator(group.id, member.user, on)}
    >
      <p className="text-ink-soft">
        {on ? t("makeModeratorText", { name: place }) : t("unmakeModeratorText", { name: place })}
      </p>
    </GroupConfirm>
  );
}

function Consequence({ icon, text }: { icon: "eye" | "eyeOff" | "hourglass"; text: string }) {
  return (
    <li className="grid grid-cols-[auto_1fr] gap-x-3">
      <Icon name={icon} className="mt-1 text-ink-soft" />
      <span>{text}</span>
    </li>
  );
}
