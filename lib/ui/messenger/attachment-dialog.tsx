"use client";

import { useTranslations } from "next-intl";
import type { OpenedFile } from "../../messenger/api/files.ts";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { safeType } from "./raster-types.ts";
import { useBlobUrl } from "./use-blob-url.ts";

interface AttachmentDialogProps {
  readonly file: OpenedFile;
  readonly onSave: () => void;
  readonly onClose: () => void;
}

/** A picture in full, from memory. */
export function AttachmentDialog({ file, onSave, onClose }: AttachmentDialogProps) {
  const t = useTranslations("files");
  const url = useBlobUrl(file.bytes, safeType(file.mediaType));
  return (
    <Dialog
      open
      onClose={onClose}
      title={file.name}
      actions={
        <Button icon="download" onClick={onSave}>
          {t("save")}
        </Button>
      }
    >
      {url ? (
        // biome-ignore lint/performance/noImgElement: bytes in this page's memory, which no server can optimise
        <img src={url} alt={t("picture", { name: file.name })} className="mx-auto max-h-[60vh] max-w-full" />
      ) : null}
    </Dialog>
  );
}
