"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "@/lib/ui/button.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { Notice } from "@/lib/ui/notice.tsx";
import { useErrorText } from "@/lib/ui/problem-text.ts";

interface CommandConfirmationProps {
  readonly title: string;
  readonly lead: string;
  readonly action: string;
  /** Signs and brings the command. */
  readonly command: () => Promise<void>;
  readonly onClose: (succeeded: boolean) => void;
  readonly children?: ReactNode;
}

/** Asks once more before something is signed that stays in the ledger. */
export function CommandConfirmation(props: CommandConfirmationProps) {
  const { title, lead, action, command, onClose, children } = props;
  const t = useTranslations();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function confirm() {
    setBusy(true);
    setProblem(null);
    try {
      await command();
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
      title={title}
      lead={lead}
      actions={
        <>
          <Button onClick={() => onClose(false)}>{t("common.cancel")}</Button>
          <Button tone="primary" busy={busy} onClick={() => void confirm()}>
            {busy ? t("admin.signing") : action}
          </Button>
        </>
      }
    >
      {children}
      {problem ? <Notice tone="alarm" icon="failed" urgent title={problem} /> : null}
    </Dialog>
  );
}
