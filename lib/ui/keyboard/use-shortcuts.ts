"use client";

import { useEffect, useRef, useState } from "react";
import { neighbour, type ShortcutAction, shortcutOf } from "./shortcuts.ts";

const lettersKey = "vernam-shortcut-letters";

/** Whether shortcuts of one character count, remembered on this computer. */
export function useLetterShortcuts(): readonly [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(true);
  useEffect(() => setOn(localStorage.getItem(lettersKey) !== "off"), []);
  return [
    on,
    (next) => {
      setOn(next);
      localStorage.setItem(lettersKey, next ? "on" : "off");
    },
  ];
}

interface ShortcutTargets {
  readonly conversations: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (conversation: string) => void;
  readonly onHelp: () => void;
  readonly letters: boolean;
}

/**
 * Answers the keys of the messages page. Controls name themselves by `data-shortcut`; a key for a message presses the
 * control of the message that holds the focus, else of the newest one in sight. While a dialog is open all keys are its own.
 */
export function useShortcuts(targets: ShortcutTargets): void {
  const newest = useRef(targets);
  newest.current = targets;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('[role="dialog"], [role="menu"]')) return;
      const action = shortcutOf(event, isTyping(event.target), newest.current.letters);
      if (action !== null && act(action, newest.current)) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

function act(action: ShortcutAction, targets: ShortcutTargets): boolean {
  const { conversations, chosen, onChoose, onHelp } = targets;
  switch (action) {
    case "next":
    case "previous": {
      const other = neighbour(conversations, chosen, action === "next" ? 1 : -1);
      if (other !== null) onChoose(other);
      return other !== null;
    }
    case "help":
      onHelp();
      return true;
    case "search":
    case "compose":
      return focus(document.querySelector<HTMLElement>(`[data-shortcut="${action}"]`));
    case "newer":
    case "older":
      return focus(controlOf(neighbourRow(action === "newer" ? 1 : -1)));
    case "keyCard":
    case "reply": {
      const control = rowInFocus()?.querySelector<HTMLElement>(`[data-shortcut="${action}"]`);
      control?.click();
      return control != null;
    }
  }
}

function focus(element: HTMLElement | null): boolean {
  element?.focus();
  element?.scrollIntoView({ block: "nearest" });
  return element !== null;
}

const rows = () => [...document.querySelectorAll<HTMLElement>('[role="log"] article[data-message]')];

function rowInFocus(): HTMLElement | undefined {
  const all = rows();
  return all.find((row) => row.contains(document.activeElement)) ?? all.at(-1);
}

function neighbourRow(by: 1 | -1): HTMLElement | undefined {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  return at === -1 ? all.at(-1) : all[at + by];
}

function controlOf(row: HTMLElement | undefined): HTMLElement | null {
  return row?.querySelector<HTMLElement>('[data-shortcut="keyCard"]') ?? null;
}

/** A letter typed here is meant for the field. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
