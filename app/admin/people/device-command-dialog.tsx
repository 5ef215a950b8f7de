"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { DeviceView } from "@/lib/keys/api-types.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { TextField } from "@/lib/ui/field.tsx";
import { groupIdentifier } from "@/lib/ui/format/group-identifier.ts";
import { ComparedDigits } from "@/lib/ui/messenger/devices-digits.tsx";
import { Notice } from "@/lib/ui/notice.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";

interface DeviceCommandDialogProps {
  readonly kind: "device.approve" | "device.revoke";
  readonly device: DeviceView;
  readonly siteName: string;
  readonly command: (kind: "device.approve" | "device.revoke", device: DeviceView) => Promise<void>;
  readonly onClose: (succeeded: boolean) => void;
}

/** Asks once more before a device is let in or shut out: the command is signed and stays in the ledger. */
export function DeviceCommandDialog({ kind, device, siteName, command, onClose }: DeviceCommandDialogProps) {
  const t = useTranslations();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [scanned, setScanned] = useState("");
  const code = scanned.replace(/\s/g, "");
  const matches = code === "" ? null : code === `vernam:device:${device.device}:${device.keys}`;
  const word = kind === "device.approve" ? "approve" : "revoke";

  async function confirm() {
    setBusy(true);
    setProblem(null);
    try {
      await command(kind, device);
      onClose(true);
    } catch (error) {
      setProblem(errorText(error));
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      onClose={() => onClose(false)}
      title={t(`people.${word}Title`)}
      lead={
        word === "approve"
          ? t("people.approveText", { name: device.name, site: siteName })
          : t("people.revokeText")
      }
      actions={
        <>
          <Button onClick={() => onClose(false)}>{t("common.cancel")}</Button>
          <Button
            tone={word === "approve" ? "primary" : "danger"}
            busy={busy}
            disabled={matches === false}
            onClick={() => void confirm()}
          >
            {busy ? t("people.signing") : t(`people.${word}`)}
          </Button>
        </>
      }
    >
      <p className="grid gap-1 rounded-md bg-sunken px-4 py-3">
        <span className="font-medium">{device.name}</span>
        <span className="font-mono text-lg break-words">{groupIdentifier(device.device)}</span>
      </p>
      {word === "approve" ? (
        <>
          <ComparedDigits digits={device.digits} label={t("devices.digits")} />
          <TextField
            label={t("people.scanned")}
            help={t("people.scannedHelp")}
            value={scanned}
            autoComplete="off"
            spellCheck={false}
            error={matches === false ? t("people.scannedOther") : undefined}
            onChange={(event) => setScanned(event.target.value)}
          />
          {matches ? <Notice tone="ok" icon="check" title={t("people.scannedSame")} /> : null}
        </>
      ) : null}
      {problem ? <Notice tone="alarm" icon="failed" urgent title={problem} /> : null}
    </Dialog>
  );
}
