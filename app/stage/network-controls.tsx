"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { DeviceView, ExposureView, StageView, TopologyView } from "@/lib/keys/api-types.ts";
import type { MessengerApi } from "@/lib/messenger/messenger-api.ts";
import { Button } from "@/lib/ui/button.tsx";
import { SelectField } from "@/lib/ui/field.tsx";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useSpace } from "@/lib/ui/space/use-space.ts";
import type { Act } from "./panel-props.ts";
import { FallenDevices, SeenKeys } from "./supposed.tsx";
import { fallsWithXWing, useStageView } from "./use-stage-view.ts";

interface NetworkControlsProps {
  readonly topology: TopologyView;
  readonly route: readonly string[] | null;
  readonly nameOf: (id: string) => string;
  readonly api: MessengerApi | null;
  readonly conversation: string | null;
  readonly act: Act;
  readonly busy: boolean;
  readonly disabled: boolean;
}

const rates = [1, 10, 60, 120] as const;

/** What is supposed of the whole network, and what the sky does: dishonest nodes, solved problems, clouds, time. */
export function NetworkControls(props: NetworkControlsProps) {
  const { topology, route, nameOf, act } = props;
  const t = useTranslations("stage");
  const { client } = useOperationsStore();
  const stage = useStageView();
  const supposed: StageView = stage.value ?? {
    broken: { xWing: false, qkd: false },
    compromised: [],
    skies: [],
    emptied: [],
  };
  const off = props.disabled || props.busy;

  async function give(...command: Parameters<Act>): Promise<void> {
    await act(...command);
    stage.reload();
  }

  async function breakQkd() {
    const list = await messagesOf(props.api, props.conversation);
    const fallen = list.filter((suite) => suite === "OTP" || suite === "AES").length;
    return { kind: "qkdBroken", fallen, messages: list.length } as const;
  }
  async function breakXWing() {
    const devices = await client.read<readonly DeviceView[]>("/ops/devices").catch(() => []);
    const certified = devices.filter(({ state }) => state === "certified");
    const fallen = certified.filter(fallsWithXWing).length;
    return { kind: "xWingBroken", fallen, devices: certified.length } as const;
  }
  const { xWing, qkd } = supposed.broken;
  return (
    <div className="grid gap-3">
      <NodeControl
        {...{ topology, route, nameOf, off }}
        compromised={supposed.compromised.map(({ node }) => node)}
        onSwitch={(node, on) =>
          give("node.compromise", { node, on }, async () => {
            if (!on) return { kind: "nodeTrusted", node };
            const { exposed, keys } = await client.read<ExposureView>("/ops/exposure", { node, from: 0 });
            return { kind: "nodeCompromised", node, exposed, keys };
          })
        }
      />
      {supposed.compromised.map(({ node }) => (
        <SeenKeys key={node} node={node} nameOf={nameOf} />
      ))}
      <fieldset className="grid gap-1.5 border-t border-line pt-1.5">
        <legend className="label float-left">{t("suppose.legend")}</legend>
        <div className="flex flex-wrap gap-2">
          <Button
            tone={xWing ? "plain" : "danger"}
            icon={xWing ? "restore" : "failed"}
            size="small"
            aria-pressed={xWing}
            disabled={off}
            onClick={() =>
              void give(
                "assume.broken",
                { part: "x-wing", on: !xWing },
                xWing ? { kind: "unbroken", part: "xWing" } : breakXWing,
              )
            }
          >
            {t(xWing ? "suppose.xWingOff" : "suppose.xWing")}
          </Button>
          <Button
            tone={qkd ? "plain" : "danger"}
            icon={qkd ? "restore" : "failed"}
            size="small"
            aria-pressed={qkd}
            disabled={off}
            onClick={() =>
              void give(
                "assume.broken",
                { part: "qkd", on: !qkd },
                qkd ? { kind: "unbroken", part: "qkd" } : breakQkd,
              )
            }
          >
            {t(qkd ? "suppose.qkdOff" : "suppose.qkd")}
          </Button>
        </div>
        {xWing ? <FallenDevices nameOf={nameOf} /> : null}
        {qkd ? <p className="text-sm text-ink-soft">{t("suppose.qkdText")}</p> : null}
      </fieldset>
      <SkyControls nameOf={nameOf} off={off} skies={supposed.skies} give={give} />
    </div>
  );
}

interface NodeControlProps {
  readonly topology: TopologyView;
  readonly route: readonly string[] | null;
  readonly nameOf: (id: string) => string;
  readonly off: boolean;
  readonly compromised: readonly string[];
  readonly onSwitch: (node: string, on: boolean) => Promise<void>;
}

