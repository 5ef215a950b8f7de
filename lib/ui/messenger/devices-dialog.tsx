"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type {
  MessengerApi,
  MessengerEvents,
  OwnDeviceView,
  PendingDeviceView,
} from "../../messenger/messenger-api.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Identifier } from "../identifier.tsx";
import { Notice, Waiting } from "../notice.tsx";
import { useErrorText } from "../problem-text.ts";
import { ComparedDigits } from "./devices-digits.tsx";
import { useMessengerQuery } from "./use-messenger-query.ts";

interface DevicesDialogProps {
  readonly api: MessengerApi;
  readonly onClose: () => void;
}

const load = async (api: MessengerApi) => {
  const [devices, pending] = await Promise.all([api.devices(), api.pendingDevices()]);
  return { devices, pending };
};
const isDevices = (event: MessengerEvents) => event.type === "devices" || event.type === "contacts";

/** A person's own devices: let a further one in, sign one out at once. */
export function DevicesDialog({ api, onClose }: DevicesDialogProps) {
  const t = useTranslations("devices");
  const common = useTranslations("common");
  const errorText = useErrorText();
  const { value, reload } = useMessengerQuery(api, load, isDevices);
  const [problem, setProblem] = useState<string | null>(null);

  async function act(work: () => Promise<void>) {
    setProblem(null);
    try {
      await work();
      reload();
    } catch (error) {
      setProblem(errorText(error));
    }
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={t("title")}
      lead={t("lead")}
      actions={
        <>
          <Button icon="refresh" onClick={reload}>
            {t("lookAgain")}
          </Button>
          <Button onClick={onClose}>{common("close")}</Button>
        </>
      }
    >
      <div className="grid gap-4">
        {problem ? <Notice tone="alarm" icon="failed" urgent title={problem} /> : null}
        {value === undefined ? <Waiting>{common("loading")}</Waiting> : null}
        {value?.pending.map((device) => (
          <PendingDevice
            key={device.device}
            device={device}
            onApprove={() => act(() => api.approveDevice(device.device, device.digits))}
            onRefuse={() => act(() => api.signOutDevice(device.device))}
          />
        ))}
        <ul className="grid gap-2">
          {value?.devices.map((device) => (
            <OwnDevice
              key={device.device}
              device={device}
              onSignOut={() => act(() => api.signOutDevice(device.device))}
            />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

interface PendingDeviceProps {
  readonly device: PendingDeviceView;
  readonly onApprove: () => Promise<void>;
  readonly onRefuse: () => Promise<void>;
}

function PendingDevice({ device, onApprove, onRefuse }: PendingDeviceProps) {
  const t = useTranslations("devices");
  const quantity = useQuantity();
  return (
    <section className="grid gap-3 rounded-md border border-warn p-4">
      <h3 className="font-semibold">{t("asks", { name: device.name || t("unnamed") })}</h3>
      <p className="text-sm">{device.mayApprove ? t("asksText") : t("asksOfficer")}</p>
      <ComparedDigits digits={device.digits} label={t("digits")} />
      <p className="text-sm text-ink-soft">{quantity.moment(device.askedAt)}</p>
      <div className="flex flex-wrap gap-2">
        {device.mayApprove ? (
          <Button tone="primary" icon="shieldCheck" onClick={() => void onApprove()}>
            {t("approve")}
          </Button>
        ) : null}
        <Button tone="danger" onClick={() => void onRefuse()}>
          {t("refuse")}
        </Button>
      </div>
    </section>
  );
}

/** Signing out cannot be undone, so it takes a second press. */
function OwnDevice({ device, onSignOut }: { device: OwnDeviceView; onSignOut: () => Promise<void> }) {
  const t = useTranslations("devices");
  const quantity = useQuantity();
  const [asking, setAsking] = useState(false);
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-sunken px-4 py-3">
      <span className="grid gap-1">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {device.name || t("unnamed")}
          {device.current ? (
            <Badge tone="idle" icon="device">
              {t("current")}
            </Badge>
          ) : null}
          {device.revoked ? (
            <Badge tone="alarm" icon="failed">
              {t("revoked")}
            </Badge>
          ) : null}
        </span>
        <span className="text-sm text-ink-soft">
          <Identifier value={device.device} length={8} />
          {device.addedAt === null ? null : ` · ${t("added", { when: quantity.moment(device.addedAt) })}`}
          {device.lastSeen === null ? null : ` · ${t("seen", { when: quantity.moment(device.lastSeen) })}`}
        </span>
      </span>
      {device.current || device.revoked ? null : (
        <Button
          size="small"
          tone="danger"
          onClick={() => (asking ? void onSignOut() : setAsking(true))}
          onBlur={() => setAsking(false)}
        >
          {asking ? t("signOutSure") : t("signOut")}
        </Button>
      )}
    </li>
  );
}
