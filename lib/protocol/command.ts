import type { Bytes } from "../shared/bytes.ts";
import { equalBytes } from "../shared/bytes.ts";
import { type Codec, decodeWith, encodeWith } from "./cbor.ts";
import { bytesOf, hashBytes, textOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { labels } from "./labels.ts";
import { lengths, limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { type Parsed, parseSigned, signBody, verifySigned } from "./signed.ts";
import type { Signer } from "./signing.ts";

export const commandKinds = [
  "link.attack",
  "link.cut",
  "link.fault",
  "link.authentication",
  "links.reset",
  "space.clock",
  "space.sky",
  "pool.empty",
  "node.compromise",
  "assume.broken",
  "device.approve",
  "device.revoke",
  "alarm.acknowledge",
  "policy.levels",
  "policy.quota",
  "role.set",
] as const;

export type CommandValue = string | number | boolean;

/** An order to the key world, signed by a certified device; the web process only carries it. */
export interface Command {
  readonly nonce: Bytes;
  /** Milliseconds UTC; a command is refused afterwards, and its nonce remembered until then. */
  readonly expiry: number;
  readonly kind: string;
  /** Integers as unsigned integers, other finite numbers as float64. */
  readonly args: Readonly<Record<string, CommandValue>>;
  /** The certificate whose device key signs and whose roles permit. */
  readonly certificateHash: Bytes;
}

const text = textOf(limits.commandText);
const name = textOf(64, 1);

const argsCodec: Codec<Readonly<Record<string, CommandValue>>> = {
  toItem(args, where) {
    const entries = Object.entries(args).map(
      ([key, value]) => [name.toItem(key, where), checkValue(value, where)] as const,
    );
    if (entries.length > limits.commandArgs) throw tooMany(where);
    return new Map(entries);
  },
  fromItem(item, where) {
    if (!(item instanceof Map)) throw new ProtocolError("cbor.type", `${where} is not a map`);
    if (item.size > limits.commandArgs) throw tooMany(where);
    return Object.fromEntries(
      [...item].map(([key, value]) => [name.fromItem(key, where), checkValue(value, where)]),
    );
  },
};

function tooMany(where: string): ProtocolError {
  return new ProtocolError("cbor.length", `${where} has too many entries`);
}

function checkValue(value: unknown, where: string): CommandValue {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return text.fromItem(value, where) as string;
  if (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)) {
    if (!Number.isInteger(value)) return value;
    if (Number.isSafeInteger(value) && value >= 0) return value;
  }
  throw new ProtocolError("cbor.type", `${where} holds a value of a kind that commands do not have`);
}

const codec = versionedOf<Command>({
  nonce: [2, bytesOf(lengths.id)],
  expiry: [3, uintOf()],
  kind: [4, textOf(64, 1)],
  args: [5, argsCodec],
  certificateHash: [6, hashBytes],
});

export function encodeCommand(command: Command): Bytes {
  return encodeWith(codec, "command", command, limits.signed);
}

export function decodeCommand(body: Uint8Array): Command {
  const command = decodeWith(codec, "command", body, limits.signed);
  // Floats and text keys have more than one well-formed spelling; only ours is accepted.
  if (!equalBytes(encodeCommand(command), body))
    throw new ProtocolError("cbor.not-shortest", "a command is not in deterministic encoding");
  return command;
}

/** Returns the encoded Signed. */
export function signCommand(command: Command, signer: Signer): Promise<Bytes> {
  return signBody(labels.command, encodeCommand(command), signer);
}

export function parseCommand(bytes: Uint8Array): Parsed<Command> {
  return parseSigned(bytes, decodeCommand);
}

/**
 * Signature and time; the caller checks the role and that the nonce is new.
 * @throws ProtocolError signature.*, command.expired
 */
export async function verifyCommand(command: Parsed<Command>, ed25519Key: Bytes, now: number): Promise<void> {
  await verifySigned(labels.command, command.signed, { ed25519Key });
  if (command.value.expiry < now)
    throw new ProtocolError("command.expired", "the command came too late", {
      nextStep: "Give the command again.",
    });
}
