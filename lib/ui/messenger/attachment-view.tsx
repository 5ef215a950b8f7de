"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { FileContentView } from "../../messenger/api/content.ts";
import type { OpenedFile } from "../../messenger/api/files.ts";
import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { Button } from "../button.tsx";
import { downloadBlob } from "../download-file.ts";
import { useQuantity } from "../format/use-quantity.ts";
import { Icon } from "../icon.tsx";
import { Meter } from "../meter.tsx";
import { useErrorText } from "../problem-text.ts";
import { AttachmentDialog } from "./attachment-dialog.tsx";
import { isRaster, safeType } from "./raster-types.ts";
import { useBlobUrl } from "./use-blob-url.ts";
import { useFileProgress } from "./use-file-progress.ts";

interface AttachmentViewProps {
  readonly api: MessengerApi;
  readonly message: MessageView;
  readonly content: FileContentView;
}

/** The file of a message: fetched and verified when it is asked for, then looked at or saved. */
export function AttachmentView({ api, message, content }: AttachmentViewProps) {
  const t = useTranslations("files");
  const quantity = useQuantity();
  const tell = useErrorText();
  const [shown, setShown] = useState<OpenedFile | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const preview = useBlobUrl(content.preview as Uint8Array<ArrayBuffer> | null, "");
  const raster = isRaster(content.mediaType);
  const leaving = message.delivery?.state === "sending" || message.delivery?.state === "drawing";

  async function open(use: (file: OpenedFile) => void) {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      use(await api.openFile(message.id));
    } catch (error) {
      if ((error as { code?: string }).code !== "file.cancelled") setFailure(tell(error));
    } finally {
      setBusy(false);
    }
  }
  const save = (file: OpenedFile) =>
    downloadBlob(file.name, new Blob([file.bytes], { type: safeType(file.mediaType) }));

  return (
    <div className="grid min-w-0 gap-2" data-file={content.state}>
      {preview && raster ? (
        <button
          type="button"
          onClick={() => void open(setShown)}
          aria-label={t("view", { name: content.name })}
          className="justify-self-start rounded-sm"
        >
          {/* biome-ignore lint/performance/noImgElement: bytes in this page's memory, which no server can optimise */}
          <img src={preview} alt="" className="max-h-64 max-w-full rounded-sm" />
        </button>
      ) : null}
      <div className="flex min-w-0 items-start gap-2">
        <Icon name={raster ? "eye" : "ledger"} className="mt-1 text-ink-soft" />
        <div className="min-w-0">
          <p className="font-medium break-words">{content.name}</p>
          <p className="text-sm text-ink-soft">
            {quantity.data(content.size)} · {t(content.inline ? "inline" : `state.${content.state}`)}
          </p>
        </div>
      </div>
      {busy || leaving ? (
        <Progress
          api={api}
          message={message.id}
          leaving={leaving}
          onCancel={() => void api.cancelFile(message.id)}
        />
      ) : null}
      {failure !== null || (content.state === "failed" && !busy) ? (
        <p role="alert" className="flex gap-2 text-sm text-alarm">
          <Icon name="alarm" className="mt-0.5" />
          <span>
            {t("cannotOpen")} {failure}
          </span>
        </p>
      ) : null}
      {busy ? null : (
        <div className="flex flex-wrap gap-2">
          {raster ? (
            <Button size="small" icon="eye" onClick={() => void open(setShown)}>
              {t("look")}
            </Button>
          ) : null}
          <Button size="small" icon="download" onClick={() => void open(save)}>
            {t("save")}
          </Button>
        </div>
      )}
      {content.caption ? <p className="break-words whitespace-pre-wrap">{content.caption}</p> : null}
      {shown ? (
        <AttachmentDialog file={shown} onSave={() => save(shown)} onClose={() => setShown(null)} />
      ) : null}
    </div>
  );
}

function Progress(props: { api: MessengerApi; message: string; leaving: boolean; onCancel: () => void }) {
  const t = useTranslations("files");
  const common = useTranslations("common");
  const progress = useFileProgress(props.api, props.message);
  const ratio = progress && progress.total > 0 ? progress.done / progress.total : 0;
  if (props.leaving && progress === null) return null;
  const percent = Math.round(ratio * 100);
  return (
    <div className="flex items-center gap-2" data-file-progress={percent}>
      <Meter ratio={ratio} tone="accent" label={t(props.leaving ? "leaving" : "coming", { percent })} />
      <Button size="small" tone="quiet" icon="close" onClick={props.onCancel}>
        {common("cancel")}
      </Button>
    </div>
  );
}
