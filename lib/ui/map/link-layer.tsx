import { memo } from "react";
import { type LinkGlimpse, linkLook, type PlacedLink } from "./map-model.ts";

const looks: Readonly<
  Record<ReturnType<typeof linkLook>, { readonly line: string; readonly dash?: string }>
> = {
  inactive: { line: "stroke-coast", dash: "1 4" },
  starting: { line: "stroke-ink-faint", dash: "4 3" },
  generating: { line: "stroke-accent" },
  standby: { line: "stroke-ok" },
  alarm: { line: "stroke-alarm" },
  down: { line: "stroke-alarm", dash: "3 5" },
  quarantined: { line: "stroke-warn", dash: "1 3" },
};

interface LinkLineProps {
  readonly placed: PlacedLink;
  readonly status: LinkGlimpse | undefined;
  readonly chosen: boolean;
  readonly onChoose: ((link: string) => void) | undefined;
  readonly onHover: ((link: string | null) => void) | undefined;
}

/** 1 px empty to 3.5 px full, in steps, so that a little key more does not redraw the line. */
function width(status: LinkGlimpse | undefined, trouble: boolean): number {
  if (trouble) return 3;
  if (!status || status.capacityBytes === 0) return 1;
  return 1 + Math.round((status.availableBytes / status.capacityBytes) * 5) / 2;
}

const LinkLine = memo(
  function LinkLine({ placed, status, chosen, onChoose, onHover }: LinkLineProps) {
    const { link, from, to } = placed;
    const look = linkLook(link, status);
    const drawn = looks[look];
    const trouble = look === "alarm" || look === "down";
    const d = `M${from[0]} ${from[1]}L${to[0]} ${to[1]}`;
    const space = link.kind === "space";
    return (
      <g data-link={link.id} data-state={look}>
        {chosen ? (
          <path
            d={d}
            className="stroke-ink"
            strokeWidth={9}
            opacity={0.25}
            vectorEffect="non-scaling-stroke"
          />
        ) : null}
        <path
          d={d}
          className={drawn.line}
          strokeWidth={space ? 1 : width(status, trouble)}
          strokeDasharray={space ? "2 4" : drawn.dash}
          vectorEffect="non-scaling-stroke"
        />
        {link.active && onChoose ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list of links beside the map is the keyboard's way
          <path
            d={d}
            stroke="transparent"
            strokeWidth={14}
            vectorEffect="non-scaling-stroke"
            className="cursor-pointer"
            onClick={() => onChoose(link.id)}
            onPointerEnter={() => onHover?.(link.id)}
            onPointerLeave={() => onHover?.(null)}
          />
        ) : null}
      </g>
    );
  },
  (before, after) =>
    before.placed === after.placed &&
    before.chosen === after.chosen &&
    before.onChoose === after.onChoose &&
    before.onHover === after.onHover &&
    linkLook(before.placed.link, before.status) === linkLook(after.placed.link, after.status) &&
    width(before.status, false) === width(after.status, false),
);

interface LinkLayerProps {
  readonly links: readonly PlacedLink[];
  readonly statuses: ReadonlyMap<string, LinkGlimpse>;
  readonly chosen: string | null;
  readonly onChoose?: ((link: string) => void) | undefined;
  readonly onHover?: ((link: string | null) => void) | undefined;
}

export const LinkLayer = memo(function LinkLayer(props: LinkLayerProps) {
  return (
    <g fill="none" strokeLinecap="round">
      {props.links.map((placed) => (
        <LinkLine
          key={placed.link.id}
          placed={placed}
          status={props.statuses.get(placed.link.id)}
          chosen={props.chosen === placed.link.id}
          onChoose={props.onChoose}
          onHover={props.onHover}
        />
      ))}
    </g>
  );
});

function inTrouble({ link }: PlacedLink, statuses: ReadonlyMap<string, LinkGlimpse>): boolean {
  const look = linkLook(link, statuses.get(link.id));
  return look === "alarm" || look === "down";
}

/** Marks links in trouble above everything else, so that no dot hides one. */
export function TroubleLayer(props: Pick<LinkLayerProps, "links" | "statuses"> & { readonly unit: number }) {
  const { unit } = props;
  return (
    <g pointerEvents="none" strokeLinecap="round" textAnchor="middle" fontSize={10 * unit}>
      {props.links
        .filter((placed) => inTrouble(placed, props.statuses))
        .map(({ link, from, to }) => {
          const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
          return (
            <g key={link.id} data-trouble={link.id}>
              <path
                d={`M${x} ${y}h0`}
                className="stroke-surface"
                strokeWidth={17}
                vectorEffect="non-scaling-stroke"
              />
              <path
                d={`M${x} ${y}h0`}
                className="stroke-alarm"
                strokeWidth={13}
                vectorEffect="non-scaling-stroke"
              />
              <text x={x} y={y + 3.5 * unit} className="fill-alarm-ink font-semibold">
                !
              </text>
            </g>
          );
        })}
    </g>
  );
}
