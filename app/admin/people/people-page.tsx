"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useMemo, useState } from "react";
import type { DeviceView } from "@/lib/keys/api-types.ts";
import { Badge, type Tone } from "@/lib/ui/badge.tsx";
import { Button } from "@/lib/ui/button.tsx";
import { DataTable } from "@/lib/ui/data-table.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import type { IconName } from "@/lib/ui/icon.tsx";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { Empty, Notice, Waiting } from "@/lib/ui/notice.tsx";
import { ExportButtons } from "@/lib/ui/operations/export-buttons.tsx";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import { ReadProblem } from "@/lib/ui/operations/read-problem.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { PageHeading } from "@/lib/ui/page-heading.tsx";
import { DeviceCommandDialog } from "./device-command-dialog.tsx";
import { RoleDialog } from "./role-dialog.tsx";

export type DeviceCommandKind = "device.approve" | "device.revoke";
export type DeviceCommand = (kind: DeviceCommandKind, device: DeviceView) => Promise<void>;

interface PeoplePageProps {
  readonly mayCommand: boolean;
  /** Officers act on devices of their own site. */
  readonly ownSite: string;
  /** Nobody changes their own roles. */
  readonly ownUser: string;
  readonly mayAssign: boolean;
  /** null while this device is being prepared. */
  readonly assign: ((device: DeviceView, roles: string) => Promise<void>) | null;
  /** null while this device is being prepared. */
  readonly command: DeviceCommand | null;
}

const pageSize = 100;

const looks: Readonly<Record<DeviceView["state"], { readonly tone: Tone; readonly icon: IconName }>> = {
  certified: { tone: "ok", icon: "shieldCheck" },
  pending: { tone: "warn", icon: "hourglass" },
  revoked: { tone: "alarm", icon: "failed" },
};

