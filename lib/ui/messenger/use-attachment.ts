"use client";

import { type ClipboardEvent, type DragEvent, useCallback, useEffect, useRef, useState } from "react";
import type { FilePreviewView, OutgoingFile } from "../../messenger/api/files.ts";
import type { SuiteName } from "../../messenger/messenger-api.ts";
import { makePreview } from "./make-preview.ts";

/** A file that was chosen and not sent yet. */
export interface ChosenFile {
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly file: File;
  readonly preview: FilePreviewView | undefined;
}

export interface Attachment {
  readonly chosen: ChosenFile | null;
  /** Something is being dragged over the place it may be dropped on. */
  readonly dragging: boolean;
  readonly choose: (file: File) => void;
  readonly clear: () => void;
  readonly onPaste: (event: ClipboardEvent) => void;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragLeave: (event: DragEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** One file beside the text: by the button, by dropping it, or a picture by pasting it. */
export function useAttachment(conversation: string): Attachment {
  const [chosen, setChosen] = useState<ChosenFile | null>(null);
  const [dragging, setDragging] = useState(false);
  const newest = useRef<File | null>(null);

  const clear = useCallback(() => {
    newest.current = null;
    setChosen(null);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a file stays with the conversation it was chosen in
  useEffect(() => clear, [conversation, clear]);

  const choose = useCallback((file: File) => {
    newest.current = file;
    const { name, size, type: mediaType } = file;
    const plain = { name: shortName(name), mediaType: mediaType || "application/octet-stream", size, file };
    setChosen({ ...plain, preview: undefined });
    void makePreview(file).then((preview) => {
      if (preview && newest.current === file) setChosen({ ...plain, preview });
    });
  }, []);

  const onPaste = useCallback(
    (event: ClipboardEvent) => {
      const [file] = event.clipboardData.files;
      // Text from a word processor comes with a picture of itself: then the text is meant.
      if (!file || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      choose(file);
    },
    [choose],
  );
  const onDragOver = useCallback((event: DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setDragging(true);
  }, []);
  const onDragLeave = useCallback((event: DragEvent) => {
    if (event.currentTarget.contains(event.relatedTarget as Node | null)) return;
    setDragging(false);
  }, []);
  const onDrop = useCallback(
    (event: DragEvent) => {
      setDragging(false);
      const [file] = event.dataTransfer.files;
      if (!file) return;
      event.preventDefault();
      choose(file);
    },
    [choose],
  );
  return { chosen, dragging, choose, clear, onPaste, onDragOver, onDragLeave, onDrop };
}

/** Under a one-time pad every byte takes key: the file itself is enough, a picture of it beside it is not sent. */
export async function toOutgoingFile(
  { name, mediaType, file, preview }: ChosenFile,
  caption: string,
  suite: SuiteName,
): Promise<OutgoingFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const pad = suite === "OTP" || suite === "OTP_HYBRID";
  return {
    name,
    mediaType,
    bytes,
    ...(preview === undefined || pad ? {} : { preview }),
    ...(caption === "" ? {} : { caption }),
  };
}

/** At most 255 bytes of UTF-8; the ending stays. */
function shortName(name: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(name).length <= 255) return name === "" ? "file" : name;
  const ending = /\.[^.]{1,10}$/.exec(name)?.[0] ?? "";
  let start = name.slice(0, name.length - ending.length);
  while (encoder.encode(start + ending).length > 255) start = [...start].slice(0, -1).join("");
  return start + ending;
}
