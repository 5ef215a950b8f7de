"use client";

import { useTranslations } from "next-intl";
import type { DeviceView, ExposureView } from "@/lib/keys/api-types.ts";
import { useQuantity } from "@/lib/ui/format/use-quantity.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { Identifier } from "@/lib/ui/identifier.tsx";
import { useOperationsRead } from "@/lib/ui/operations/use-operations-read.ts";
import { fallsWithXWing } from "./use-stage-view.ts";

const everything = { from: 0 };

/** Exactly the keys that a dishonest node saw, from the ledger, the newest first. */
export function SeenKeys({ node, nameOf }: { node: string; nameOf: (id: string) => string }) {
  const t = useTranslations("stage.node");
  const quantity = useQuantity();
  const { value } = useOperationsRead<ExposureView>("/ops/exposure", { node, ...everything }, 3000);
  if (!value) return <p className="text-sm text-ink-soft">{t("reading")}</p>;
  return (
    <details className="rounded-md border border-alarm bg-alarm-wash px-3 py-2 text-sm" open data-seen={node}>
      <summary className="font-semibold">
        {t("saw", { node: nameOf(node), exposed: value.exposed, keys: value.keys })}
      </summary>
      <ol className="thin-scroll mt-1 max-h-40 overflow-y-auto">
        {value.known.map(({ keyId, masterSite, slaveSites, at }) => (
          <li key={keyId} className="flex flex-wrap gap-x-3 border-t border-line py-1">
            <Identifier value={keyId} />
            <span>
              {nameOf(masterSite)} – {slaveSites.map(nameOf).join(", ")}
            </span>
            <time className="ml-auto text-ink-soft">{quantity.clock(at)}</time>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** The devices that fall when X-Wing does, and those that stand because their card came by hand. */
export function FallenDevices({ nameOf }: { nameOf: (id: string) => string }) {
  const t = useTranslations("stage.suppose");
  const { value } = useOperationsRead<readonly DeviceView[]>("/ops/devices", {}, 5000);
  const certified = (value ?? []).filter(({ state }) => state === "certified");
  return (
    <div className="grid gap-1 text-sm" data-fallen={certified.filter(fallsWithXWing).length}>
      <p className="text-ink-soft">{t("xWingText")}</p>
      <ul className="thin-scroll max-h-32 overflow-y-auto">
        {certified.map((device) => {
          const falls = fallsWithXWing(device);
          return (
            <li key={device.device} className="arrive flex items-baseline gap-2 py-0.5">
              <Icon
                name={falls ? "failed" : "shieldCheck"}
                className={`translate-y-0.5 ${falls ? "text-alarm" : "text-ok"}`}
              />
              <span className={falls ? "line-through" : ""}>{device.name}</span>
              <span className="text-ink-soft">
                {nameOf(device.site)}: {t(falls ? "falls" : "stands")}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
