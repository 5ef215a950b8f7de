"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { lazily } from "../lazily.tsx";

const DevicesDialog = lazily(() => import("./devices-dialog.tsx").then((part) => part.DevicesDialog));

/** Opens a person's own devices. */
export function DevicesButton({ api }: { readonly api: MessengerApi }) {
  const t = useTranslations("devices");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" icon="device" onClick={() => setOpen(true)}>
        {t("title")}
      </Button>
      {open ? <DevicesDialog api={api} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
