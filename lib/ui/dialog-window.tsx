"use client";

import { useTranslations } from "next-intl";
import { Dialog as Primitive } from "radix-ui";
import { type ReactNode, useState } from "react";
import { IconButton } from "./button.tsx";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** The window itself, for as long as it is open. */
export function DialogWindow(props: DialogProps) {
  const t = useTranslations("common");
  const [opener] = useState(() => document.activeElement);

  /** Back to where it was, unless what was done here has given it to something else already. */
  function giveFocusBack(event: Event) {
    event.preventDefault();
    if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
  }

  return (
    <Primitive.Root open={props.open} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-ink/40" />
        <Primitive.Content
          {...(props.lead ? {} : { "aria-describedby": undefined })}
          onCloseAutoFocus={giveFocusBack}
          className="arrive fixed inset-x-3 top-[10vh] z-50 mx-auto grid max-h-[80vh] max-w-lg gap-4 overflow-y-auto rounded-lg border border-line bg-surface p-6 shadow-over"
        >
          <div className="flex items-start justify-between gap-4">
            <Primitive.Title className="text-lg font-semibold">{props.title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton icon="close" size="small" label={t("close")} className="-mt-1 -mr-2" />
            </Primitive.Close>
          </div>
          {props.lead ? (
            <Primitive.Description className="text-ink-soft">{props.lead}</Primitive.Description>
          ) : null}
          {props.children}
          {props.actions ? (
            <div className="flex flex-wrap justify-end gap-2 pt-2">{props.actions}</div>
          ) : null}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
