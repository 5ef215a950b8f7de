"use client";

import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { Icon } from "../icon.tsx";
import { Notice } from "../notice.tsx";
import { splitPostName } from "../post-name.ts";
import { useErrorText } from "../problem-text.ts";
import { Segmented } from "../segmented.tsx";
import { LevelSelect, type RefusedLevel } from "./level-select.tsx";
import { PriceLine } from "./price-line.tsx";

const longest = 64 * 1024;

export interface Draft {
  readonly text: string;
  readonly suite: SuiteName;
}

interface ComposerProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly title: string;
  /** Kept in memory by whoever shows the composer: a draft never touches the disk. */
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly large?: boolean;
  readonly sample?: string;
}

export function Composer(props: ComposerProps) {
  const { api, conversation, draft, onDraft, large = false } = props;
  const t = useTranslations("messages");
  const stage = useTranslations("stage");
  const errorText = useErrorText();
  const [refusedLevel, setRefusedLevel] = useState<RefusedLevel | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement | null>(null);
  const lastTyping = useRef(0);
  const bytes = new TextEncoder().encode(draft.text).length;
  const tooLong = bytes > longest;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, large ? 140 : 220)}px`;
  }, [draft.text, large]);

  function write(text: string) {
    onDraft({ ...draft, text });
    const now = Date.now();
    if (text !== "" && now - lastTyping.current > 3000) {
      lastTyping.current = now;
      void api.typing(conversation).catch(() => undefined);
    }
  }

  async function send() {
    const text = draft.text.trim();
    if (text === "" || tooLong || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await api.send(conversation, text, draft.suite, 0);
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
      className="grid grid-cols-[minmax(0,1fr)] gap-2 border-t border-line bg-surface px-4 py-3"
    >
      {refusedLevel ? (
        <Notice
          tone="warn"
          icon="shield"
          urgent
          title={t("levelRefused", { level: t(`levelName.${refusedLevel}`) })}
          actions={
            <Button size="small" onClick={() => setRefusedLevel(null)}>
              {t("levelKeep")}
            </Button>
          }
        >
          {refusedLevel === "4" ? t("topSecretText") : t("levelRefusedText")}
        </Notice>
      ) : null}
      {failure ? (
        <Notice tone="alarm" icon="alarm" urgent title={t("sendFailed")}>
          {t("sendFailedText", { reason: failure })}
        </Notice>
      ) : null}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Segmented
          label={t("suite")}
          value={draft.suite}
          onChange={(suite) => onDraft({ ...draft, suite })}
          options={[
            { value: "OTP", label: t("suiteName.OTP"), title: t("suiteText.OTP") },
            { value: "AES", label: t("suiteName.AES"), title: t("suiteText.AES") },
          ]}
        />
        {large ? null : <LevelSelect onRefused={setRefusedLevel} />}
        <PriceLine api={api} conversation={conversation} text={draft.text} suite={draft.suite} />
      </div>
      <div className="flex items-end gap-2">
        <textarea
          ref={box}
          rows={1}
          value={draft.text}
          onChange={(event) => write(event.target.value)}
          onKeyDown={pressed}
          aria-label={t("composer")}
          aria-invalid={tooLong || undefined}
          placeholder={t("placeholder", { name: splitPostName(props.title).place })}
          title={t("sendKeys")}
          className={`thin-scroll min-h-9 flex-1 resize-none rounded-md border border-line-strong bg-paper px-3 py-1.5 placeholder:truncate placeholder:text-ink-faint ${large ? "text-lg" : ""}`}
        />
        <Button
          tone="primary"
          icon="send"
          busy={busy}
          disabled={draft.text.trim() === "" || tooLong}
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