export function PeoplePage(props: PeoplePageProps) {
  const { mayCommand, ownSite, ownUser, mayAssign, assign, command } = props;
  const t = useTranslations();
  const { topology } = useOperations();
  const { value, problem, reload } = useOperationsRead<readonly DeviceView[]>("/ops/devices", {}, 5000);
  const [query, setQuery] = useState("");
  const [asking, setAsking] = useState<{ kind: DeviceCommandKind; device: DeviceView } | null>(null);
  const [giving, setGiving] = useState<DeviceView | null>(null);
  const [page, setPage] = useState(0);
  const [done, setDone] = useState<{ device: string; site: string; byHand: boolean } | null>(null);
  const names = useMemo(() => (topology ? siteNames(topology) : new Map<string, string>()), [topology]);
  const asked = query.trim().toLowerCase();
  const shown = value?.filter((device) =>
    `${device.name} ${device.site} ${device.device}`.toLowerCase().includes(asked),
  );
  const pages = Math.max(1, Math.ceil((shown?.length ?? 0) / pageSize));
  const at = Math.min(page, pages - 1);
  const pending = value?.filter((device) => device.state === "pending") ?? [];
  const mayGive = ({ user, roles, state }: DeviceView) =>
    mayAssign && user !== ownUser && state !== "revoked" && !roles.includes("agent");
  const commandsOf = (device: DeviceView) =>
    mayCommand && device.site === ownSite && device.state !== "revoked" ? (
      <>
        {device.state === "pending" ? (
          <Button
            size="small"
            tone="primary"
            icon="check"
            disabled={command === null}
            onClick={() => setAsking({ kind: "device.approve", device })}
          >
            {t("people.approve")}
          </Button>
        ) : null}
        <Button
          size="small"
          tone="danger"
          disabled={command === null}
          onClick={() => setAsking({ kind: "device.revoke", device })}
        >
          {t("people.revoke")}
        </Button>
      </>
    ) : null;
  const actionsOf = (device: DeviceView) => (
    <span className="inline-flex gap-2">
      {mayGive(device) ? (
        <Button size="small" disabled={assign === null} onClick={() => setGiving(device)}>
          {t("people.rolesChange")}
          <span className="sr-only">: {device.name}</span>
        </Button>
      ) : null}
      {commandsOf(device)}
    </span>
  );
  return (
    <>
      <PageHeading title={t("admin.pages.people")} question={t("admin.questions.people")}>
        {value ? <ExportButtons name="devices" value={value} rows={() => rowsOf(value)} /> : null}
      </PageHeading>
      {problem && !value ? (
        <ReadProblem problem={problem} onRetry={reload} />
      ) : !value || !shown ? (
        <Waiting>{t("common.loading")}</Waiting>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6 pb-10">
          <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-4">
            {mayCommand || mayAssign ? null : (
              <p className="max-w-prose text-sm text-ink-soft">{t("people.readOnly")}</p>
            )}
            {(mayCommand || mayAssign) && command === null ? (
              <p className="text-sm text-ink-soft">{t("people.needsDevice")}</p>
            ) : null}
            {done ? (
              <Notice tone="ok" icon="check" title={t("people.done")}>
                {done.byHand ? (
                  <>
                    <p>{t("people.card")}</p>
                    <code className="font-mono text-sm break-all">
                      npm run keys -- card {done.site} {done.device} --qr
                    </code>
                  </>
                ) : null}
              </Notice>
            ) : null}
            <h2 className="text-base font-semibold">{t("people.pending")}</h2>
            {pending.length === 0 ? (
              <p className="text-ink-soft">{t("people.pendingNone")}</p>
            ) : (
              <ul className="grid gap-2">
                {pending.map((device) => (
                  <li
                    key={device.device}
                    className="flex flex-wrap items-center justify-between gap-3 rounded-md border border-warn bg-surface px-4 py-2"
                  >
                    <span className="grid">
                      <span className="font-medium">{device.name}</span>
                      <span className="text-sm text-ink-soft">
                        {names.get(device.site) ?? device.site} ·{" "}
                        <Identifier value={device.device} length={16} />
                      </span>
                      <span className="text-sm text-ink-soft">{t("devices.digits")}</span>
                      <span className="font-mono">{device.digits.replace(/(\d{5})(?=\d)/g, "$1 ")}</span>
                    </span>
                    {actionsOf(device)}
                  </li>
                ))}
              </ul>
            )}
          </div>
          <section className="grid grid-cols-[minmax(0,1fr)] gap-3">
            <div className="flex flex-wrap items-center justify-between gap-3 px-4">
              <h2 className="text-base font-semibold">{t("people.devices")}</h2>
              <div className="w-80 max-w-full">
                <TextField
                  label={t("people.filter")}
                  hideLabel
                  icon="search"
                  type="search"
                  placeholder={t("people.filter")}
                  value={query}
                  onChange={(event) => setQuery(event.target.value)}
                />
              </div>
            </div>
            {value.length === 0 ? (
              <Empty icon="device" title={t("people.empty")} />
            ) : (
              <>
                <DeviceTable
                  devices={shown.slice(at * pageSize, (at + 1) * pageSize)}
                  names={names}
                  actionsOf={actionsOf}
                />
                {pages > 1 ? (
                  <div className="flex items-center gap-3 px-4">
                    <Button size="small" disabled={at === 0} onClick={() => setPage(at - 1)}>
                      {t("people.previous")}
                    </Button>
                    <span className="text-sm text-ink-soft">{t("people.page", { page: at + 1, pages })}</span>
                    <Button size="small" disabled={at + 1 >= pages} onClick={() => setPage(at + 1)}>
                      {t("people.next")}
                    </Button>
                  </div>
                ) : null}
              </>
            )}
          </section>
        </div>
      )}
      {giving && assign ? (
        <RoleDialog
          device={giving}
          command={assign}
          onClose={(succeeded) => {
            if (succeeded) setDone({ device: giving.device, site: giving.site, byHand: false });
            setGiving(null);
            reload();
          }}
        />
      ) : null}
      {asking && command ? (
        <DeviceCommandDialog
          {...asking}
          siteName={names.get(asking.device.site) ?? asking.device.site}
          command={command}
          onClose={(succeeded) => {
            setAsking(null);
            if (succeeded) {
              const { device, site, byHand } = asking.device;
              setDone({ device, site, byHand: byHand && asking.kind === "device.approve" });
              reload();
            }
          }}
        />
      ) : null}
    </>
  );
}

