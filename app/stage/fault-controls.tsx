"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { LinkFaults, LinkStatus } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { LevelSlider } from "./level-slider.tsx";
import type { PanelProps } from "./panel-props.ts";

type Fault = "cut" | keyof LinkFaults;

const kinds: readonly Fault[] = ["cut", "loss", "drift", "detector"];

const ranges: Readonly<
  Record<keyof LinkFaults, { readonly min: number; readonly max: number; readonly step: number }>
> = {
  loss: { min: 1, max: 30, step: 1 },
  drift: { min: 0.1, max: 1, step: 0.1 },
  detector: { min: 0.1, max: 1, step: 0.1 },
};

/** Choose a fault, cause it, repair it. */
export function FaultControls({ link, status, act, busy, disabled }: PanelProps) {
  const t = useTranslations("stage");
  const quantity = useQuantity();
  const [fault, setFault] = useState<Fault>("cut");
  const [levels, setLevels] = useState<LinkFaults>({ loss: 3, drift: 0.6, detector: 1 });
  const broken = isBroken(status, fault);

  function toggle(): Promise<void> {
    if (fault === "cut") {
      return act("link.cut", { link, cut: !broken }, { kind: broken ? "mended" : "cut", link });
    }
    const level = broken ? 0 : levels[fault];
    const what = broken
      ? ({ kind: "faultMended", link } as const)
      : ({ kind: "fault", link, fault } as const);
    return act("link.fault", { link, fault, level }, what);
  }

  return (
    <fieldset className="grid gap-1.5 border-t border-line pt-1.5">
      <legend className="label float-left">{t("faults")}</legend>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <SelectField
            label={t("faults")}
            hideLabel
            value={fault}
            onChange={(event) => {
              const chosen = kinds.find((one) => one === event.target.value);
              if (chosen) setFault(chosen);
            }}
          >
            {kinds.map((one) => (
              <option key={one} value={one}>
                {t(`faultKind.${one}`)}
              </option>
            ))}
          </SelectField>
        </div>
        <Button
          tone={broken ? "plain" : "danger"}
          icon={broken ? "restore" : "cut"}
          busy={busy}
          disabled={disabled}
          onClick={() => void toggle()}
        >
          {fault === "cut" ? t(broken ? "restore" : "cut") : t(broken ? "faultStop" : "faultStart")}
        </Button>
      </div>
      {fault === "cut" ? null : (
        <LevelSlider
          label={t(`level.${fault}`)}
          {...ranges[fault]}
          value={levels[fault]}
          shown={fault === "loss" ? quantity.number(levels.loss, 0) : quantity.percent(levels[fault], 0)}
          onChange={(value) => setLevels((before) => ({ ...before, [fault]: value }))}
        />
      )}
    </fieldset>
  );
}

function isBroken(status: LinkStatus | undefined, fault: Fault): boolean {
  if (status === undefined) return false;
  return fault === "cut" ? status.cut : status.faults[fault] > 0;
}
