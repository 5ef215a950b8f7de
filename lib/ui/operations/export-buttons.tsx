"use client";

import { useTranslations } from "next-intl";
import { Button } from "../button.tsx";
import { downloadFile } from "../download-file.ts";
import { toCsv } from "../format/csv.ts";

interface ExportButtonsProps {
  /** Beginning of the files' names, such as "alarms". */
  readonly name: string;
  /** The answer as it came: the JSON file. */
  readonly value: unknown;
  /** The table: names of the columns, then rows. Asked for when a person wants it. */
  readonly rows: () => readonly (readonly (string | number | null)[])[];
}

/** What a page shows, as files: times in UTC, amounts in base units. */
export function ExportButtons({ name, value, rows }: ExportButtonsProps) {
  const t = useTranslations("admin");
  const fileName = (extension: string) =>
    `${name}-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}.${extension}`;
  return (
    <span className="flex gap-2 print:hidden">
      <Button
        size="small"
        icon="download"
        onClick={() => downloadFile(fileName("csv"), "text/csv", toCsv(rows()))}
      >
        {t("exportRows", { format: "CSV" })}
      </Button>
      <Button
        size="small"
        icon="download"
        onClick={() => downloadFile(fileName("json"), "application/json", JSON.stringify(value, null, 2))}
      >
        {t("exportRows", { format: "JSON" })}
      </Button>
    </span>
  );
}
