/** What happened to a conversation, between its messages. */
export interface TimelineView {
  readonly id: string;
  readonly at: number;
  readonly kind:
    | "created"
    | "added"
    | "removed"
    | "left"
    | "role"
    | "device-added"
    | "device-removed"
    | "renamed"
    | "timer";
  /** Who did it, by name; null when it is not known. */
  readonly actor: string | null;
  /** To whom, by name; null when it concerns nobody in particular. */
  readonly subject: string | null;
  /** "renamed": the title; "role": "moderator" or "member"; "timer": seconds, "0" is off. */
  readonly text?: string;
  /** Its place: after the messages with a lower ordinal. */
  readonly ordinal: number;
  /** This person's own membership begins here: what was written before is not readable on this device. */
  readonly historyBegins: boolean;
}

/** Conversations of more than two, and what happened to their membership. */
export interface GroupApi {
  /** @returns the new conversation's id. @throws "contact.unknown", "group.too-few", "relay.offline" */
  createGroup(title: string, users: readonly string[]): Promise<string>;
  /** @throws "group.not-moderator", "relay.offline" */
  addMembers(conversation: string, users: readonly string[]): Promise<void>;
  /** Takes effect for the next message of everybody. @throws "group.not-moderator", "group.last-moderator" */
  removeMember(conversation: string, user: string): Promise<void>;
  /** @throws "group.last-moderator" when others stay without one */
  leave(conversation: string): Promise<void>;
  /** @throws "group.not-moderator", "group.last-moderator" */
  setModerator(conversation: string, user: string, on: boolean): Promise<void>;
  /** An ordinary message to everybody, in the conversation's suite. @throws "group.not-moderator" */
  rename(conversation: string, title: string): Promise<void>;
  /** Membership, devices, titles, oldest first. */
  timeline(conversation: string): Promise<readonly TimelineView[]>;
}
