"use client";

import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { type TouredArea, tourOf, tours } from "./tours.ts";

/** Keys of a tour's steps are data; their texts are `tour.<area>.<step>.title` and `.text`. */
type Lookup = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** What starts the tour of the page one is on; null where there is none. */
export function useTour(): (() => void) | null {
  const area = tourOf(usePathname());
  const t = useTranslations("tour") as unknown as Lookup;
  const start = useCallback(() => void (area && runTour(area, t)), [area, t]);
  return area === null ? null : start;
}

/** Fetched when first wanted. Arrow keys go on and back, Escape ends it; focus returns where it was. */
async function runTour(area: TouredArea, t: Lookup): Promise<void> {
  const { drive } = await import("./driver.ts");
  const before = document.activeElement;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const steps = tours[area].map(({ key, at }) => ({
    ...(at !== undefined && document.querySelector(at) ? { element: at } : {}),
    popover: { title: t(`${area}.${key}.title`), description: t(`${area}.${key}.text`) },
  }));
  drive({
    steps,
    animate: !still,
    smoothScroll: !still,
    disableActiveInteraction: true,
    overlayColor: "black",
    overlayOpacity: 0.45,
    popoverClass: "vernam-tour",
    showProgress: true,
    progressText: t("progress", { current: "{{current}}", total: "{{total}}" }),
    nextBtnText: t("next"),
    prevBtnText: t("previous"),
    doneBtnText: t("done"),
    onPopoverRender: ({ closeButton }) => closeButton.setAttribute("aria-label", t("close")),
    onHighlighted: (element) => {
      // The library marks what it points at as if that opened a menu, which most things here may not say.
      const at = element ?? document.getElementById("driver-dummy-element");
      for (const name of ["aria-haspopup", "aria-expanded", "aria-controls"]) at?.removeAttribute(name);
    },
    onDestroyed: () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    },
  });
}
