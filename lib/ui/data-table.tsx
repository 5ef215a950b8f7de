"use client";

import { useTranslations } from "next-intl";
import { memo, type ReactNode, useMemo, useState } from "react";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";

export interface Column<Row> {
  readonly key: string;
  readonly header: ReactNode;
  /** Accessible name of the sort button, when the header is not plain text. */
  readonly name?: string;
  readonly cell: (row: Row) => ReactNode;
  /** Given: the column can be sorted by. */
  readonly sortBy?: (row: Row) => number | string;
  readonly align?: "right";
  readonly className?: string;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly chosen?: string | null;
  readonly onChoose?: (key: string) => void;
  readonly initialSort?: { readonly key: string; readonly descending: boolean };
  readonly className?: string;
  /** Rows drawn until a person asks for more; the chosen one is always among them. All when absent. */
  readonly atFirst?: number;
}

/** A plain table: first column names the row, numbers to the right, head stays in sight. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, rows, rowKey, onChoose } = props;
  const t = useTranslations("common");
  const [sort, setSort] = useState(props.initialSort ?? null);
  const sorted = useMemo(() => {
    const by = columns.find((column) => column.key === sort?.key)?.sortBy;
    if (!sort || !by) return rows;
    const direction = sort.descending ? -1 : 1;
    return [...rows].sort((a, b) => direction * compare(by(a), by(b)));
  }, [rows, columns, sort]);
  const [more, setMore] = useState(0);
  const { atFirst = sorted.length, chosen = null } = props;
  const chosenAt = chosen === null ? -1 : sorted.findIndex((row) => rowKey(row) === chosen);
  const drawn = Math.max(atFirst + more, chosenAt + 1);
  return (
    <>
      <table className={`w-full border-collapse text-sm ${props.className ?? ""}`}>
        <caption className="sr-only">{props.caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const here = sort?.key === column.key;
              return (
                <th
                  key={column.key}
                  scope="col"
                  aria-sort={here ? (sort.descending ? "descending" : "ascending") : undefined}
                  className={`sticky top-0 z-10 border-b border-line-strong bg-surface px-3 py-1.5 text-xs font-semibold whitespace-nowrap text-ink-soft ${
                    column.align === "right" ? "text-right" : "text-left"
                  }`}
                >
                  {column.sortBy ? (
                    <button
                      type="button"
                      aria-label={column.name}
                      onClick={() =>
                        setSort({
                          key: column.key,
                          descending: here ? !sort.descending : column.align === "right",
                        })
                      }
                      className="inline-flex min-h-6 items-center gap-1 rounded-sm hover:text-ink"
                    >
                      {column.header}
                      <Icon
                        name="chevronDown"
                        className={`size-3 ${column.align === "right" ? "order-first" : ""} ${here ? "text-accent" : "text-transparent"} ${here && !sort.descending ? "rotate-180" : ""}`}
                      />
                    </button>
                  ) : (
                    column.header
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, drawn).map((row) => {
            const key = rowKey(row);
            return (
              <DataRow
                key={key}
                id={key}
                row={row}
                columns={columns}
                chosen={props.chosen === key}
                onChoose={onChoose}
              />
            );
          })}
        </tbody>
      </table>
      {drawn < sorted.length ? (
        <p className="flex justify-center p-3">
          <Button size="small" onClick={() => setMore(more + atFirst)}>
            {t("more")}
          </Button>
        </p>
      ) : null}
    </>
  );
}

interface DataRowProps<Row> {
  readonly id: string;
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly chosen: boolean;
  readonly onChoose: ((key: string) => void) | undefined;
}

/** Drawn again only when its row, the columns or the choice changed: long tables get news every second. */
const DataRow = memo(DataRowPlain) as typeof DataRowPlain;

function DataRowPlain<Row>({ id, row, columns, chosen, onChoose }: DataRowProps<Row>) {
  return (
    <tr
      data-row={id}
      className={`border-b border-line ${chosen ? "bg-accent-wash" : onChoose ? "hover:bg-sunken" : ""}`}
    >
      {columns.map((column, index) => {
        const look = `px-3 py-1.5 align-top ${column.align === "right" ? "text-right" : "text-left"} ${column.className ?? ""}`;
        if (index > 0) {
          return (
            <td key={column.key} className={look}>
              {column.cell(row)}
            </td>
          );
        }
        return (
          <th key={column.key} scope="row" className={`${look} font-medium`}>
            {onChoose ? (
              <button
                type="button"
                aria-pressed={chosen}
                onClick={() => onChoose(id)}
                className="rounded-sm text-left hover:text-accent hover:underline"
              >
                {column.cell(row)}
              </button>
            ) : (
              column.cell(row)
            )}
          </th>
        );
      })}
    </tr>
  );
}

function compare(a: number | string, b: number | string): number {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}
