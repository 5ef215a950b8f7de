import { VernamError } from "../../shared/errors.ts";
import type { MessengerApi } from "../messenger-api.ts";
import { MessengerError } from "../messenger-error.ts";

/** Everything of the messenger's interface that crosses a worker or tab boundary as question and answer. */
export const apiMethods = [
  "state",
  "self",
  "contacts",
  "conversations",
  "openConversation",
  "messages",
  "send",
  "cancel",
  "retry",
  "markRead",
  "typing",
  "price",
  "policy",
  "keyCard",
  "safetyNumber",
  "setVerified",
  "signCommand",
  "forget",
  "createGroup",
  "addMembers",
  "removeMember",
  "leave",
  "setModerator",
  "rename",
  "timeline",
  "devices",
  "signOutDevice",
  "pendingDevices",
  "approveDevice",
  "deviceDigits",
  "enrolment",
  "takeAccessCard",
  "compareSafetyCode",
  "contactDevices",
  "edit",
  "remove",
  "react",
  "setTimer",
  "changePrice",
  "edits",
  "setDraft",
  "mute",
  "search",
  "around",
  "exportHistory",
  "importHistory",
  "recipients",
  "askAgain",
  "supply",
  "setPresence",
  "presence",
  "sendFile",
  "filePrice",
  "openFile",
  "cancelFile",
  "signVault",
  "signingKeys",
  "discard",
  "vaultNotes",
  "keepVaultNote",
] as const satisfies readonly (keyof MessengerApi)[];

export type ApiMethod = (typeof apiMethods)[number];

/** An error as it crosses the boundary: what people and code may see, nothing else. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly nextStep?: string;
}

export type WireAnswer = { readonly result: unknown } | { readonly error: WireError };

/** Calls one method by name and never rejects. */
export async function answerCall(
  api: Pick<MessengerApi, ApiMethod>,
  method: string,
  args: readonly unknown[],
): Promise<WireAnswer> {
  try {
    if (!apiMethods.includes(method as ApiMethod)) {
      throw new MessengerError("messenger.no-such-call", `the messenger has no call "${method}"`);
    }
    const call = api[method as ApiMethod] as (...all: readonly unknown[]) => Promise<unknown>;
    return { result: await call.apply(api, args as unknown[]) };
  } catch (error) {
    return { error: toWireError(error) };
  }
}

export function toWireError(error: unknown): WireError {
  if (error instanceof VernamError) {
    const { code, message, nextStep } = error;
    return nextStep === undefined ? { code, message } : { code, message, nextStep };
  }
  return { code: "messenger.internal", message: error instanceof Error ? error.message : "unknown error" };
}

export function fromWireError(error: WireError): MessengerError {
  return new MessengerError(
    error.code,
    error.message,
    error.nextStep === undefined ? {} : { nextStep: error.nextStep },
  );
}
