"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { Level, MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Icon } from "../icon.tsx";
import { lazily } from "../lazily.tsx";
import { Notice } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import { usePostName } from "../use-post-name.ts";
import { AttachButton } from "./attach-button.tsx";
import { suiteInForce } from "./choose-suite.ts";
import { ComposerSettings } from "./composer-settings.tsx";
import type { RefusedLevel } from "./level-select.tsx";
import { toOutgoingFile, useAttachment } from "./use-attachment.ts";
import { usePolicy } from "./use-policy.ts";

const longest = 64 * 1024;
const AttachmentBox = lazily(() => import("./attachment-box.tsx").then((part) => part.AttachmentBox));

export interface Draft {
  readonly text: string;
  /** null: what the level is set to. */
  readonly suite: SuiteName | null;
  readonly level: Level;
}

export const emptyDraft: Draft = { text: "", suite: null, level: 0 };

interface ComposerProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly title: string;
  /** The title is a group's, not a post's. */
  readonly group?: boolean;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly large?: boolean;
  readonly sample?: string;
  /** Above the box: what is answered, what is attached. */
  readonly above?: ReactNode;
  /** Beside the box: other kinds of messages, in the cipher and classification that are chosen. */
  readonly tools?: (chosen: { readonly suite: SuiteName; readonly level: Level }) => ReactNode;
  /** The message that the text answers. */
  readonly replyTo?: string | null;
  readonly onSent?: () => void;
}

export function Composer(props: ComposerProps) {
  const { api, conversation, draft, onDraft, large = false } = props;
  const t = useTranslations("messages");
  const stage = useTranslations("stage");
  const errorText = useErrorText();
  const postName = usePostName();
  const [refusedLevel, setRefusedLevel] = useState<RefusedLevel | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement | null>(null);
  const lastTyping = useRef(0);
  const attachment = useAttachment(conversation);
  const { chosen } = attachment;
  const [fileAllowed, setFileAllowed] = useState(true);
  const nothing = chosen === null ? draft.text.trim() === "" : !fileAllowed;
  const choices = usePolicy(api, conversation)?.levels;
  const choice = choices?.find(({ level }) => level === draft.level);
  const suite = suiteInForce(draft.suite, choice);
  const tooLong = new TextEncoder().encode(draft.text).length > longest;

  // Where the browser does not let the box follow its text itself: measuring it lays out the whole page at each key.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = box.current;
    if (!element || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, large ? 140 : 220)}px`;
  }, [draft.text, large]);

  function write(text: string) {
    onDraft({ ...draft, text });
    const now = Date.now();
    if (text !== "" && now - lastTyping.current > 3000) {
      lastTyping.current = now;
      void api.typing(conversation, suite, draft.level).catch(() => undefined);
    }
  }

  async function send() {
    const text = draft.text.trim();
    if (nothing || tooLong || busy || choice === undefined || choice.refused !== null) return;
    setBusy(true);
    setFailure(null);
    try {
      if (chosen === null) {
        const { replyTo = null } = props;
        const content = replyTo === null ? text : ({ kind: "text", text, replyTo } as const);
        await api.send(conversation, content, suite, draft.level);
      } else await api.sendFile(conversation, await toOutgoingFile(chosen, text, suite), suite, draft.level);
      attachment.clear();
      // The message ended the hint at the others': the next word is told at once.
      lastTyping.current = 0;
      props.onSent?.();
      onDraft({ ...draft, text: "" });
    } catch (error) {
      setFailure(errorText(error));
    } finally {
      setBusy(false);
      box.current?.focus();
    }
  }

  function pressed(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  return (
    <section
      aria-label={t("composer")}
      onDragOver={attachment.onDragOver}
      onDragLeave={attachment.onDragLeave}
      onDrop={attachment.onDrop}
      className={`grid grid-cols-[minmax(0,1fr)] gap-2 border-t bg-surface px-4 py-3 ${attachment.dragging ? "border-accent bg-accent-wash" : "border-line"}`}
    >
      {refusedLevel ? (
        <LevelRefused level={refusedLevel} kept={draft.level} onKeep={() => setRefusedLevel(null)} />
      ) : null}
      {failure ? (
        <Notice tone="alarm" icon="alarm" urgent title={t("sendFailed")}>
          {t("sendFailedText", { reason: failure })}
        </Notice>
      ) : null}
      {choices && choice ? (
        <ComposerSettings
          api={api}
          conversation={conversation}
          text={chosen === null ? draft.text : ""}
          suite={suite}
          choice={choice}
          choices={choices}
          withLevel={!large}
          onSuite={(chosen) => onDraft({ ...draft, suite: chosen })}
          onLevel={(level) => {
            setRefusedLevel(null);
            onDraft({ ...draft, level, suite: null });
          }}
          onRefused={setRefusedLevel}
        />
      ) : null}
      {props.above}
      {chosen ? (
        <AttachmentBox
          api={api}
          conversation={conversation}
          chosen={chosen}
          caption={draft.text.trim()}
          suite={suite}
          level={draft.level}
          onClear={attachment.clear}
          onAllowed={setFileAllowed}
        />
      ) : null}
      <div className="flex items-end gap-2">
        {large ? null : <AttachButton onFile={attachment.choose} />}
        {choice && choice.refused === null ? props.tools?.({ suite, level: draft.level }) : null}
        <textarea
          ref={box}
          rows={1}
          value={draft.text}
          onChange={(event) => write(event.target.value)}
          onKeyDown={pressed}
          onPaste={attachment.onPaste}
          aria-label={t("composer")}
          data-shortcut="compose"
          aria-invalid={tooLong || undefined}
          placeholder={t("placeholder", {
            name: props.group ? props.title : postName(props.title).place,
          })}
          title={t("sendKeys")}
          className={`thin-scroll field-sizing-content min-h-9 min-w-0 flex-1 resize-none rounded-md border border-line-strong bg-paper px-3 py-1.5 placeholder:truncate placeholder:text-ink-faint ${large ? "max-h-[140px] text-lg" : "max-h-[220px]"}`}
        />
        <Button
          tone="primary"
          icon="send"
          busy={busy}
          disabled={nothing || tooLong || choice === undefined}
          onClick={send}
        >
          {t("send")}
        </Button>
      </div>
      {tooLong ? (
        <p className="flex items-center gap-1.5 text-sm text-alarm">
          <Icon name="alarm" />
          {t("tooLong", { kilobytes: 64 })}
        </p>
      ) : null}
      {props.sample && draft.text === "" ? (
        <p>
          <button
            type="button"
            className="block max-w-full truncate rounded-sm text-sm text-accent hover:underline"
            onClick={() => write(props.sample ?? "")}
          >
            {stage("sample")}: “{props.sample}”
          </button>
        </p>
      ) : null}
    </section>
  );
}

/** Why a classification cannot be chosen. Nothing was changed, so nothing can have gone out under it. */
function LevelRefused(props: { level: RefusedLevel; kept: Level; onKeep: () => void }) {
  const { level, kept, onKeep } = props;
  const t = useTranslations("messages");
  return (
    <Notice
      tone="warn"
      icon="shield"
      urgent
      title={t("levelRefused", { level: t(`levelName.${level.name}`) })}
      actions={
        <Button size="small" onClick={onKeep}>
          {t("levelKeep", { level: t(`levelName.${kept}`) })}
        </Button>
      }
    >
      {level.code === null ? t("topSecretText") : t("levelRefusedText")}
    </Notice>
  );
}
