import type { ReactNode } from "react";

/** One kind of component on the sheet, under its name. */
export function SheetPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-3 border-t border-line py-4">
      <h3 className="label">{title}</h3>
      {children}
    </section>
  );
}
