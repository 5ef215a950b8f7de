"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import { dataQuantity, rateQuantity } from "./quantity.ts";

/** Numbers with their unit in the language shown. */
export function useQuantity() {
  const t = useTranslations("units");
  const format = useFormatter();
  return useMemo(() => {
    const number = (value: number, digits: number) => format.number(value, { maximumFractionDigits: digits });
    return {
      data(bytes: number): string {
        const { unit, value, digits } = dataQuantity(bytes);
        return unit === "bytes" ? t("bytes", { count: value }) : t(unit, { value: number(value, digits) });
      },
      rate(bits: number): string {
        const { unit, value, digits } = rateQuantity(bits);
        return t(unit, { value: number(value, digits) });
      },
      percent(ratio: number, digits = 1): string {
        return format.number(ratio, {
          style: "percent",
          maximumFractionDigits: digits,
          minimumFractionDigits: digits,
        });
      },
      number,
      clock(at: number): string {
        return format.dateTime(new Date(at), {
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          hourCycle: "h23",
        });
      },
      shortClock(at: number): string {
        return format.dateTime(new Date(at), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
      },
      day(at: number): string {
        return format.dateTime(new Date(at), { weekday: "long", day: "numeric", month: "long" });
      },
      date(at: number): string {
        return format.dateTime(new Date(at), { day: "numeric", month: "long", year: "numeric" });
      },
      moment(at: number): string {
        return format.dateTime(new Date(at), {
          day: "2-digit",
          month: "short",
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          hourCycle: "h23",
        });
      },
      duration(milliseconds: number): string {
        const seconds = Math.max(0, Math.round(milliseconds / 1000));
        return seconds < 120
          ? t("seconds", { count: seconds })
          : t("minutes", { count: Math.round(seconds / 60) });
      },
    };
  }, [t, format]);
}
