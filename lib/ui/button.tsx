import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

export type ButtonTone = "primary" | "plain" | "quiet" | "danger";

const tones: Readonly<Record<ButtonTone, string>> = {
  primary:
    "border-accent bg-accent text-accent-ink hover:bg-accent-strong hover:border-accent-strong disabled:bg-sunken disabled:text-ink-faint disabled:border-line",
  plain:
    "border-line-strong bg-surface text-ink hover:bg-sunken disabled:text-ink-faint disabled:border-line disabled:bg-transparent",
  quiet: "border-transparent text-ink-soft hover:bg-sunken hover:text-ink disabled:text-ink-faint",
  danger:
    "border-alarm bg-surface text-alarm hover:bg-alarm-wash disabled:text-ink-faint disabled:border-line",
};

const sizes = {
  small: "min-h-7 px-2 text-sm gap-1.5",
  medium: "min-h-9 px-3 text-base gap-2",
  large: "min-h-11 px-4 text-lg gap-2.5",
} as const;

export type ButtonSize = keyof typeof sizes;

/** Class of anything that looks like a button (a link that starts something, a summary). */
export function buttonClass(tone: ButtonTone = "plain", size: ButtonSize = "medium"): string {
  return `inline-flex items-center justify-center rounded-md border font-medium whitespace-nowrap transition-colors duration-(--quick) ${sizes[size]} ${tones[tone]}`;
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: ButtonTone;
  readonly size?: ButtonSize;
  readonly icon?: IconName;
  readonly busy?: boolean;
  readonly children?: ReactNode;
}

/** While `busy` it stays focusable and says so, but does nothing. */
export function Button({
  tone,
  size,
  icon,
  busy = false,
  children,
  className = "",
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
      className={`${buttonClass(tone, size)} ${className}`}
    >
      {icon ? <Icon name={busy ? "hourglass" : icon} className={busy ? "going-on" : ""} /> : null}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  readonly icon: IconName;
  readonly label: string;
}

/** A button of one icon; `label` is its accessible name and its hover text. */
export function IconButton({
  icon,
  label,
  size = "medium",
  tone = "quiet",
  className = "",
  ...rest
}: IconButtonProps) {
  const square = size === "small" ? "w-7 px-0" : size === "large" ? "w-11 px-0" : "w-9 px-0";
  return (
    <Button
      {...rest}
      tone={tone}
      size={size}
      aria-label={label}
      title={label}
      className={`${square} ${className}`}
    >
      <Icon name={icon} />
    </Button>
  );
}
