"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Delivery } from "@/lib/messenger/messenger-api.ts";
import { Badge, type Tone } from "@/lib/ui/badge.tsx";
import { Button, type ButtonTone, IconButton } from "@/lib/ui/button.tsx";
import { SelectField, TextField } from "@/lib/ui/field.tsx";
import { Icon, iconNames } from "@/lib/ui/icon.tsx";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { Classification } from "@/lib/ui/messenger/classification.tsx";
import { DeliveryMark } from "@/lib/ui/messenger/delivery-mark.tsx";
import { Meter } from "@/lib/ui/meter.tsx";
import { LinkState } from "@/lib/ui/network/link-state.tsx";
import { Empty, Notice, Waiting } from "@/lib/ui/notice.tsx";
import { Segmented } from "@/lib/ui/segmented.tsx";
import { Stat, Stats } from "@/lib/ui/stat.tsx";
import { Term } from "@/lib/ui/term.tsx";
import { sampleScreens } from "./sample-screens.ts";
import { SheetPart } from "./sheet-part.tsx";
import { WorkParts } from "./work-parts.tsx";

/** Every component in every state, by day and by night, from the same tokens. */
export function ComponentSheet() {
  const t = useTranslations("design");
  return (
    <div className="grid gap-6 p-4 sm:p-8">
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">{t("title")}</h1>
        <p className="text-ink-soft">{t("lead")}</p>
      </div>
      <nav aria-label={t("sections.screens")}>
        <ul className="flex flex-wrap gap-x-6 gap-y-1">
          {sampleScreens.map((href) => (
            <li key={href}>
              <Link href={href} prefetch={false} className="font-mono text-sm text-accent hover:underline">
                {href}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="grid gap-6 xl:grid-cols-2">
        {(["light", "dark"] as const).map((theme) => (
          <section
            key={theme}
            aria-label={t(theme)}
            className={`theme-${theme} min-w-0 rounded-lg border border-line bg-paper p-4 text-ink sm:p-6`}
          >
            <h2 className="mb-4 text-xl font-semibold">{t(theme)}</h2>
            <Sheet />
            <WorkParts />
          </section>
        ))}
      </div>
    </div>
  );
}

const buttonTones: readonly ButtonTone[] = ["primary", "plain", "quiet", "danger"];
const tones: readonly Tone[] = ["ok", "warn", "alarm", "idle", "accent"];
const deliveries: readonly Delivery[] = [
  { state: "waiting-for-key", code: "", reason: "", retryAt: null },
  { state: "waiting-for-device" },
  { state: "drawing" },
  { state: "sending" },
  { state: "sent" },
  { state: "delivered" },
  { state: "read" },
  { state: "cancelled" },
  { state: "failed", code: "", reason: "", nextStep: "" },
];

function Sheet() {
  const t = useTranslations();
  const [suite, setSuite] = useState<"OTP" | "AES">("OTP");
  return (
    <>
      <SheetPart title={t("design.sections.type")}>
        <p className="text-3xl font-semibold tracking-tight">{t("start.title")}</p>
        <p className="text-2xl font-semibold tracking-tight">{t("signIn.title")}</p>
        <p className="text-xl font-semibold">{t("admin.pages.health")}</p>
        <p className="text-lg">{t("admin.questions.health")}</p>
        <p>{t("start.honestText")}</p>
        <p className="text-sm text-ink-soft">{t("start.honestText")}</p>
        <p className="text-xs text-ink-faint">{t("map.hint")}</p>
        <p className="font-mono">0123 4567 89ab cdef</p>
      </SheetPart>
      <SheetPart title={t("design.sections.buttons")}>
        {buttonTones.map((tone) => (
          <div key={tone} className="flex flex-wrap items-center gap-2">
            <Button tone={tone}>{t("common.retry")}</Button>
            <Button tone={tone} icon="key">
              {t("messages.send")}
            </Button>
            <Button tone={tone} size="small" icon="refresh">
              {t("common.refresh")}
            </Button>
            <Button tone={tone} busy icon="key">
              {t("messages.send")}
            </Button>
            <Button tone={tone} disabled icon="key">
              {t("messages.send")}
            </Button>
            <IconButton tone={tone} icon="close" label={t("common.close")} />
          </div>
        ))}
      </SheetPart>
      <SheetPart title={t("design.sections.fields")}>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label={t("signIn.handle")} />
          <TextField label={t("common.search")} icon="search" placeholder={t("messages.searchPlaceholder")} />
          <TextField label={t("signIn.password")} type="password" error={t("signIn.error.empty")} />
          <TextField label={t("signIn.handle")} disabled defaultValue="pt-lis-mne" />
          <SelectField label={t("common.country")}>
            <option>{t("countries.PT")}</option>
            <option>{t("countries.ES")}</option>
          </SelectField>
          <div className="self-end">
            <Segmented
              label={t("messages.suite")}
              value={suite}
              onChange={setSuite}
              options={[
                { value: "OTP", label: t("messages.suiteName.OTP") },
                { value: "AES", label: t("messages.suiteName.AES") },
              ]}
            />
          </div>
        </div>
      </SheetPart>
      <SheetPart title={t("design.sections.badges")}>
        <div className="flex flex-wrap gap-4">
          {(["starting", "generating", "standby", "alarm", "down", "quarantined"] as const).map(
            (condition) => (
              <LinkState key={condition} condition={condition} />
            ),
          )}
        </div>
        <div className="flex flex-wrap gap-4">
          {tones.map((tone) => (
            <Badge key={tone} tone={tone} icon="info" filled>
              {t(
                `link.condition.${({ ok: "standby", warn: "starting", alarm: "alarm", idle: "down", accent: "generating" } as const)[tone]}`,
              )}
            </Badge>
          ))}
        </div>
        <div className="grid gap-2">
          {tones.map((tone, index) => (
            <Meter key={tone} tone={tone} ratio={(index + 1) / 5} label={`${(index + 1) * 20} %`} />
          ))}
        </div>
      </SheetPart>
      <SheetPart title={t("design.sections.delivery")}>
        <div className="flex flex-wrap gap-4 text-sm">
          {deliveries.map((delivery) => (
            <DeliveryMark key={delivery.state} delivery={delivery} />
          ))}
        </div>
        <Classification level={0} />
      </SheetPart>
      <SheetPart title={t("design.sections.notices")}>
        {tones.map((tone) => (
          <Notice
            key={tone}
            tone={tone}
            icon={tone === "ok" ? "check" : "alarm"}
            title={t("errors.offline")}
            actions={<Button size="small">{t("common.retry")}</Button>}
          >
            {t("errors.offlineText")}
          </Notice>
        ))}
        <div className="grid sm:grid-cols-2">
          <Empty icon="envelope" title={t("messages.noConversations")}>
            {t("messages.noConversationsText")}
          </Empty>
          <Waiting>{t("engine.enrolling")}…</Waiting>
        </div>
      </SheetPart>
      <SheetPart title={t("design.sections.identifiers")}>
        <p className="flex flex-wrap gap-6">
          <Identifier value="3f2a9c10-77be-4d0e-9a31-5c66e2b81f04" />
          <Term name="QBER">QBER</Term>
          <Term name="epsilon">ε</Term>
        </p>
        <Stats>
          <Stat name={t("health.stored")} note={t("map.stored")}>
            {t("units.megabytes", { value: "31.5" })}
          </Stat>
          <Stat name={t("health.alarms")}>{t("health.alarmsNone")}</Stat>
        </Stats>
      </SheetPart>
      <SheetPart title={t("design.sections.icons")}>
        <ul className="grid grid-cols-3 gap-2 text-xs sm:grid-cols-5">
          {iconNames.map((name) => (
            <li key={name} className="flex items-center gap-2">
              <Icon name={name} />
              {name}
            </li>
          ))}
        </ul>
      </SheetPart>
    </>
  );
}
