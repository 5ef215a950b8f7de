"use client";

import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { Icon } from "../icon.tsx";
import { NetworkMap } from "../map/europe-map.tsx";
import { MapLegend } from "../map/map-legend.tsx";
import { placeNetwork } from "../map/map-model.ts";
import { linkName, siteNames } from "../network/link-names.ts";
import type { PictureOrigin } from "./audience-link.ts";
import { ConsequenceList } from "./consequence-list.tsx";
import { FrameList, MessageList } from "./message-list.tsx";
import { type Picture, shownByScene, showsWholeMap } from "./picture.ts";
import { SceneBoard } from "./scene-board.tsx";
import { SignatureMap } from "./signature-map.tsx";

interface PictureViewProps {
  readonly picture: Picture;
  readonly origin: PictureOrigin;
}

/** A picture on the same map and panes as the stage's own; nothing in it can be pressed. */
export function PictureView({ picture, origin }: PictureViewProps) {
  const t = useTranslations("stage");
  const { topology, sites, scene, signatures } = picture;
  const names = useMemo(() => (topology ? siteNames(topology) : new Map<string, string>()), [topology]);
  const nameOfLink = useCallback(
    (id: string) => {
      const link = topology?.links.find((one) => one.id === id);
      return link ? linkName(link, names) : id;
    },
    [topology, names],
  );
  const nameOf = useCallback((id: string) => names.get(id) ?? nameOfLink(id), [names, nameOfLink]);
  if (!topology) return null;
  return (
    <div className="flex min-h-0 flex-1 flex-col" data-picture={origin}>
      {origin === "replay" ? (
        <p
          className="flex items-center justify-center gap-2 bg-warn-wash px-4 py-1.5 text-lg font-semibold text-warn"
          data-replay=""
        >
          <Icon name="refresh" />
          {t("replay.label")}
        </p>
      ) : null}
      <div
        className={`grid min-h-0 flex-[6] border-b border-line ${
          scene
            ? "lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]"
            : "lg:grid-cols-[minmax(0,3fr)_minmax(18rem,1fr)]"
        }`}
      >
        {scene ? <SceneBoard scene={scene} nameOf={nameOf} large /> : null}
        <div className={`grid min-h-80 min-w-0 border-line ${scene ? "lg:border-l" : ""}`}>
          {signatures === null ? <PictureMap picture={picture} /> : <SignatureMap step={signatures} />}
        </div>
        {scene ? null : (
          <div className="flex min-h-0 flex-col border-line bg-surface lg:border-l">
            <ConsequenceList
              list={picture.happened}
              nameOfLink={nameOfLink}
              nameOfSite={nameOf}
              ends={{ a: t("alice"), b: t("bob") }}
            />
          </div>
        )}
      </div>
      <div className="grid min-h-0 flex-[4] gap-px bg-line max-lg:auto-rows-[18rem] lg:grid-cols-3">
        <MessageList title={t("alice")} place={nameOf(sites.alice)} list={picture.messages.alice} />
        <FrameList frames={picture.frames} />
        <MessageList title={t("bob")} place={nameOf(sites.bob)} list={picture.messages.bob} />
      </div>
    </div>
  );
}

function PictureMap({ picture }: { picture: Picture }) {
  const { topology, route, sites, links, scene } = picture;
  const played = shownByScene(scene);
  const shown = played.route ?? route;
  const model = useMemo(() => (topology ? placeNetwork(topology, shown) : null), [topology, shown]);
  const statuses = useMemo(() => new Map(Object.entries(links)), [links]);
  const whole = showsWholeMap(scene);
  const fit = useMemo(() => [shown ?? [sites.alice, sites.bob]], [shown, sites]);
  const ends = useMemo(() => [sites.alice, sites.bob], [sites]);
  if (!model) return null;
  return (
    <NetworkMap
      model={model}
      statuses={statuses}
      sky={picture.sky}
      chosen={played.link}
      routes={shown ? [shown] : undefined}
      fit={whole ? undefined : fit}
      pulses={picture.relays}
      labels={ends}
      large
      still
    >
      <MapLegend />
    </NetworkMap>
  );
}
