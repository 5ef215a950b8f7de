import { randomBytes } from "node:crypto";
import type { DrawRecord } from "../../protocol/draw-record.ts";
import type { DrawRequest } from "../../protocol/draw-request.ts";
import { limits } from "../../protocol/limits.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import { randomUuid } from "../../shared/uuid.ts";
import type { DeviceRow } from "../enrolment/device-row.ts";
import type { DrawnPad } from "./drawn-pad.ts";

/** What a draw over the network tells whoever keeps the books: which keys went into which use. */
export interface DrawUse {
  readonly site: string;
  readonly keyIds: readonly Uint8Array[];
  readonly suite: number;
  readonly level: number;
  readonly conversation: Uint8Array;
  readonly bytes: number;
  readonly at: number;
}

/** Waiting keys and records live for a week. */
export const recordLifeMs = limits.recordLife;
/** A key from the gateway's own random source crossed no link; its distance from uniform is the generator's. */
const localEpsilonExponent = 30;
/** Claimed for a foreign key manager that says nothing: the weakest that its standard profile allows. */
const unknownEpsilonExponent = 9;

/** Key from the gateway's own random source, for conversations within one site. */
export function localPad(bytes: number): DrawnPad {
  return {
    keyIds: [randomUuid()],
    key: SecretBytes.own(new Uint8Array(randomBytes(bytes))),
    origin: undefined,
  };
}

/** What the master site signs about a draw. */
export function recordOf(
  site: string,
  device: DeviceRow,
  request: DrawRequest,
  slaveSites: readonly string[],
  pad: DrawnPad,
  drawnAt: number,
): DrawRecord {
  const local = slaveSites.length === 0;
  const shares = pad.shares?.map((share, index) => ({ site: slaveSites[index] ?? "", ...share }));
  return {
    keyIds: pad.keyIds,
    bytes: request.bytes,
    suite: request.suite,
    masterSite: site,
    slaveSites,
    drawingDevice: device.device,
    conversation: request.conversation,
    rosterHead: request.rosterHead,
    recipients: request.recipients,
    drawnAt,
    expiry: drawnAt + recordLifeMs,
    local,
    routes: pad.origin?.routes ?? [],
    networkBits: pad.origin?.networkBits ?? 0,
    epsilonExponent: pad.origin?.epsilonExponent ?? (local ? localEpsilonExponent : unknownEpsilonExponent),
    ...(shares === undefined ? {} : { shares }),
  };
}

export function describeUse(site: string, request: DrawRequest, pad: DrawnPad, at: number): DrawUse {
  const { suite, level, conversation, bytes } = request;
  return { site, keyIds: pad.keyIds, suite, level, conversation, bytes, at };
}
