"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import { siteNames } from "@/lib/ui/network/link-names.ts";
import { useOperations } from "@/lib/ui/operations/operations-provider.tsx";
import type { Grouping } from "./grouping.ts";

const purposes = ["relayed", "supplied", "authentication", "expired", "discarded"] as const;
/** By their numbers, from 1. */
const suiteNames = ["OTP", "AES", "HYBRID", "OTP_HYBRID"] as const;
const levels = ["0", "1", "2", "3"] as const;

/** Name of a group as a person knows it: sites by their names, purposes and suites in words. */
export function useGroupName(by: Grouping): (name: string) => string {
  const t = useTranslations();
  const { topology } = useOperations();
  return useMemo(() => {
    const names = topology ? siteNames(topology) : new Map<string, string>();
    return (name: string) => {
      if (by === "purpose") {
        const purpose = purposes.find((one) => one === name);
        return purpose ? t(`consumption.purpose.${purpose}`) : name;
      }
      if (by === "suite") {
        const suite = suiteNames[Number(name) - 1];
        return suite ? t(`messages.suiteName.${suite}`) : name;
      }
      if (by === "level") {
        const level = levels.find((one) => one === name);
        return level ? t(`messages.levelName.${level}`) : name;
      }
      const sites = name.match(/[a-z]{2,3}-[a-z0-9-]+/g);
      return sites ? sites.map((site) => names.get(site) ?? site).join(" – ") : name;
    };
  }, [by, t, topology]);
}
