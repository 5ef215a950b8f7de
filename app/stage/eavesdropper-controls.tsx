"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AttackModel } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { LevelSlider } from "./level-slider.tsx";
import type { PanelProps } from "./panel-props.ts";

type Model = Exclude<AttackModel, "none">;

const models: readonly Model[] = [
  "intercept-resend",
  "photon-number-splitting",
  "blinding",
  "jamming",
  "man-in-the-middle",
];

/** Names of the sliders; whoever blinds or stands in the middle does so for every pulse. */
const sliders: Readonly<Partial<Record<Model, "fraction" | "splitFraction" | "strength">>> = {
  "intercept-resend": "fraction",
  "photon-number-splitting": "splitFraction",
  jamming: "strength",
};

/** Choose an eavesdropper, start it, stop it. */
export function EavesdropperControls({ link, status, act, busy, disabled }: PanelProps) {
  const t = useTranslations("stage");
  const quantity = useQuantity();
  const [model, setModel] = useState<Model>("intercept-resend");
  const [level, setLevel] = useState(0.5);
  const running = status !== undefined && status.attack.model !== "none";
  const tapping = running ? status.attack.model === "intercept-resend" : model === "intercept-resend";
  const slider = sliders[model];
  const fraction = slider === undefined ? 1 : level;

  function start(): Promise<void> {
    const what =
      model === "intercept-resend"
        ? ({ kind: "tap", link, fraction } as const)
        : ({ kind: "attack", link, model } as const);
    return act("link.attack", { link, model, fraction }, what);
  }

  function stop(): Promise<void> {
    const what = { kind: tapping ? "tapStopped" : "attackStopped", link } as const;
    return act("link.attack", { link, model: "none", fraction: 0 }, what);
  }

  return (
    <fieldset className="grid gap-1.5 border-t border-line pt-1.5">
      <legend className="label float-left">{t("eavesdropper")}</legend>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <SelectField
            label={t("eavesdropper")}
            hideLabel
            value={model}
            onChange={(event) => {
              const chosen = models.find((one) => one === event.target.value);
              if (chosen) setModel(chosen);
            }}
          >
            {models.map((one) => (
              <option key={one} value={one}>
                {t(`model.${one}`)}
              </option>
            ))}
          </SelectField>
        </div>
        <Button
          tone={running ? "plain" : "danger"}
          icon="tap"
          busy={busy}
          disabled={disabled}
          onClick={() => void (running ? stop() : start())}
        >
          {running ? t(tapping ? "tapStop" : "attackStop") : t(tapping ? "tap" : "attackStart")}
        </Button>
      </div>
      {slider ? (
        <LevelSlider
          label={t(slider)}
          min={0.05}
          max={1}
          step={0.05}
          value={level}
          shown={quantity.percent(level, 0)}
          onChange={setLevel}
        />
      ) : null}
      <p className="text-sm text-ink-soft">{t(`expect.${model}`)}</p>
    </fieldset>
  );
}
