"use client";

import { useId } from "react";

interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly title?: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few, all in sight: native radio buttons, so arrow keys move between them and no style is inline. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset className="inline-flex flex-wrap rounded-md border border-line-strong bg-surface p-px">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.title} className="relative flex">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="peer absolute inset-0 size-full cursor-pointer appearance-none rounded-sm"
          />
          <span className="pointer-events-none relative flex min-h-7 items-center rounded-sm px-2 text-sm font-medium whitespace-nowrap text-ink-soft peer-checked:bg-accent peer-checked:text-accent-ink peer-hover:not-peer-checked:text-ink">
            {option.label}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
