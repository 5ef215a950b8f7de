"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { EngineState, MessengerApi } from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { lazily } from "../lazily.tsx";
import { Empty, Notice, Waiting } from "../notice.tsx";
import { type CodedProblem, useProblemText } from "../problem-text.ts";

const WaitingDevicePanel = lazily(() =>
  import("./devices-waiting.tsx").then((part) => part.WaitingDevicePanel),
);

/** True where the engine's state leaves nothing else to show. */
export function blocksScreen(state: EngineState): boolean {
  return [
    "starting",
    "enrolling",
    "other-user",
    "approval-needed",
    "signed-out",
    "revoked",
    "failed",
  ].includes(state.phase);
}

interface EngineNoticeProps {
  readonly api: MessengerApi;
  readonly state: EngineState;
  readonly name: string;
  readonly onErase: () => void;
  readonly onRetry: () => void;
}

/** What a person sees while there is no messenger to use, and the one thing to do. */
export function EngineNotice({ api, state, name, onErase, onRetry }: EngineNoticeProps) {
  const t = useTranslations("engine");
  const nav = useTranslations("nav");
  const common = useTranslations("common");
  const [asking, setAsking] = useState(false);
  switch (state.phase) {
    case "other-user":
      return (
        <>
          <Empty
            icon="user"
            title={t("otherUser")}
            actions={
              <Button tone="danger" onClick={() => setAsking(true)}>
                {t("otherUserErase")}
              </Button>
            }
          >
            {t("otherUserText", { holder: state.holder, name })}
          </Empty>
          <EraseDialog
            open={asking}
            title={t("otherUserErase")}
            lead={t("otherUserConfirm", { holder: state.holder })}
            onClose={() => setAsking(false)}
            onErase={onErase}
          />
        </>
      );
    case "approval-needed":
      return <WaitingDevicePanel api={api} />;
    case "revoked":
      return (
        <Empty
          icon="failed"
          title={t("revoked")}
          actions={
            <Button tone="danger" onClick={onErase}>
              {t("revokedAnew")}
            </Button>
          }
        >
          {t("revokedText")}
        </Empty>
      );
    case "signed-out":
      return (
        <Empty
          icon="user"
          title={t("signedOut")}
          actions={
            <a
              href="/sign-in?to=/messages"
              className="inline-flex min-h-9 items-center rounded-md bg-accent px-3 font-medium text-accent-ink"
            >
              {nav("signIn")}
            </a>
          }
        >
          {t("signedOutText")}
        </Empty>
      );
    case "failed":
      return (
        <div className="mx-auto w-full max-w-xl p-6">
          <Notice
            tone="alarm"
            icon="failed"
            urgent
            title={t("failed")}
            actions={
              <>
                <Button icon="refresh" onClick={onRetry}>
                  {common("retry")}
                </Button>
                <Button tone="danger" onClick={() => setAsking(true)}>
                  {t("erase")}
                </Button>
              </>
            }
          >
            <EngineFailure code={state.code} reason={state.message} nextStep={state.nextStep} />
          </Notice>
          <EraseDialog
            open={asking}
            title={t("erase")}
            lead={t("eraseConfirm", { name })}
            onClose={() => setAsking(false)}
            onErase={onErase}
          />
        </div>
      );
    case "starting":
    case "enrolling":
      return <Waiting>{t(state.phase)}…</Waiting>;
    default:
      return null;
  }
}

function EngineFailure(problem: CodedProblem) {
  const { reason, nextStep } = useProblemText()(problem);
  return (
    <>
      <p>{reason}</p>
      {nextStep ? <p>{nextStep}</p> : null}
      <p className="font-mono text-xs">{problem.code}</p>
    </>
  );
}

interface EraseDialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly lead: string;
  readonly onClose: () => void;
  readonly onErase: () => void;
}

/** Erasing cannot be undone, so it is asked once more. */
function EraseDialog({ open, title, lead, onClose, onErase }: EraseDialogProps) {
  const common = useTranslations("common");
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      lead={lead}
      actions={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            tone="danger"
            onClick={() => {
              onClose();
              onErase();
            }}
          >
            {title}
          </Button>
        </>
      }
    />
  );
}

/** The connection in one word, for the foot of a list or the head of a desk. */
export function EngineBadge({ state }: { state: EngineState }) {
  const t = useTranslations("engine");
  switch (state.phase) {
    case "ready":
      return (
        <Badge tone="ok" icon="check">
          {t("ready")}
        </Badge>
      );
    case "offline":
      return (
        <Badge tone="warn" icon="alarm">
          {t("offline")}
        </Badge>
      );
    case "starting":
    case "enrolling":
    case "connecting":
      return (
        <Badge tone="idle" icon="hourglass">
          {t(state.phase)}…
        </Badge>
      );
    default:
      return null;
  }
}
