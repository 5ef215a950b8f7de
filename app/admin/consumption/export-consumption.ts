import type { ConsumptionView } from "@/lib/keys/api-types.ts";
import { downloadFile } from "@/lib/ui/download-file.ts";
import { toCsv } from "@/lib/ui/format/csv.ts";
import type { Grouping } from "./grouping.ts";

function fileName(view: ConsumptionView, by: Grouping, extension: string): string {
  const until = new Date(view.to).toISOString().slice(0, 16).replace(/[:T]/g, "-");
  return `key-consumption-by-${by}-until-${until}.${extension}`;
}

/** One row per bucket; columns are what was made, what was used, and what each group used, in bytes. */
export function exportCsv(view: ConsumptionView, by: Grouping): void {
  const head = [
    "from_utc",
    "generated_bytes",
    "consumed_bytes",
    ...view.groups.map((group) => `${by}:${group.name}`),
  ];
  const rows = view.generatedBytes.map((generated, index) => [
    new Date(view.from + index * view.bucketMs).toISOString(),
    generated,
    view.consumedBytes[index] ?? 0,
    ...view.groups.map((group) => group.series[index] ?? 0),
  ]);
  downloadFile(fileName(view, by, "csv"), "text/csv", toCsv([head, ...rows]));
}

export function exportJson(view: ConsumptionView, by: Grouping): void {
  downloadFile(fileName(view, by, "json"), "application/json", JSON.stringify({ by, ...view }, null, 2));
}
