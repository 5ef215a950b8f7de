"use client";

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { lazily } from "../lazily.tsx";

const EditDialog = lazily(() => import("./message-content-dialogs.tsx").then((part) => part.EditDialog));
const RemoveDialog = lazily(() => import("./message-content-dialogs.tsx").then((part) => part.RemoveDialog));
const ReactionDialog = lazily(() => import("./reaction-dialog.tsx").then((part) => part.ReactionDialog));
const AcknowledgeDialog = lazily(() =>
  import("./structured-answer.tsx").then((part) => part.AcknowledgeDialog),
);

export type MessageDeed = "reply" | "react" | "edit" | "remove" | "acknowledge";

const DeskContext = createContext<((deed: MessageDeed, message: MessageView) => void) | null>(null);

/** What rows may do with their message; null where a thread is only looked at. */
export function useMessageDesk() {
  return useContext(DeskContext);
}

const PlaceContext = createContext<((message: string) => void) | null>(null);

/** Goes to a message of the thread; null where there is no thread around. */
export function useGoTo() {
  return useContext(PlaceContext);
}

interface MessageDeskProps {
  readonly onGoTo?: (message: string) => void;
  readonly api: MessengerApi;
  readonly onReply: (message: MessageView) => void;
  readonly children: ReactNode;
}

/** Around a thread whose messages may be answered and changed: asks what has to be asked. */
export function MessageDesk({ api, onReply, onGoTo, children }: MessageDeskProps) {
  const [asked, setAsked] = useState<{ deed: MessageDeed; message: MessageView } | null>(null);
  const begin = useMemo(
    () => (deed: MessageDeed, message: MessageView) => {
      if (deed === "reply") onReply(message);
      else setAsked({ deed, message });
    },
    [onReply],
  );
  const close = () => setAsked(null);
  const about = asked ? { api, message: asked.message, onClose: close } : null;
  return (
    <DeskContext value={begin}>
      <PlaceContext value={onGoTo ?? null}>{children}</PlaceContext>
      {about && asked?.deed === "edit" ? <EditDialog {...about} /> : null}
      {about && asked?.deed === "remove" ? <RemoveDialog {...about} /> : null}
      {about && asked?.deed === "react" ? <ReactionDialog {...about} /> : null}
      {about && asked?.deed === "acknowledge" ? <AcknowledgeDialog {...about} /> : null}
    </DeskContext>
  );
}
