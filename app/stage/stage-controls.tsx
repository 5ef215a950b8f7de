"use client";

import { useTranslations } from "next-intl";
import { useCallback, useEffect, useState } from "react";
import type { LinkStatus, TopologyView } from "@/lib/keys/api-types.ts";
import type { MessengerApi } from "@/lib/messenger/messenger-api.ts";
import { Button } from "@/lib/ui/button.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { DisturbanceBadges } from "@/lib/ui/network/disturbance-badges.tsx";
import { LinkState } from "@/lib/ui/network/link-state.tsx";
import { Notice } from "@/lib/ui/notice.tsx";
import type { SendCommand } from "@/lib/ui/operations/use-device-command.ts";
import { useErrorText } from "@/lib/ui/problem-text.ts";
import { Segmented } from "@/lib/ui/segmented.tsx";
import { AgentsPanel } from "@/lib/ui/stage/agents-panel.tsx";
import type { NewConsequence } from "@/lib/ui/stage/consequences.ts";
import { Term } from "@/lib/ui/term.tsx";
import { AuthenticationControl } from "./authentication-control.tsx";
import { EavesdropperControls } from "./eavesdropper-controls.tsx";
import { FaultControls } from "./fault-controls.tsx";
import { NetworkControls } from "./network-controls.tsx";
import type { Act, PanelProps } from "./panel-props.ts";

const abouts = ["link", "network", "agents"] as const;
type About = (typeof abouts)[number];

interface StageControlsProps {
  readonly topology: TopologyView;
  readonly statuses: ReadonlyMap<string, LinkStatus>;
  readonly onRoute: readonly string[];
  readonly route: readonly string[] | null;
  readonly nameOf: (id: string) => string;
  readonly api: MessengerApi | null;
  readonly conversation: string | null;
  readonly chosen: string | null;
  readonly onChoose: (link: string) => void;
  readonly nameOfLink: (link: string) => string;
  /** null while the presenter's own device is being prepared. */
  readonly send: SendCommand | null;
  readonly note: (what: NewConsequence) => void;
}

/** Eavesdroppers, faults, authentication, reset: each is a command signed by the presenter's own device. */
export function StageControls(props: StageControlsProps) {
  const { chosen, send, note } = props;
  const t = useTranslations("stage");
  const quantity = useQuantity();
  const errorText = useErrorText();
  const [about, setAbout] = useState<About>("link");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const status = chosen === null ? undefined : props.statuses.get(chosen);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another link, another story
  useEffect(() => setProblem(null), [chosen]);

  const act = useCallback<Act>(
    async (kind, args, what) => {
      if (!send) return;
      setBusy(true);
      setProblem(null);
      try {
        await send(kind, args);
        note(typeof what === "function" ? await what() : what);
      } catch (error) {
        setProblem(errorText(error));
      } finally {
        setBusy(false);
      }
    },
    [send, note, errorText],
  );

  const others = props.topology.links.filter((link) => link.active && !props.onRoute.includes(link.id));
  const link = chosen ?? "";
  const kind = props.topology.links.find(({ id }) => id === link)?.kind;
  const panel: PanelProps = { link, status, act, busy, disabled: send === null || busy || chosen === null };
  return (
    <section
      aria-label={t("controls")}
      data-tour="controls"
      className="thin-scroll grid min-h-0 gap-2 overflow-y-auto border-b border-line px-4 py-2"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Segmented
          label={t("controls")}
          value={about}
          options={abouts.map((value) => ({ value, label: t(`about.${value}`) }))}
          onChange={setAbout}
        />
        <Button
          icon="refresh"
          size="small"
          busy={busy}
          disabled={send === null || busy}
          onClick={() => void act("links.reset", {}, { kind: "reset" })}
        >
          {t("reset")}
        </Button>
      </div>
      {about === "link" ? (
        <>
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
              <dd className="text-lg font-medium">
                {status ? <LinkState condition={status.condition} kind={kind} /> : "—"}
              </dd>
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
            {status ? <DisturbanceBadges status={status} /> : null}
          </dl>
          <EavesdropperControls {...panel} />
          <FaultControls {...panel} />
          <div className="flex flex-wrap items-center gap-2">
            <AuthenticationControl {...panel} />
            <Button
              tone="danger"
              icon="key"
              size="small"
              disabled={panel.disabled}
              onClick={() =>
                void act(
                  "pool.empty",
                  { link },
                  { kind: "poolEmptied", link, bytes: status?.availableBytes ?? 0 },
                )
              }
            >
              {t("emptyPool")}
            </Button>
          </div>
        </>
      ) : null}
      {about === "agents" ? <AgentsPanel /> : null}
      {about === "network" ? (
        <NetworkControls
          topology={props.topology}
          route={props.route}
          nameOf={props.nameOf}
          api={props.api}
          conversation={props.conversation}
          act={act}
          busy={busy}
          disabled={send === null}
        />
      ) : null}
      {problem ? (
        <Notice tone="alarm" icon="failed" urgent title={t("refused")}>
          {problem}
        </Notice>
      ) : null}
      {send === null ? <p className="text-sm text-ink-soft">{t("notReady")}</p> : null}
    </section>
  );
}
