"use client";

import "./globals.css";
import en from "@/lib/ui/i18n/en.json";
import pt from "@/lib/ui/i18n/pt.json";

/** The layout itself failed: no provider, no session; plain words in both languages. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="grid min-h-dvh place-content-center gap-4 bg-paper p-6 text-center text-ink">
        <h1 className="text-xl font-semibold">{en.errors.title}</h1>
        <p>{en.errors.unknown}</p>
        <p lang="pt">{pt.errors.unknown}</p>
        <button
          type="button"
          onClick={reset}
          className="justify-self-center rounded-md border border-line-strong px-4 py-2"
        >
          {en.common.retry} / <span lang="pt">{pt.common.retry}</span>
        </button>
      </body>
    </html>
  );
}
