"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { FilePriceView } from "../../messenger/api/files.ts";
import type { Level, MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { IconButton } from "../button.tsx";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";
import type { ChosenFile } from "./use-attachment.ts";
import { useBlobUrl } from "./use-blob-url.ts";

interface AttachmentBoxProps {
  readonly api: MessengerApi;
  readonly conversation: string;
  readonly chosen: ChosenFile;
  readonly caption: string;
  readonly suite: SuiteName;
  readonly level: Level;
  readonly onClear: () => void;
  /** Whether it may go as things stand. */
  readonly onAllowed: (allowed: boolean) => void;
}

/** The file that will go with the next message: what it is, and what it costs. */
export function AttachmentBox(props: AttachmentBoxProps) {
  const { api, conversation, chosen, caption, suite, level, onAllowed } = props;
  const t = useTranslations("files");
  const units = useTranslations("units");
  const quantity = useQuantity();
  const [price, setPrice] = useState<FilePriceView | null>(null);
  const picture = useBlobUrl(chosen.preview?.bytes, chosen.preview?.mediaType ?? "");
  const { name, mediaType, size, file } = chosen;

  // Another file starts anew: what was wrong with the last one is not wrong with this.
  // biome-ignore lint/correctness/useExhaustiveDependencies: for each file once
  useEffect(() => onAllowed(true), [file, onAllowed]);

  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      api.filePrice(conversation, size, suite, { name, mediaType, caption, level }).then(
        (asked) => {
          if (gone) return;
          setPrice(asked);
          onAllowed(asked.refused === null);
        },
        () => gone || setPrice(null),
      );
    }, 120);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, conversation, name, mediaType, size, caption, suite, level, onAllowed]);

  return (
    <div
      className="flex min-w-0 items-center gap-3 rounded-md border border-line bg-paper p-2"
      data-attachment=""
    >
      {picture ? (
        // biome-ignore lint/performance/noImgElement: bytes in this page's memory, which no server can optimise
        <img src={picture} alt="" className="size-12 shrink-0 rounded-sm object-cover" />
      ) : (
        <Icon name="ledger" className="size-6 text-ink-soft" />
      )}
      <div className="min-w-0 flex-1 text-sm">
        <p className="truncate font-medium">{name}</p>
        <p className="text-ink-soft">{quantity.data(size)}</p>
        {price?.refused ? (
          <p role="alert" className="text-alarm">
            {t("refused", { largest: quantity.data(price.largest) })}{" "}
            {price.inline && price.largest > 0 ? t("refusedPad") : null}
          </p>
        ) : (
          <p className="flex items-center gap-1.5 text-ink-soft" data-file-price="">
            <Icon name="key" className="size-3.5 text-accent" />
            {price === null
              ? t("priceUnknown")
              : price.inline
                ? t("priceInline", { bits: units("bitsOfKey", { count: price.bits }) })
                : price.drawsKey
                  ? t("priceEpoch", { bits: units("bitsOfKey", { count: price.bits }) })
                  : t("priceNone")}
          </p>
        )}
      </div>
      <IconButton icon="close" size="small" label={t("removeChosen", { name })} onClick={props.onClear} />
    </div>
  );
}
