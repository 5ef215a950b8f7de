import type { ReactNode } from "react";

/** The one question a page answers, and what can be done about the whole page. */
export function PageHeading(props: { title: string; question: string; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2 px-4 pt-4 pb-3">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">{props.title}</h1>
        <p className="text-ink-soft">{props.question}</p>
      </div>
      {props.children ? <div className="flex flex-wrap items-center gap-2">{props.children}</div> : null}
    </div>
  );
}