function rowsOf(devices: readonly DeviceView[]): (string | null)[][] {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return [
    [
      "device",
      "post",
      "site",
      "roles",
      "state",
      "assurance",
      "enrolled_utc",
      "certified_until_utc",
      "last_seen_utc",
    ],
    ...devices.map((device) => [
      device.device,
      device.name,
      device.site,
      device.roles.join(" "),
      device.state,
      device.assurance,
      time(device.enrolledAt),
      time(device.notAfter),
      time(device.lastSeen),
    ]),
  ];
}

interface DeviceTableProps {
  readonly devices: readonly DeviceView[];
  readonly names: ReadonlyMap<string, string>;
  readonly actionsOf: (device: DeviceView) => ReactNode;
}

function DeviceTable({ devices, names, actionsOf }: DeviceTableProps) {
  const t = useTranslations("people");
  const roles = useTranslations("nav.role");
  const quantity = useQuantity();
  const known = ["user", "officer", "administrator", "presenter", "auditor", "agent"] as const;
  return (
    <div className="thin-scroll overflow-x-auto border-y border-line bg-surface">
      <DataTable
        caption={t("devices")}
        rows={devices}
        rowKey={(device) => device.device}
        initialSort={{ key: "enrolled", descending: true }}
        columns={[
          {
            key: "name",
            header: t("column.name"),
            cell: (device) => (
              <span className="grid min-w-48">
                {device.name}
                {device.roles.includes("agent") ? (
                  <Badge tone="idle" icon="system">
                    {t("agent")}
                  </Badge>
                ) : null}
                <span className="text-xs font-normal text-ink-soft">
                  {known
                    .filter((role) => device.roles.includes(role))
                    .map((role) => roles(role))
                    .join(", ")}
                </span>
              </span>
            ),
            sortBy: (device) => device.name,
          },
          {
            key: "device",
            header: t("column.device"),
            cell: (device) => <Identifier value={device.device} />,
          },
          {
            key: "site",
            header: t("column.site"),
            cell: (device) => names.get(device.site) ?? device.site,
            sortBy: (device) => names.get(device.site) ?? device.site,
          },
          {
            key: "assurance",
            header: t("column.assurance"),
            cell: (device) => t(`assurance.${device.assurance}`),
          },
          {
            key: "state",
            header: t("column.state"),
            cell: (device) => (
              <Badge tone={looks[device.state].tone} icon={looks[device.state].icon}>
                {t(`state.${device.state}`)}
              </Badge>
            ),
            sortBy: (device) => device.state,
          },
          {
            key: "enrolled",
            header: t("column.enrolled"),
            cell: (device) => quantity.moment(device.enrolledAt),
            className: "whitespace-nowrap",
            sortBy: (device) => device.enrolledAt,
            align: "right",
          },
          {
            key: "notAfter",
            header: t("column.notAfter"),
            cell: (device) => (device.notAfter === null ? "—" : quantity.moment(device.notAfter)),
            className: "whitespace-nowrap",
            align: "right",
          },
          {
            key: "seen",
            header: t("lastSeen"),
            cell: (device) => (device.lastSeen === null ? "—" : quantity.moment(device.lastSeen)),
            className: "whitespace-nowrap",
            sortBy: (device) => device.lastSeen ?? 0,
            align: "right",
          },
          { key: "action", header: t("column.action"), cell: actionsOf, align: "right" },
        ]}
      />
    </div>
  );
}
