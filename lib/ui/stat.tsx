import type { ReactNode } from "react";

/** One number with its name. */
export function Stat(props: { name: ReactNode; children: ReactNode; note?: ReactNode }) {
  return (
    <div className="grid content-start gap-0.5">
      <dt className="text-xs font-medium text-ink-soft">{props.name}</dt>
      <dd className="text-lg leading-6 font-semibold">{props.children}</dd>
      {props.note ? <dd className="text-xs text-ink-soft">{props.note}</dd> : null}
    </div>
  );
}

/** A row of them, in the order of importance. */
export function Stats({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-x-8 gap-y-3 border-b border-line bg-surface px-4 py-3 sm:flex sm:flex-wrap">
      {children}
    </dl>
  );
}
