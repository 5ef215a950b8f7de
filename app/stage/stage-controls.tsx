"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { LinkStatus, TopologyView } from "@/lib/keys/api-types.ts";
import { Badge } from "@/lib/ui/badge.tsx";
import { Button } from "@/lib/ui/button.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { LinkState } from "@/lib/ui/network/link-state.tsx";
import { Notice } from "@/lib/ui/notice.tsx";
import type { SendCommand } from "@/lib/ui/operations/use-device-command.ts";
import { Term } from "@/lib/ui/term.tsx";
import type { NewConsequence } from "./consequences.ts";

interface StageControlsProps {
  readonly topology: TopologyView;
  readonly statuses: ReadonlyMap<string, LinkStatus>;
  readonly onRoute: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (link: string) => void;
  readonly nameOfLink: (link: string) => string;
  /** null while the presenter's own device is being prepared. */
  readonly send: SendCommand | null;
  readonly note: (what: NewConsequence) => void;
}

/** Tap, cut, mend, reset: each is a command signed by the presenter's own device. */
export function StageControls(props: StageControlsProps) {
  const { chosen, send, note } = props;
  const t = useTranslations("stage");
  const links = useTranslations("link");
  const quantity = useQuantity();
  const [fraction, setFraction] = useState(0.5);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const status = chosen === null ? undefined : props.statuses.get(chosen);
  const tapped = status?.attack.model === "intercept-resend";
  const cut = status?.cut ?? false;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another link, another story
  useEffect(() => setProblem(null), [chosen]);

  async function act(...[kind, args, what]: [...Parameters<SendCommand>, NewConsequence]) {
    if (!send) return;
    setBusy(true);
    setProblem(null);
    try {
      await send(kind, args);
      note(what);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  const others = props.topology.links.filter((link) => link.active && !props.onRoute.includes(link.id));
  const disabled = send === null || busy || chosen === null;
  const link = chosen ?? "";
  return (
    <section aria-label={t("controls")} className="grid gap-3 border-b border-line px-4 py-3">
      <SelectField
        label={t("target")}
        hideLabel
        value={link}
        onChange={(event) => props.onChoose(event.target.value)}
      >
        {chosen === null ? <option value="">{t("selectLink")}</option> : null}
        <optgroup label={t("onRoute")}>
          {props.onRoute.map((id) => (
            <option key={id} value={id}>
              {props.nameOfLink(id)}
            </option>
          ))}
        </optgroup>
        <optgroup label={t("otherLinks")}>
          {others.map(({ id }) => (
            <option key={id} value={id}>
              {props.nameOfLink(id)}
            </option>
          ))}
        </optgroup>
      </SelectField>
      <dl className="flex flex-wrap items-baseline gap-x-6 gap-y-1" data-chosen-link={link}>
        <div className="flex items-baseline gap-2">
          <dt className="sr-only">{t("selected")}</dt>
          <dd className="text-lg font-medium">{status ? <LinkState condition={status.condition} /> : "—"}</dd>
        </div>
        <div className="flex items-baseline gap-2">
          <dt className="text-ink-soft">
            <Term name="QBER">{t("qber")}</Term>
          </dt>
          <dd
            data-qber=""
            className={`text-lg font-semibold ${status?.alarm === "qber-high" ? "text-alarm" : ""}`}
          >
            {status?.qber == null ? "—" : quantity.percent(status.qber, 1)}
          </dd>
        </div>
        <div className="flex items-baseline gap-2">
          <dt className="text-ink-soft">{t("stored")}</dt>
          <dd className="text-lg font-semibold">{status ? quantity.data(status.availableBytes) : "—"}</dd>
        </div>
        {tapped ? (
          <Badge tone="warn" icon="tap">
            {links("attack.intercept-resend", { percent: quantity.percent(status?.attack.fraction ?? 0, 0) })}
          </Badge>
        ) : null}
        {cut ? (
          <Badge tone="warn" icon="cut">
            {links("cut")}
          </Badge>
        ) : null}
      </dl>
      <label className="grid grid-cols-[auto_1fr_auto] items-center gap-3">
        <span className="text-sm text-ink-soft">{t("fraction")}</span>
        <input
          type="range"
          min={0.05}
          max={1}
          step={0.05}
          value={fraction}
          onChange={(event) => setFraction(Number(event.target.value))}
          className="w-full accent-accent"
        />
        <output className="w-12 text-right font-semibold">{quantity.percent(fraction, 0)}</output>
      </label>
      <div className="flex flex-wrap gap-2">
        <Button
          tone={tapped ? "plain" : "danger"}
          icon="tap"
          busy={busy}
          disabled={disabled}
          onClick={() =>
            tapped
              ? void act("link.attack", { link, model: "none", fraction: 0 }, { kind: "tapStopped", link })
              : void act(
                  "link.attack",
                  { link, model: "intercept-resend", fraction },
                  { kind: "tap", link, fraction },
                )
          }
        >
          {tapped ? t("tapStop") : t("tap")}
        </Button>
        <Button
          tone={cut ? "plain" : "danger"}
          icon={cut ? "restore" : "cut"}
          busy={busy}
          disabled={disabled}
          onClick={() => void act("link.cut", { link, cut: !cut }, { kind: cut ? "mended" : "cut", link })}
        >
          {cut ? t("restore") : t("cut")}
        </Button>
        <Button
          icon="refresh"
          busy={busy}
          disabled={send === null || busy}
          onClick={() => void act("links.reset", {}, { kind: "reset" })}
        >
          {t("reset")}
        </Button>
      </div>
      {problem ? (
        <Notice tone="alarm" icon="failed" urgent title={t("refused")}>
          {problem}
        </Notice>
      ) : null}
      {send === null ? <p className="text-sm text-ink-soft">{t("notReady")}</p> : null}
    </section>
  );
}
