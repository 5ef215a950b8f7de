"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/lib/ui/button.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";

interface EraseDialogProps {
  readonly question: "erase" | "forget";
  /** Of the document. */
  readonly name: string;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Asks before a document is erased, or taken off the list. */
export function EraseDialog({ question, name, onClose, onConfirm }: EraseDialogProps) {
  const t = useTranslations("vault");
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`${question}Title`, { name })}
      lead={t(`${question}Lead`)}
      actions={
        <Button tone="danger" onClick={onConfirm}>
          {t(question === "erase" ? "eraseNow" : "forget")}
        </Button>
      }
    />
  );
}
