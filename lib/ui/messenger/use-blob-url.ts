"use client";

import { useEffect, useState } from "react";

/** An address for bytes that never left this page; it ends with the component. */
export function useBlobUrl(
  bytes: Uint8Array<ArrayBuffer> | null | undefined,
  mediaType: string,
): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!bytes) {
      setUrl(null);
      return;
    }
    const made = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, mediaType]);
  return url;
}
