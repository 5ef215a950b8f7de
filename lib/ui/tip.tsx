"use client";

import {
  type ButtonHTMLAttributes,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";

const showAfterMs = 300;
/** Long enough for the pointer to get from the word onto its explanation (WCAG 1.4.13). */
const hideAfterMs = 150;
const edge = 8;
const gap = 6;

interface TipProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly text: ReactNode;
}

/** A button whose explanation stands beside it on hover and focus, until Escape or until both are left. */
export function Tip({ text, children, ...rest }: TipProps) {
  const id = useId();
  const word = useRef<HTMLButtonElement | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [open, setOpen] = useState(false);

  function turn(on: boolean, afterMs: number) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(on), afterMs);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!open) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
    };
    document.addEventListener("keydown", pressed, { capture: true });
    return () => document.removeEventListener("keydown", pressed, { capture: true });
  }, [open]);

  return (
    <>
      <button
        type="button"
        {...rest}
        ref={word}
        aria-describedby={open ? id : undefined}
        onPointerEnter={() => turn(true, showAfterMs)}
        onPointerLeave={() => turn(false, hideAfterMs)}
        onFocus={() => turn(true, 0)}
        onBlur={() => turn(false, 0)}
      >
        {children}
      </button>
      {open && word.current ? (
        <Bubble
          id={id}
          word={word.current}
          text={text}
          onEnter={() => turn(true, 0)}
          onLeave={() => turn(false, hideAfterMs)}
        />
      ) : null}
    </>
  );
}

interface BubbleProps {
  readonly id: string;
  readonly word: HTMLElement;
  readonly text: ReactNode;
  readonly onEnter: () => void;
  readonly onLeave: () => void;
}

/** Above the word where there is room, else below, never beyond the window's edges. */
function Bubble({ id, word, text, onEnter, onLeave }: BubbleProps) {
  const bubble = useRef<HTMLDivElement | null>(null);
  useLayoutEffect(() => {
    const place = () => {
      const at = word.getBoundingClientRect();
      const box = bubble.current;
      if (!box) return;
      const { width, height } = box.getBoundingClientRect();
      const above = at.top - height - gap;
      const left = at.left + (at.width - width) / 2;
      box.style.top = `${above >= edge ? above : at.bottom + gap}px`;
      box.style.left = `${Math.max(edge, Math.min(left, window.innerWidth - width - edge))}px`;
    };
    place();
    window.addEventListener("scroll", place, { capture: true, passive: true });
    return () => window.removeEventListener("scroll", place, { capture: true });
  }, [word]);
  return createPortal(
    <div
      ref={bubble}
      id={id}
      role="tooltip"
      onPointerEnter={onEnter}
      onPointerLeave={onLeave}
      className="pointer-events-auto fixed top-0 left-0 z-50 max-w-72 rounded-md bg-ink px-3 py-2 text-sm font-normal tracking-normal text-paper normal-case shadow-over"
    >
      {text}
    </div>,
    document.body,
  );
}
