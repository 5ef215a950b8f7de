"use client";

import { useEffect, useState } from "react";

interface QrCodeProps {
  readonly text: string;
  /** Said instead of the picture. */
  readonly label: string;
}

/** A QR code drawn on the device, dark on light in both themes: cameras expect it so. */
export function QrCode({ text, label }: QrCodeProps) {
  const [drawn, setDrawn] = useState<{ readonly size: number; readonly path: string } | null>(null);
  useEffect(() => {
    let gone = false;
    void import("qrcode").then(({ create }) => {
      const { size, data } = create(text, { errorCorrectionLevel: "M" }).modules;
      const dark = [...data.keys()].filter((at) => data[at]);
      const path = dark.map((at) => `M${at % size} ${Math.floor(at / size)}h1v1h-1z`).join("");
      if (!gone) setDrawn({ size, path });
    });
    return () => {
      gone = true;
    };
  }, [text]);
  const quiet = 4;
  const side = (drawn?.size ?? 45) + 2 * quiet;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`${-quiet} ${-quiet} ${side} ${side}`}
      className="aspect-square w-48 max-w-full rounded-md bg-[#fff]"
      shapeRendering="crispEdges"
    >
      <title>{label}</title>
      {drawn ? <path d={drawn.path} fill="#000" /> : null}
    </svg>
  );
}
