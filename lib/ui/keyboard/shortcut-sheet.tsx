"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../button.tsx";
import { Dialog } from "../dialog.tsx";
import { combinations, shortcutActions } from "./shortcuts.ts";
import { useLetterShortcuts, useShortcuts } from "./use-shortcuts.ts";

interface ShortcutsProps {
  readonly conversations: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (conversation: string) => void;
}

/** The keys of the messages page, and the button that opens the sheet which lists them. */
export function Shortcuts(props: ShortcutsProps) {
  const t = useTranslations("shortcuts");
  const [open, setOpen] = useState(false);
  const [letters, setLetters] = useLetterShortcuts();
  useShortcuts({ ...props, letters, onHelp: () => setOpen(true) });
  return (
    <>
      <Button size="small" tone="quiet" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {t("title")}
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t("title")} lead={t("lead")}>
        <table className="w-full text-left">
          <thead className="sr-only">
            <tr>
              <th scope="col">{t("action")}</th>
              <th scope="col">{t("keys")}</th>
            </tr>
          </thead>
          <tbody>
            {shortcutActions.map((action) => (
              <tr key={action} className="border-b border-line">
                <th scope="row" className="py-1.5 pr-4 font-normal">
                  {t(action)}
                </th>
                <td className="py-1.5 text-right whitespace-nowrap">
                  {combinations[action].map(({ keys, held }, index) => (
                    <span key={keys.join("+")} className={held || letters ? "" : "opacity-60 line-through"}>
                      {index > 0 ? ` ${t("or")} ` : ""}
                      {keys.map((key) => (
                        <kbd
                          key={key}
                          className="ml-1 rounded-sm border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-sm"
                        >
                          {key}
                        </kbd>
                      ))}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={letters}
            onChange={(event) => setLetters(event.target.checked)}
            className="size-4 accent-accent"
          />
          {t("letters")}
        </label>
      </Dialog>
    </>
  );
}
