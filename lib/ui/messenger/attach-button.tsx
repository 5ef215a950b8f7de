"use client";

import { useTranslations } from "next-intl";
import { useRef } from "react";
import { IconButton } from "../button.tsx";

/** Opens the browser's own choice of files. */
export function AttachButton({ onFile }: { readonly onFile: (file: File) => void }) {
  const t = useTranslations("files");
  const input = useRef<HTMLInputElement | null>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        data-attach=""
        aria-label={t("attach")}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          // The same file may be chosen again.
          event.currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
      <IconButton icon="clip" label={t("attach")} onClick={() => input.current?.click()} />
    </>
  );
}
