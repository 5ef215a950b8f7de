import { describe, expect, it } from "vitest";
import {
  Authenticator,
  authenticationBytesPerBlock,
  forgeryBound,
} from "../../lib/quantum/authentication.ts";
import { createSeededRandom } from "../../lib/quantum/random.ts";
import { verificationEpsilon, verificationHash } from "../../lib/quantum/verification-hash.ts";

const random = createSeededRandom(new Uint8Array(32).fill(21));
const pair = (tagBytes?: number) => {
  const key = random.bytes(authenticationBytesPerBlock);
  return [new Authenticator(key, tagBytes), new Authenticator(key.slice(), tagBytes)] as const;
};
const message = Uint8Array.of(1, 2, 3);

describe("authentication of the classical line", () => {
  it("accepts what was said and counts the same key at both ends", () => {
    const [alice, bob] = pair();
    alice.note("alice", 1, message);
    bob.note("alice", 1, message.slice());
    expect(bob.accepts("alice", alice.tag("alice"))).toBe(true);
    expect(alice.spentBytes).toBe(bob.spentBytes);
    expect(alice.spentBytes).toBeLessThanOrEqual(authenticationBytesPerBlock);
  });

  it.each<[string, readonly (readonly [number, Uint8Array])[]]>([
    ["another bit", [[1, Uint8Array.of(1, 2, 2)]]],
    ["another kind", [[2, message]]],
    ["a message less", []],
    [
      "a message more",
      [
        [1, message],
        [1, message],
      ],
    ],
    [
      "a message cut in two",
      [
        [1, message.subarray(0, 1)],
        [1, message.subarray(1)],
      ],
    ],
  ])("refuses %s", (_, heard) => {
    const [alice, bob] = pair();
    alice.note("alice", 1, message);
    for (const [kind, body] of heard) bob.note("alice", kind, body);
    expect(bob.accepts("alice", alice.tag("alice"))).toBe(false);
  });

  it("does not take Bob's tag for Alice's", () => {
    const [alice, bob] = pair();
    alice.note("bob", 1, message);
    bob.note("alice", 1, message);
    expect(bob.accepts("alice", alice.tag("bob"))).toBe(false);
  });

  it("bounds a forgery far below the ε of a block", () => {
    expect(forgeryBound(1 << 24)).toBeLessThan(1e-24);
  });

  it("lets forgeries of 8-bit tags through once in 256 times", () => {
    const trials = 40_000;
    let accepted = 0;
    for (let i = 0; i < trials; i++) {
      const [alice, bob] = pair(1);
      alice.note("alice", 1, message);
      bob.note("alice", 1, Uint8Array.of(9, 9, 9));
      if (bob.accepts("alice", alice.tag("alice"))) accepted++;
    }
    const mean = trials / 256;
    expect(Math.abs(accepted - mean)).toBeLessThan(4 * Math.sqrt(mean));
  });
});

describe("the verification hash", () => {
  it("tells unequal keys apart, whichever bit differs", () => {
    const key = random.bytes(500);
    for (let i = 0; i < 500; i++) {
      const other = key.slice();
      other[i]! ^= 1 << (i & 7);
      const seed = random.bytes(16);
      expect(verificationHash(other, seed)).not.toEqual(verificationHash(key, seed));
      expect(verificationHash(key.slice(), seed)).toEqual(verificationHash(key, seed));
    }
  });

  it("has a collision bound below 1e-24 for the largest block", () => {
    expect(verificationEpsilon(6_000_000)).toBeLessThan(1e-24);
  });
});
