import type { Bytes } from "../shared/bytes.ts";
import { decodeWith, encodeWith } from "./cbor.ts";
import { arrayOf, bool, oneOf, structOf, uintOf, versionedOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import { isAtLeast, knownSuites, type Suite, satisfiesMinimum, suites, usesPad } from "./suites.ts";

/** Header values of the classification; TOP SECRET has no value: nothing carries it. */
export const levels = { unclassified: 0, restricted: 1, confidential: 2, secret: 3 } as const;

/** What one classification demands. */
export interface LevelRule {
  /** The weakest suite that may carry it. */
  readonly minimum: Suite;
  /** The suite that a composer is set to; at least as strong as `minimum`. */
  readonly offered: Suite;
  /** Two node-disjoint routes where the network has them. */
  readonly disjointRoutes: boolean;
  /** With `disjointRoutes`: nothing is sent where there is one route only. */
  readonly requireDisjoint: boolean;
  /** The largest file under a one-time pad, in bytes. */
  readonly padFileBytes: number;
  /** The largest file by AES stream (suites AES and HYBRID), in bytes; 0 where the level demands a pad. */
  readonly streamFileBytes: number;
}

/** One rule per level, Unclassified first. A network's administrators change it; everybody's gateway gives it out. */
export interface LevelPolicy {
  /** Rises with every change: a lower one is refused. */
  readonly serial: number;
  readonly levels: readonly LevelRule[];
}

const kib = 1024;
const streamed = { padFileBytes: 256 * kib, streamFileBytes: 512 * kib * kib };
const padded = { padFileBytes: 256 * kib, streamFileBytes: 0 };
const single = { disjointRoutes: false, requireDisjoint: false };

export const defaultLevelPolicy: LevelPolicy = {
  serial: 0,
  levels: [
    { minimum: suites.aes, offered: suites.hybrid, ...single, ...streamed },
    { minimum: suites.hybrid, offered: suites.hybrid, ...single, ...streamed },
    { minimum: suites.otpHybrid, offered: suites.otpHybrid, ...single, ...padded },
    {
      minimum: suites.otpHybrid,
      offered: suites.otpHybrid,
      disjointRoutes: true,
      requireDisjoint: false,
      ...padded,
    },
  ],
};

const suiteCodec = oneOf(knownSuites);

const ruleCodec = structOf<LevelRule>({
  minimum: [1, suiteCodec],
  offered: [2, suiteCodec],
  disjointRoutes: [3, bool],
  requireDisjoint: [4, bool],
  padFileBytes: [5, uintOf(limits.inlineFile)],
  streamFileBytes: [6, uintOf(limits.streamFile)],
});

const ruleCount = limits.levelMaximum + 1;

const codec = versionedOf<LevelPolicy>({
  serial: [2, uintOf()],
  levels: [3, arrayOf(ruleCodec, ruleCount, ruleCount)],
});

/** @throws ProtocolError policy.order, policy.offered, policy.disjoint, policy.files, cbor.* */
export function encodeLevelPolicy(policy: LevelPolicy): Bytes {
  checkLevelPolicy(policy);
  return encodeWith(codec, "level policy", policy, limits.signed);
}

/** @throws ProtocolError as `encodeLevelPolicy` */
export function decodeLevelPolicy(bytes: Uint8Array): LevelPolicy {
  const policy = decodeWith(codec, "level policy", bytes, limits.signed);
  checkLevelPolicy(policy);
  return policy;
}

/**
 * A higher level never demands less than a lower one, and never allows a file by stream where a pad is demanded.
 * @throws ProtocolError policy.order, policy.offered, policy.disjoint, policy.files
 */
function checkLevelPolicy(policy: LevelPolicy): void {
  let below: LevelRule | undefined;
  for (const rule of policy.levels) {
    if (!isAtLeast(rule.offered, rule.minimum))
      throw refused("offered", "a level offers a suite weaker than its minimum");
    if (rule.requireDisjoint && !rule.disjointRoutes)
      throw refused("disjoint", "a level requires disjoint routes without asking for them");
    if (usesPad(rule.minimum) && rule.streamFileBytes > 0)
      throw refused("files", "a level that demands a one-time pad allows files without one");
    if (below !== undefined && !isAtLeast(rule.minimum, below.minimum))
      throw refused("order", "a level demands less than a lower one");
    below = rule;
  }
}

function refused(field: string, text: string): ProtocolError {
  return new ProtocolError(`policy.${field}`, text, { nextStep: "Correct the policy and save it again." });
}

/** @throws ProtocolError level.unknown */
export function levelRule(policy: LevelPolicy, level: number): LevelRule {
  const rule = policy.levels[level];
  if (rule === undefined)
    throw new ProtocolError("level.unknown", "a classification that this network does not carry", {
      nextStep: "Do not send it over this network.",
    });
  return rule;
}

/**
 * What a composer may offer at this level in a conversation with this least suite, in the order 2, 3, 1, 4: a
 * person may choose a stronger suite, never a weaker one. Empty when the level is unknown.
 */
export function suitesFor(
  level: number,
  conversationMinimum?: Suite,
  policy: LevelPolicy = defaultLevelPolicy,
): readonly Suite[] {
  const rule = policy.levels[level];
  if (rule === undefined) return [];
  const order = [suites.aes, suites.hybrid, suites.otp, suites.otpHybrid];
  return order.filter(
    (suite) => isAtLeast(suite, rule.minimum) && satisfiesMinimum(suite, conversationMinimum),
  );
}

/** The suite a composer is set to: the level's, or the strongest when the conversation's least suite forbids that. */
export function suiteOffered(
  level: number,
  conversationMinimum?: Suite,
  policy: LevelPolicy = defaultLevelPolicy,
): Suite {
  const { offered } = levelRule(policy, level);
  return satisfiesMinimum(offered, conversationMinimum) ? offered : suites.otpHybrid;
}

/**
 * Sender's and receiver's check alike.
 * @throws ProtocolError level.unknown, level.suite-too-weak
 */
export function checkLevel(suite: Suite, level: number, policy: LevelPolicy = defaultLevelPolicy): void {
  if (!isAtLeast(suite, levelRule(policy, level).minimum))
    throw new ProtocolError(
      "level.suite-too-weak",
      "the suite is not strong enough for this classification",
      {
        nextStep: "Choose a stronger suite, or a lower classification if it is one.",
      },
    );
}
