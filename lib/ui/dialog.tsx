"use client";

import type { DialogProps } from "./dialog-window.tsx";
import { lazily } from "./lazily.tsx";

const DialogWindow = lazily<DialogProps>(() =>
  import("./dialog-window.tsx").then((part) => part.DialogWindow),
);

/** A question or a thing to look at before going on. Escape and the cross close it; focus goes back where it was. */
export function Dialog(props: DialogProps) {
  return props.open ? <DialogWindow {...props} /> : null;
}
