"use client";

import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from "react";
import { Icon, type IconName } from "./icon.tsx";

const control =
  "w-full rounded-md border border-line-strong bg-surface px-3 text-ink placeholder:text-ink-faint min-h-9 disabled:bg-sunken disabled:text-ink-faint aria-invalid:border-alarm";

interface FieldProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly help?: ReactNode;
  readonly error?: string | undefined;
}

function Frame(props: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="grid gap-1">
      <label htmlFor={props.id} className={props.hideLabel ? "sr-only" : "text-sm font-medium text-ink"}>
        {props.label}
      </label>
      {props.children}
      {props.error ? (
        <p id={`${props.id}-error`} className="flex items-start gap-1.5 text-sm text-alarm">
          <Icon name="alarm" className="mt-0.5" />
          {props.error}
        </p>
      ) : null}
      {props.help ? (
        <p id={`${props.id}-help`} className="text-sm text-ink-soft">
          {props.help}
        </p>
      ) : null}
    </div>
  );
}

type TextFieldProps = FieldProps & InputHTMLAttributes<HTMLInputElement> & { readonly icon?: IconName };

export function TextField({ label, hideLabel, help, error, icon, className = "", ...rest }: TextFieldProps) {
  const id = useId();
  const described = [error ? `${id}-error` : "", help ? `${id}-help` : ""].join(" ").trim() || undefined;
  return (
    <Frame id={id} label={label} hideLabel={hideLabel ?? false} help={help} error={error}>
      <span className="relative block">
        {icon ? (
          <Icon
            name={icon}
            className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-faint"
          />
        ) : null}
        <input
          id={id}
          aria-describedby={described}
          aria-invalid={error ? true : undefined}
          className={`${control} ${icon ? "pl-9" : ""} ${className}`}
          {...rest}
        />
      </span>
    </Frame>
  );
}

type SelectFieldProps = FieldProps & SelectHTMLAttributes<HTMLSelectElement>;

export function SelectField({
  label,
  hideLabel,
  help,
  error,
  className = "",
  children,
  ...rest
}: SelectFieldProps) {
  const id = useId();
  return (
    <Frame id={id} label={label} hideLabel={hideLabel ?? false} help={help} error={error}>
      <span className="relative block">
        <select id={id} className={`${control} appearance-none pr-8 ${className}`} {...rest}>
          {children}
        </select>
        <Icon
          name="chevronDown"
          className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-ink-soft"
        />
      </span>
    </Frame>
  );
}
