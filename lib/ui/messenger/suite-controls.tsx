"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import type { LevelChoice, SuiteName } from "../../messenger/messenger-api.ts";
import { Icon } from "../icon.tsx";
import { Segmented } from "../segmented.tsx";
import { otherPostQuantum, partsOf, withCipher } from "./choose-suite.ts";

interface SuiteControlsProps {
  readonly suite: SuiteName;
  readonly choice: LevelChoice;
  readonly onChange: (suite: SuiteName) => void;
}

/**
 * Cipher and "add post-quantum": all that a person chooses of a suite. What the level demands cannot be taken away,
 * and says so.
 */
export function SuiteControls({ suite, choice, onChange }: SuiteControlsProps) {
  const t = useTranslations("messages");
  const note = useId();
  const { cipher, postQuantum } = partsOf(suite);
  const other = otherPostQuantum(suite, choice.offered);
  const ciphers = (["OTP", "AES"] as const).filter(
    (one) => one === cipher || withCipher(one, suite, choice.offered) !== null,
  );
  return (
    <>
      {ciphers.length > 1 ? (
        <Segmented
          label={t("suite")}
          value={cipher}
          onChange={(wanted) => onChange(withCipher(wanted, suite, choice.offered) ?? suite)}
          options={ciphers.map((one) => ({
            value: one,
            label: t(`suiteName.${one}`),
            title: t(`suiteText.${one}`),
          }))}
        />
      ) : (
        <span className="inline-flex min-h-7 items-center gap-1.5 text-sm font-medium">
          <Icon name="shieldCheck" className="size-3.5 text-accent" />
          {t(`suiteName.${cipher}`)}
        </span>
      )}
      <label
        title={t("postQuantumText")}
        className="inline-flex min-h-7 items-center gap-1.5 text-sm font-medium has-disabled:text-ink-soft"
      >
        <input
          type="checkbox"
          checked={postQuantum}
          disabled={other === null}
          aria-describedby={other === null ? note : undefined}
          onChange={() => (other === null ? undefined : onChange(other))}
          className="size-4 accent-accent"
        />
        {t("postQuantum")}
      </label>
      {other === null && postQuantum ? (
        <span id={note} className="text-xs text-ink-soft">
          {t("demanded", { level: t(`levelName.${choice.level}`) })}
        </span>
      ) : null}
    </>
  );
}
