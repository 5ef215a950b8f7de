"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { Notice } from "../notice.tsx";
import { useDeed } from "./use-deed.ts";

interface GroupConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly action: string;
  readonly danger?: boolean;
  readonly deed: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before a change to a group, saying what it means; stays open with the reason when it did not work. */
export function GroupConfirm(props: GroupConfirmProps) {
  const t = useTranslations("group");
  const common = useTranslations("common");
  const { busy, failure, run } = useDeed();
  const act = () =>
    void run(async () => {
      await props.deed();
      props.onClose();
    });
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.title}
      actions={
        <>
          <Button tone="quiet" onClick={props.onClose}>
            {common("cancel")}
          </Button>
          <Button tone={props.danger ? "danger" : "primary"} busy={busy} onClick={act}>
            {props.action}
          </Button>
        </>
      }
    >
      {props.children}
      {failure ? (
        <Notice tone="alarm" icon="alarm" urgent title={t("failed")}>
          {failure}
        </Notice>
      ) : null}
    </Dialog>
  );
}
