"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Level, LevelChoice, MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { Icon } from "../icon.tsx";
import { LevelSelect, type RefusedLevel } from "./level-select.tsx";
import { PriceLine } from "./price-line.tsx";
import { SuiteControls } from "./suite-controls.tsx";

interface ComposerSettingsProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly text: string;
  readonly suite: SuiteName;
  readonly choice: LevelChoice;
  readonly choices: readonly LevelChoice[];
  readonly withLevel: boolean;
  readonly onSuite: (suite: SuiteName) => void;
  readonly onLevel: (level: Level) => void;
  readonly onRefused: (level: RefusedLevel) => void;
}

/** Classification, cipher and price of what is being written. On a phone one line says them; pressing it opens them. */
export function ComposerSettings(props: ComposerSettingsProps) {
  const { api, conversation, suite, choice, choices } = props;
  const t = useTranslations("messages");
  const [open, setOpen] = useState(false);
  return (
    <div className="grid gap-x-4 gap-y-1.5">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-7 items-center gap-2 rounded-sm text-left text-sm font-medium md:hidden"
      >
        <span className="min-w-0 flex-1 truncate">
          {props.withLevel ? `${t(`levelName.${choice.level}`)} · ` : ""}
          {t(`suiteName.${suite}`)}
        </span>
        <span className="text-accent">{open ? t("settingsLess") : t("settingsMore")}</span>
        <Icon name="chevronDown" className={`size-3 text-accent ${open ? "rotate-180" : ""}`} />
      </button>
      <div className={`${open ? "flex" : "hidden md:flex"} flex-wrap items-center gap-x-4 gap-y-2`}>
        {props.withLevel ? (
          <LevelSelect
            value={choice.level}
            choices={choices}
            onChange={props.onLevel}
            onRefused={props.onRefused}
          />
        ) : null}
        <SuiteControls suite={suite} choice={choice} onChange={props.onSuite} />
        {choice.routes === "one" ? null : (
          <span className="inline-flex items-center gap-1.5 text-xs text-ink-soft">
            <Icon name="link" className="size-3" />
            {choice.routes === "two-required" ? t("routesRequired") : t("routesWanted")}
          </span>
        )}
      </div>
      <PriceLine api={api} conversation={conversation} text={props.text} suite={suite} />
    </div>
  );
}
