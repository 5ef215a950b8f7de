"use client";

import { useEffect, useState } from "react";
import type { MessengerApi } from "../../messenger/messenger-api.ts";

export interface FileProgress {
  readonly done: number;
  readonly total: number;
}

/** How far the file of a message is on its way, in bytes; null while nothing was heard of it. */
export function useFileProgress(api: MessengerApi, message: string): FileProgress | null {
  const [progress, setProgress] = useState<FileProgress | null>(null);
  useEffect(() => {
    setProgress(null);
    return api.subscribe(({ type, message: about, done = 0, total = 0 }) => {
      if (type === "file" && about === message) setProgress({ done, total });
    });
  }, [api, message]);
  return progress;
}
