"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/lib/ui/button.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { TextField } from "@/lib/ui/field.tsx";

/** Why the shares are asked back, and what asking takes in key. */
export function AskDialog(props: {
  title: string;
  lead: string;
  /** Bits of key that asking with this reason takes. */
  price: (reason: string) => Promise<number>;
  /** Bits that new shares take afterwards. */
  later: number | null;
  onClose: () => void;
  onAsk: (reason: string) => void;
}) {
  const t = useTranslations("vault");
  const units = useTranslations("units");
  const [reason, setReason] = useState("");
  const [bits, setBits] = useState<number | null>(null);
  const price = useRef(props.price);
  price.current = props.price;
  useEffect(() => {
    let gone = false;
    price.current(reason.trim()).then(
      (found) => gone || setBits(found),
      () => gone || setBits(null),
    );
    return () => {
      gone = true;
    };
  }, [reason]);
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.title}
      lead={props.lead}
      actions={
        <Button tone="primary" icon="send" onClick={() => props.onAsk(reason.trim())}>
          {t("askNow")}
        </Button>
      }
    >
      <TextField
        label={t("reason")}
        help={t("reasonHelp")}
        maxLength={160}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <p data-vault-ask-price={bits ?? ""} className="text-sm" aria-live="polite">
        {bits === null ? t("priceWait") : t("askPrice", { bits: units("bits", { count: bits }) })}{" "}
        {props.later === null ? null : t("renewPrice", { bits: units("bits", { count: props.later }) })}
      </p>
    </Dialog>
  );
}
