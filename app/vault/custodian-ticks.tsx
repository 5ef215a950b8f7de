"use client";

import { useTranslations } from "next-intl";
import { useId } from "react";
import type { VaultParty } from "@/lib/scenarios/vault/vault-record.ts";
import { usePostName } from "@/lib/ui/use-post-name.ts";

interface CustodianTicksProps {
  readonly custodians: readonly VaultParty[];
  /** Who is left out, by user. */
  readonly left: ReadonlySet<string>;
  readonly onChange: (left: ReadonlySet<string>) => void;
}

/** Which custodians get a share: all, but those that are ticked off. */
export function CustodianTicks(props: CustodianTicksProps) {
  const t = useTranslations("vault");
  const postName = usePostName();
  return (
    <fieldset className="grid gap-2">
      <legend className="text-sm font-medium">{t("custodians")}</legend>
      <p className="text-sm text-ink-soft">{t("custodiansHelp")}</p>
      <div className="grid gap-x-6 gap-y-1 sm:grid-cols-2">
        {props.custodians.map(({ user, name }) => (
          <Tick
            key={user}
            label={postName(name).place}
            checked={!props.left.has(user)}
            onChange={(on) => props.onChange(toggled(props.left, user, !on))}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Tick(props: { label: string; checked: boolean; onChange: (on: boolean) => void }) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex min-h-7 items-center gap-2">
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
        className="size-4 accent-accent"
      />
      {props.label}
    </label>
  );
}

function toggled(set: ReadonlySet<string>, one: string, on: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (on) next.add(one);
  else next.delete(one);
  return next;
}
