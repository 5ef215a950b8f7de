import { utf8 } from "../shared/bytes.ts";
import { frame } from "./frame.ts";

/** Every signature and derivation has its own label, so that no signed or derived value passes for another. */
export const labels = {
  certificate: "vernam/1 certificate",
  siteList: "vernam/1 site-list",
  roster: "vernam/1 roster",
  draw: "vernam/1 draw",
  envelope: "vernam/1 envelope",
  epoch: "vernam/1 epoch",
  hybrid: "vernam/1 hybrid",
  chain: "vernam/1 chain",
  message: "vernam/1 message",
  next: "vernam/1 next",
  commit: "vernam/1 commit",
  receipt: "vernam/1 receipt",
  command: "vernam/1 command",
  channel: "vernam/1 channel",
  channelAnswer: "vernam/1 channel answer",
  channelConfirm: "vernam/1 channel confirm",
  access: "vernam/1 access",
  enrol: "vernam/1 enrol",
  enrolDigits: "vernam/1 enrol digits",
  renew: "vernam/1 renew",
  copy: "vernam/1 copy",
  safety: "vernam/1 safety",
  file: "vernam/1 file",
  history: "vernam/1 history",
  resend: "vernam/1 resend",
  revocations: "vernam/1 revocations",
  vaultShare: "vernam/1 vault share",
  vaultRequest: "vernam/1 vault request",
  vaultConsent: "vernam/1 vault consent",
} as const;

export type Label = (typeof labels)[keyof typeof labels];

const framed = new Map<Label, Uint8Array<ArrayBuffer>>();

/** frame(label), kept: do not change the bytes. */
export function framedLabel(label: Label): Uint8Array<ArrayBuffer> {
  let bytes = framed.get(label);
  if (bytes === undefined) {
    bytes = frame(utf8(label));
    framed.set(label, bytes);
  }
  return bytes;
}
