import { memo } from "react";
import type { PlacedSite } from "./map-model.ts";
import type { Box } from "./projection.ts";

const sizes: Readonly<Record<string, number>> = {
  endpoint: 7,
  "trusted-node": 3.5,
  ogs: 7,
  "mdi-hub": 5,
  noc: 5,
  satellite: 11,
};

interface SiteDotProps {
  readonly placed: PlacedSite;
  readonly unit: number;
  /** Seen from far: nodes shrink so that the lines stay in sight. */
  readonly far: boolean;
  readonly onHover: ((site: string | null) => void) | undefined;
}

/** Dots are strokes of no length: their size is in pixels whatever the zoom. */
const SiteDot = memo(function SiteDot({ placed, unit, far, onHover }: SiteDotProps) {
  const { site, at } = placed;
  const size = (sizes[site.kind] ?? 4) * (far && site.kind !== "satellite" ? 0.7 : 1);
  const dot = `M${at[0]} ${at[1]}h0`;
  const square =
    site.kind === "ogs" || site.kind === "satellite" || site.kind === "mdi-hub" || site.kind === "noc";
  const cap = square ? "square" : "round";
  const fill =
    site.kind === "trusted-node"
      ? "stroke-ink-soft"
      : site.kind === "satellite" || site.kind === "ogs"
        ? "stroke-warn"
        : "stroke-ink";
  return (
    <g
      data-site={site.id}
      strokeLinecap={cap}
      onPointerEnter={onHover ? () => onHover(site.id) : undefined}
      onPointerLeave={onHover ? () => onHover(null) : undefined}
    >
      {far && site.kind === "trusted-node" ? null : (
        <path d={dot} className="stroke-land" strokeWidth={size + 2} vectorEffect="non-scaling-stroke" />
      )}
      <path d={dot} className={fill} strokeWidth={size} vectorEffect="non-scaling-stroke" />
      {site.kind === "satellite" ? (
        // Hollow: its links are drawn from here, while the full mark shows where it flies.
        <path d={dot} className="stroke-land" strokeWidth={size - 5} vectorEffect="non-scaling-stroke" />
      ) : null}
      {site.kind === "satellite" ? (
        <text
          x={at[0]}
          y={at[1] - 12 * unit}
          fontSize={11 * unit}
          textAnchor="middle"
          className="fill-ink-soft"
        >
          {site.name}
        </text>
      ) : null}
    </g>
  );
});

interface SiteLayerProps {
  readonly sites: ReadonlyMap<string, PlacedSite>;
  readonly unit: number;
  readonly onHover?: ((site: string | null) => void) | undefined;
}

export const SiteLayer = memo(function SiteLayer({ sites, unit, onHover }: SiteLayerProps) {
  return (
    <g fill="none">
      {[...sites.values()].map((placed) => (
        <SiteDot
          key={placed.site.id}
          placed={placed}
          unit={placed.site.kind === "satellite" ? unit : 0}
          far={unit > 0.9}
          onHover={onHover}
        />
      ))}
    </g>
  );
});

interface SiteLabelsProps {
  readonly sites: readonly PlacedSite[];
  /** What is seen of the map: a name in its right half stands left of its dot. */
  readonly box: Box;
  readonly unit: number;
  readonly large?: boolean;
}

/** Names beside dots, with a halo of paper so that lines may pass under them. */
export function SiteLabels({ sites, box, unit, large = false }: SiteLabelsProps) {
  const size = (large ? 14 : 11) * unit;
  return (
    <g fontSize={size} className="fill-ink font-medium" pointerEvents="none">
      {sites.map(({ site, at }) => (
        <text
          key={site.id}
          textAnchor={at[0] > box.x + box.width / 2 ? "end" : "start"}
          x={at[0] + (at[0] > box.x + box.width / 2 ? -8 : 8) * unit}
          y={at[1] - 6 * unit}
          className="stroke-land"
          strokeWidth={3 * unit}
          strokeLinejoin="round"
          paintOrder="stroke"
        >
          {site.name}
        </text>
      ))}
    </g>
  );
}
