"use client";

import { useEffect, useRef, useState } from "react";
import type { OperationsEvents, TopologyView } from "@/lib/keys/api-types.ts";
import type { MessageView } from "@/lib/messenger/messenger-api.ts";
import { toHex } from "@/lib/shared/hex.ts";
import { useOperationsStore } from "@/lib/ui/operations/operations-provider.tsx";
import { useSky } from "@/lib/ui/space/use-sky.ts";
import { audienceChannel } from "@/lib/ui/stage/audience-link.ts";
import type { Consequence } from "@/lib/ui/stage/consequences.ts";
import { type PictureScene, pictureFrame, pictureLink } from "@/lib/ui/stage/picture.ts";
import { StageFeed } from "@/lib/ui/stage/stage-feed.ts";
import type { Desk } from "./use-desk.ts";
import type { Wiretap } from "./use-wiretap.ts";

const beatEveryMs = 2000;
const shownMessages = 8;

interface FeedSources {
  readonly topology: TopologyView;
  readonly sites: { readonly alice: string; readonly bob: string };
  readonly route: readonly string[] | null;
  readonly wiretap: Wiretap;
  readonly conversation: string | null;
  readonly nameOfUser: (user: string) => string;
  readonly happened: readonly Consequence[];
  readonly alice: Desk;
  readonly bob: Desk;
  readonly scene: PictureScene | null;
  readonly signatures: number | null;
}

interface OpenedFeed {
  /** null until the page runs in a browser. */
  readonly feed: StageFeed | null;
  /** ms UTC from when on nothing more is recorded; null while there is room. */
  readonly fullSince: number | null;
}

/** Tells audience and recording of everything that the stage shows. */
export function useStageFeed(sources: FeedSources): OpenedFeed {
  const { topology, sites, route, scene, signatures } = sources;
  const store = useOperationsStore();
  const sky = useSky();
  const [feed, setFeed] = useState<StageFeed | null>(null);
  const [fullSince, setFullSince] = useState<number | null>(null);

  useEffect(() => {
    const opened = new StageFeed({
      channel: new BroadcastChannel(audienceChannel),
      now: () => Date.now(),
      newSeed: () => toHex(crypto.getRandomValues(new Uint8Array(8))),
      onFull: setFullSince,
    });
    setFeed(opened);
    const beat = setInterval(() => opened.beat(), beatEveryMs);
    return () => {
      clearInterval(beat);
      opened.close();
    };
  }, []);

  useEffect(() => feed?.emit({ kind: "network", topology }), [feed, topology]);
  useEffect(() => feed?.emit({ kind: "sites", ...sites }), [feed, sites]);
  useEffect(() => feed?.emit({ kind: "route", route }), [feed, route]);
  useEffect(() => feed?.emit({ kind: "sky", sky }), [feed, sky]);
  useEffect(() => feed?.emit({ kind: "scene", scene }), [feed, scene]);
  useEffect(() => feed?.emit({ kind: "signatures", step: signatures }), [feed, signatures]);
  useEffect(() => {
    if (!feed) return;
    feed.emit({ kind: "links", links: [...store.state().links.values()].map(pictureLink) });
    return store.onEvent((name, value) => {
      if (name === "links") {
        feed.emit({ kind: "links", links: (value as OperationsEvents["links"]).map(pictureLink) });
      } else if (name === "relay") {
        const { keyId, route: crossed } = value as OperationsEvents["relay"];
        feed.emit({ kind: "relay", id: keyId, route: crossed });
      }
    });
  }, [feed, store]);
  useFresh(sources.happened, (what) => feed?.emit({ kind: "happened", what }), feed !== null);
  const { conversation, nameOfUser } = sources;
  const frames = sources.wiretap.frames.filter((frame) => frame.conversation === conversation);
  useFresh(
    frames,
    (frame) => feed?.emit({ kind: "frame", frame: pictureFrame(frame, nameOfUser(frame.sender)) }),
    feed !== null,
  );
  useMessages(feed, sources.alice, conversation);
  useMessages(feed, sources.bob, conversation);
  return { feed, fullSince };
}

/** Calls `take` once for each entry of a list that grows at its beginning. */
function useFresh<T extends { readonly id: string }>(
  list: readonly T[],
  take: (one: T) => void,
  ready: boolean,
): void {
  const told = useRef(new Set<string>());
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    if (!ready) return;
    for (const one of [...list].reverse()) {
      if (told.current.has(one.id)) continue;
      told.current.add(one.id);
      latest.current(one);
    }
  }, [list, ready]);
}

function useMessages(feed: StageFeed | null, { api, side }: Desk, conversation: string | null): void {
  useEffect(() => {
    if (!feed || !api || !conversation) return;
    let gone = false;
    const read = () =>
      void api.messages(conversation, { limit: shownMessages }).then(
        (list) => gone || feed.emit({ kind: "messages", side, list: list.map(pictureMessage) }),
        () => undefined,
      );
    read();
    const unsubscribe = api.subscribe((event) => {
      if (event.type === "messages") read();
    });
    return () => {
      gone = true;
      unsubscribe();
    };
  }, [feed, api, side, conversation]);
}

function pictureMessage(message: MessageView) {
  const { id, mine, at, text, delivery } = message;
  return { id, mine, at, text, characters: text?.length ?? 0, state: delivery?.state ?? null };
}
