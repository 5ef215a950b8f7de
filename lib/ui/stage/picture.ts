import type { LinkStatus, TopologyView } from "../../keys/api-types.ts";
import type { SceneId, SceneOutcome, SceneStep } from "../../scenarios/scenes/scene.ts";
import type { WireFrame } from "../../scenarios/wire-frame.ts";
import { toHex } from "../../shared/hex.ts";
import type { Sky } from "../space/use-sky.ts";
import type { Consequence } from "./consequences.ts";

/** What of a link an audience is shown. */
export type PictureLink = Pick<
  LinkStatus,
  "id" | "condition" | "alarm" | "warning" | "qber" | "availableBytes" | "capacityBytes"
>;

/** A frame of the wiretap as it is shown: what anybody on the wire has, cut to its first bytes. */
export interface PictureFrame {
  readonly id: string;
  readonly at: number;
  readonly event: WireFrame["event"];
  readonly sender: string;
  readonly suite: WireFrame["suite"];
  readonly size: number;
  /** Hexadecimal. */
  readonly head: string;
}

export interface PictureMessage {
  readonly id: string;
  readonly mine: boolean;
  readonly at: number;
  /** null in a recording, which keeps no text of a message. */
  readonly text: string | null;
  readonly characters: number;
  /** Of one's own messages. */
  readonly state: string | null;
}

type Side = "alice" | "bob";

type ScenePhase = "ready" | "running" | "done" | "failed" | "unsuited";

export interface PictureScene {
  readonly id: SceneId;
  /** From 0. */
  readonly index: number;
  readonly of: number;
  readonly phase: ScenePhase;
  readonly steps: readonly SceneStep[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: SceneOutcome | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** What an audience sees at one moment. Plain data: it crosses windows and is kept in files. */
export interface Picture {
  readonly topology: TopologyView | null;
  readonly sites: { readonly alice: string; readonly bob: string };
  readonly links: Readonly<Record<string, PictureLink>>;
  readonly route: readonly string[] | null;
  readonly sky: Sky | null;
  /** Newest first, as all lists here. */
  readonly relays: readonly { readonly id: string; readonly route: readonly string[] }[];
  readonly frames: readonly PictureFrame[];
  readonly happened: readonly Consequence[];
  readonly messages: Readonly<Record<Side, readonly PictureMessage[]>>;
  readonly scene: PictureScene | null;
  /** Step of the signature map while that is on show. */
  readonly signatures: number | null;
}

/** One change of the picture. */
export type PictureEvent =
  | { readonly kind: "network"; readonly topology: TopologyView }
  | { readonly kind: "sites"; readonly alice: string; readonly bob: string }
  | { readonly kind: "links"; readonly links: readonly PictureLink[] }
  | { readonly kind: "route"; readonly route: readonly string[] | null }
  | { readonly kind: "sky"; readonly sky: Sky | null }
  | { readonly kind: "relay"; readonly id: string; readonly route: readonly string[] }
  | { readonly kind: "frame"; readonly frame: PictureFrame }
  | { readonly kind: "happened"; readonly what: Consequence }
  | { readonly kind: "messages"; readonly side: Side; readonly list: readonly PictureMessage[] }
  | { readonly kind: "scene"; readonly scene: PictureScene | null }
  | { readonly kind: "signatures"; readonly step: number | null };

export const emptyPicture: Picture = {
  topology: null,
  sites: { alice: "", bob: "" },
  links: {},
  route: null,
  sky: null,
  relays: [],
  frames: [],
  happened: [],
  messages: { alice: [], bob: [] },
  scene: null,
  signatures: null,
};

/** Scenes about the network as a whole: the map shows all of it. */
export function showsWholeMap(scene: PictureScene | null): boolean {
  return scene?.id === "opening-map" || scene?.id === "what-is-real";
}

/** Where a scene is at work: the last way and the last link that its steps named. */
export function shownByScene(scene: PictureScene | null): {
  readonly route: readonly string[] | null;
  readonly link: string | null;
} {
  const route = scene?.steps.findLast((step) => step.route !== undefined)?.route ?? null;
  return {
    route: route !== null && route.length > 1 ? route : null,
    link: scene?.steps.findLast((step) => step.link !== undefined)?.link ?? null,
  };
}

const kept = { relays: 6, frames: 24, happened: 60 };

/** The picture after one change; the same events in the same order give the same picture. */
export function applyEvent(picture: Picture, event: PictureEvent): Picture {
  switch (event.kind) {
    case "network":
      return { ...picture, topology: event.topology };
    case "sites":
      return { ...picture, sites: { alice: event.alice, bob: event.bob } };
    case "links":
      return {
        ...picture,
        links: { ...picture.links, ...Object.fromEntries(event.links.map((link) => [link.id, link])) },
      };
    case "route":
      return { ...picture, route: event.route };
    case "sky":
      return { ...picture, sky: event.sky };
    case "relay":
      return {
        ...picture,
        relays: [{ id: event.id, route: event.route }, ...picture.relays].slice(0, kept.relays),
      };
    case "frame":
      return { ...picture, frames: [event.frame, ...picture.frames].slice(0, kept.frames) };
    case "happened":
      return { ...picture, happened: [event.what, ...picture.happened].slice(0, kept.happened) };
    case "messages":
      return { ...picture, messages: { ...picture.messages, [event.side]: event.list } };
    case "scene":
      return { ...picture, scene: event.scene };
    case "signatures":
      return { ...picture, signatures: event.step };
  }
}

/** The events that lead from nothing to this picture: how a recording begins in the middle of a performance. */
export function eventsOf(picture: Picture): readonly PictureEvent[] {
  const { topology, sites, links, route, sky, scene, signatures } = picture;
  return [
    ...(topology ? [{ kind: "network", topology } as const] : []),
    { kind: "sites", ...sites },
    { kind: "links", links: Object.values(links) },
    { kind: "route", route },
    { kind: "sky", sky },
    ...[...picture.frames].reverse().map((frame) => ({ kind: "frame", frame }) as const),
    ...[...picture.happened].reverse().map((what) => ({ kind: "happened", what }) as const),
    { kind: "messages", side: "alice", list: picture.messages.alice },
    { kind: "messages", side: "bob", list: picture.messages.bob },
    { kind: "signatures", step: signatures },
    { kind: "scene", scene },
  ];
}

export function pictureLink(status: LinkStatus): PictureLink {
  const { id, condition, alarm, warning, qber, availableBytes, capacityBytes } = status;
  return { id, condition, alarm, warning, qber, availableBytes, capacityBytes };
}

const headBytes = 96;

/** @param sender name under which the audience knows the sender */
export function pictureFrame(frame: WireFrame, sender: string): PictureFrame {
  const from = Math.max(0, (frame.ciphertext?.from ?? 0) - 16);
  return {
    id: frame.id,
    at: frame.at,
    event: frame.event,
    sender,
    suite: frame.suite,
    size: frame.size,
    head: toHex(frame.bytes.subarray(from, from + headBytes)),
  };
}
