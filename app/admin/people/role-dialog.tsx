"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { DeviceView } from "@/lib/keys/api-types.ts";
import { CommandConfirmation } from "../command-confirmation.tsx";

const assignable = ["officer", "administrator", "presenter", "auditor"] as const;

interface RoleDialogProps {
  readonly device: DeviceView;
  readonly command: (device: DeviceView, roles: string) => Promise<void>;
  readonly onClose: (succeeded: boolean) => void;
}

/** Which roles the person of this device has beside "user". */
export function RoleDialog({ device, command, onClose }: RoleDialogProps) {
  const t = useTranslations();
  const [roles, setRoles] = useState<ReadonlySet<string>>(new Set(device.roles));
  const toggle = (role: string) => {
    const next = new Set(roles);
    if (!next.delete(role)) next.add(role);
    setRoles(next);
  };
  return (
    <CommandConfirmation
      title={t("people.rolesTitle")}
      lead={t("people.rolesText", { name: device.name })}
      action={t("people.rolesChange")}
      command={() => command(device, assignable.filter((role) => roles.has(role)).join(" "))}
      onClose={onClose}
    >
      <fieldset className="grid gap-2">
        <legend className="sr-only">{t("people.roles")}</legend>
        {assignable.map((role) => (
          <label key={role} className="flex min-h-6 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={roles.has(role)}
              onChange={() => toggle(role)}
            />
            {t(`nav.role.${role}`)}
          </label>
        ))}
      </fieldset>
    </CommandConfirmation>
  );
}
