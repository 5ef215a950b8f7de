import { z } from "zod";
import { limits } from "../../protocol/limits.ts";
import { batchEntries } from "../../protocol/relay-batches.ts";
import { relayLimits } from "../limits.ts";

const id = z.string().regex(/^[0-9a-f]{32}$/);
const hash = z.string().regex(/^[0-9a-f]{128}$/);

const sentKind = z.enum(["envelope", "epoch", "resend"]);

/** Bytes of one structure; a longer one is told apart from a malformed one by `tooLarge`. */
function bytes(maximum: number) {
  return z
    .instanceof(Uint8Array)
    .refine((value) => value.length > 0)
    .refine((value) => value.length <= maximum, { params: { tooLarge: true } });
}

/** What each event may carry; unknown fields are refused. */
export const requests = {
  "directory:publish": z.strictObject({ certificate: bytes(limits.signed) }),
  "directory:revocations": z.strictObject({ list: bytes(limits.envelope) }),
  "directory:user": z.strictObject({ user: id, at: z.int().min(0).optional() }),
  "directory:certificate": z.strictObject({ hash }),
  "directory:posts": z.strictObject({ query: z.string().max(relayLimits.query).optional() }),
  "conversation:list": z.strictObject({}),
  "roster:append": z.strictObject({
    conversation: id,
    previous: z.union([hash, z.literal("")]),
    event: bytes(limits.signed),
  }),
  "entry:send": z.strictObject({
    conversation: id,
    clientId: id,
    kind: sentKind,
    bytes: bytes(limits.envelope),
  }),
  "entries:send": z.strictObject({
    entries: z
      .array(
        z.strictObject({
          conversation: id,
          clientId: id,
          kind: sentKind,
          length: z.int().min(1).max(limits.envelope),
        }),
      )
      .min(1)
      .max(batchEntries),
    bytes: bytes(limits.envelope),
  }),
  "entry:read": z.strictObject({
    conversation: id,
    after: z
      .int()
      .min(0)
      .max(2 ** 31 - 1),
    limit: z.int().min(1).max(relayLimits.pageEntries),
  }),
  "receipt:put": z.strictObject({ conversation: id, receipt: bytes(limits.header) }),
  "receipt:list": z.strictObject({ conversation: id }),
  "presence:set": z.strictObject({ state: z.enum(["online", "away", "hidden"]) }),
  "presence:list": z.strictObject({ conversation: id }),
  hint: z.strictObject({ conversation: id, kind: z.enum(["typing"]) }),
} as const;

export type RequestName = keyof typeof requests;
export type RequestOf<Name extends RequestName> = z.infer<(typeof requests)[Name]>;

export type Reading<T> =
  | { readonly request: T }
  | { readonly refused: "relay.malformed" | "relay.too-large" };

/** Checks what a client sent under an event's name. */
export function readRequest<Name extends RequestName>(name: Name, value: unknown): Reading<RequestOf<Name>> {
  const parsed = requests[name].safeParse(value);
  if (parsed.success) return { request: parsed.data as RequestOf<Name> };
  const tooLarge = parsed.error.issues.some(
    (issue) => issue.code === "custom" && issue.params?.tooLarge === true,
  );
  return { refused: tooLarge ? "relay.too-large" : "relay.malformed" };
}
