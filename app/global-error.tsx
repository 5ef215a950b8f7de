"use client";

import "./globals.css";
import texts from "@/lib/ui/i18n/last-resort.json";

/** The layout itself failed: no provider, no session; plain words in both languages. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="grid min-h-dvh place-content-center gap-4 bg-paper p-6 text-center text-ink">
        <h1 className="text-xl font-semibold">{texts.en.title}</h1>
        <p>{texts.en.unknown}</p>
        <p lang="pt">{texts.pt.unknown}</p>
        <button
          type="button"
          onClick={reset}
          className="justify-self-center rounded-md border border-line-strong px-4 py-2"
        >
          {texts.en.retry} / <span lang="pt">{texts.pt.retry}</span>
        </button>
      </body>
    </html>
  );
}
