"use client";

import { useTranslations } from "next-intl";
import type { RestoredDocument } from "@/lib/scenarios/vault/collect-shares.ts";
import { Button } from "@/lib/ui/button.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { downloadBlob } from "@/lib/ui/download-file.ts";
import { Notice } from "@/lib/ui/notice.tsx";
import { usePostName } from "@/lib/ui/use-post-name.ts";

/** A document that was put together: saved or let go. */
export function RestoredDialog(props: { document: RestoredDocument; onClose: () => void }) {
  const t = useTranslations("vault");
  const postName = usePostName();
  const { name, content, bad } = props.document;
  function close() {
    content.fill(0);
    props.onClose();
  }
  return (
    <Dialog
      open
      onClose={close}
      title={t("restored", { name })}
      lead={t("restoredText")}
      actions={
        <>
          <Button onClick={close}>{t("close")}</Button>
          <Button tone="primary" icon="download" onClick={() => downloadBlob(name, new Blob([content]))}>
            {t("save")}
          </Button>
        </>
      }
    >
      {bad.length > 0 ? (
        <Notice
          tone="alarm"
          icon="alarm"
          title={t("badShares", { names: bad.map(({ custodian }) => postName(custodian).place).join(", ") })}
        />
      ) : null}
    </Dialog>
  );
}
