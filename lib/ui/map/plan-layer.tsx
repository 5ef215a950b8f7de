import { memo } from "react";
import type { MapModel, PlacedLink } from "./map-model.ts";
import type { Point } from "./projection.ts";

const lines = (links: readonly PlacedLink[]) =>
  links.map(({ from, to }) => `M${from[0]} ${from[1]}L${to[0]} ${to[1]}`).join("");

const dots = (points: readonly Point[]) => points.map(([x, y]) => `M${x} ${y}h0`).join("");

interface PlanLayerProps {
  readonly model: MapModel;
  /** Sites that joined last. */
  readonly fresh: ReadonlySet<string>;
}

/** A plan without any state: all its links are two paths, the older and those that came last. */
export const PlanLayer = memo(function PlanLayer({ model, fresh }: PlanLayerProps) {
  const isFresh = ({ link }: PlacedLink) => fresh.has(link.a) || fresh.has(link.b);
  const sites = [...model.sites.values()];
  const posts = sites.filter(({ site }) => site.kind === "endpoint");
  const stations = sites.filter(({ site }) => site.kind === "ogs");
  return (
    <g fill="none" strokeLinecap="round" pointerEvents="none">
      <path
        d={lines(model.links.filter((one) => !isFresh(one)))}
        className="stroke-accent"
        strokeWidth={1.5}
        vectorEffect="non-scaling-stroke"
        data-plan="standing"
      />
      <path
        key={[...fresh].join()}
        d={lines(model.links.filter(isFresh))}
        className="arrive stroke-ok"
        strokeWidth={2.5}
        vectorEffect="non-scaling-stroke"
        data-plan="fresh"
      />
      <path
        d={dots(posts.map(({ at }) => at))}
        className="stroke-ink"
        strokeWidth={4}
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={dots(stations.map(({ at }) => at))}
        className="stroke-warn"
        strokeWidth={6}
        strokeLinecap="square"
        vectorEffect="non-scaling-stroke"
      />
    </g>
  );
});

/** Joined by a satellite only: an arc over everything, which no cable could be. */
export function SpaceWay({ from, to }: { readonly from: Point; readonly to: Point }) {
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const [across, down] = [to[0] - from[0], to[1] - from[1]];
  return (
    <path
      d={`M${from[0]} ${from[1]}Q${x + down / 2} ${y - across / 2} ${to[0]} ${to[1]}`}
      fill="none"
      className="arrive stroke-warn"
      strokeWidth={2.5}
      strokeDasharray="2 5"
      strokeLinecap="round"
      vectorEffect="non-scaling-stroke"
      pointerEvents="none"
      data-plan="space"
    />
  );
}

interface PartMarksProps {
  readonly marks: readonly { readonly number: number; readonly at: Point }[];
  readonly unit: number;
}

/** The number of each part, as the list beside the map counts them. */
export function PartMarks({ marks, unit }: PartMarksProps) {
  return (
    <g pointerEvents="none" textAnchor="middle" fontSize={15 * unit}>
      {marks.map(({ number, at: [x, y] }) => (
        <g key={number} data-part={number}>
          <circle cx={x} cy={y} r={13 * unit} className="fill-surface stroke-ink" strokeWidth={1.75 * unit} />
          <text x={x} y={y + 5 * unit} className="fill-ink font-semibold">
            {number}
          </text>
        </g>
      ))}
    </g>
  );
}
