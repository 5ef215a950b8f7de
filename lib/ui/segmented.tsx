"use client";

import { RadioGroup } from "radix-ui";

interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly title?: string }[];
  readonly onChange: (value: T) => void;
  readonly size?: "small" | "medium";
}

/** One of a few, all in sight. Arrow keys move between them. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  size = "small",
}: SegmentedProps<T>) {
  const height = size === "small" ? "min-h-7 text-sm px-2" : "min-h-9 px-3";
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as T)}
      className="inline-flex rounded-md border border-line-strong bg-surface p-px"
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          title={option.title}
          className={`rounded-sm font-medium whitespace-nowrap text-ink-soft hover:text-ink data-[state=checked]:bg-accent data-[state=checked]:text-accent-ink ${height}`}
        >
          {option.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