function NodeControl({ topology, route, nameOf, off, compromised, onSwitch }: NodeControlProps) {
  const t = useTranslations("stage.node");
  const inner = (route ?? []).slice(1, -1).filter((id) => topology.sites.some((site) => site.id === id));
  const others = topology.sites.filter((site) => site.kind === "trusted-node" && !inner.includes(site.id));
  const [picked, setPicked] = useState<string | null>(null);
  const node = picked ?? inner[Math.floor((inner.length - 1) / 2)] ?? others[0]?.id ?? "";
  const fallen = compromised.includes(node);
  return (
    <fieldset className="grid gap-1.5">
      <legend className="label float-left">{t("legend")}</legend>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <SelectField
            label={t("legend")}
            hideLabel
            value={node}
            onChange={(event) => setPicked(event.target.value)}
          >
            <optgroup label={t("onRoute")}>
              {inner.map((id) => (
                <option key={id} value={id}>
                  {nameOf(id)}
                </option>
              ))}
            </optgroup>
            <optgroup label={t("others")}>
              {others.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </optgroup>
          </SelectField>
        </div>
        <Button
          tone={fallen ? "plain" : "danger"}
          icon={fallen ? "restore" : "eye"}
          disabled={off || node === ""}
          aria-pressed={fallen}
          onClick={() => void onSwitch(node, !fallen)}
        >
          {t(fallen ? "trust" : "compromise")}
        </Button>
      </div>
    </fieldset>
  );
}

interface SkyControlsProps {
  readonly nameOf: (id: string) => string;
  readonly off: boolean;
  readonly skies: StageView["skies"];
  readonly give: Act;
}

/** Clouds over a ground station, and how fast the satellites' clock runs; nothing where no satellite flies. */
function SkyControls({ nameOf, off, skies, give }: SkyControlsProps) {
  const t = useTranslations("stage.sky");
  const space = useSpace();
  const stations = space.value?.stations ?? [];
  const [picked, setPicked] = useState<string | null>(null);
  const first = stations[0];
  if (!space.value || !first) return <p className="text-sm text-ink-soft">{t("none")}</p>;
  const station = stations.find(({ site }) => site === picked) ?? first;
  const ordered = skies.find((one) => one.station === station.site)?.sky ?? null;
  const order = (sky: "cloudy" | "clear" | "forecast") => {
    const kind = sky === "cloudy" ? "clouds" : sky === "clear" ? "clearSky" : "forecast";
    void give("space.sky", { station: station.site, sky }, { kind, station: station.site }).then(
      space.reload,
    );
  };
  return (
    <fieldset className="grid gap-1.5 border-t border-line pt-1.5">
      <legend className="label float-left">{t("legend")}</legend>
      <SelectField
        label={t("station")}
        hideLabel
        value={station.site}
        onChange={(event) => setPicked(event.target.value)}
      >
        {stations.map(({ site, sky }) => (
          <option key={site} value={site}>
            {`${nameOf(site)}: ${t(sky)}`}
          </option>
        ))}
      </SelectField>
      <div className="flex flex-wrap items-center gap-2" data-sky={ordered ?? station.sky}>
        <Button size="small" icon="eyeOff" tone="danger" disabled={off} onClick={() => order("cloudy")}>
          {t("makeCloudy")}
        </Button>
        <Button size="small" icon="sun" disabled={off} onClick={() => order("clear")}>
          {t("makeClear")}
        </Button>
        <Button size="small" icon="refresh" disabled={off || !ordered} onClick={() => order("forecast")}>
          {t("forecast")}
        </Button>
      </div>
      <SelectField
        label={t("clock")}
        value={String(rates.find((rate) => rate === space.value?.clock.rate) ?? "")}
        onChange={(event) => {
          const rate = Number(event.target.value);
          if (rate > 0) void give("space.clock", { rate }, { kind: "clockRate", rate }).then(space.reload);
        }}
      >
        {rates.some((rate) => rate === space.value?.clock.rate) ? null : (
          <option value="">{t("times", { rate: space.value.clock.rate })}</option>
        )}
        {rates.map((rate) => (
          <option key={rate} value={rate}>
            {t("times", { rate })}
          </option>
        ))}
      </SelectField>
    </fieldset>
  );
}

async function messagesOf(api: MessengerApi | null, conversation: string | null): Promise<readonly string[]> {
  if (!api || !conversation) return [];
  return (await api.messages(conversation, { limit: 200 })).map(({ suite }) => suite);
}
