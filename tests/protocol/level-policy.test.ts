import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkLevel,
  decodeLevelPolicy,
  defaultLevelPolicy,
  encodeLevelPolicy,
  type LevelPolicy,
  type LevelRule,
  levels,
  suiteOffered,
  suitesFor,
} from "../../lib/protocol/level-policy.ts";
import { isAtLeast, knownSuites, type Suite, suites } from "../../lib/protocol/suites.ts";
import { codeOf, expectCode } from "./expectations.ts";

const anySuite = fc.constantFrom(...knownSuites);
const { otp, aes, hybrid, otpHybrid } = suites;

function changed(level: number, changes: Partial<LevelRule>): LevelPolicy {
  const rules = defaultLevelPolicy.levels.map((rule, i) => (i === level ? { ...rule, ...changes } : rule));
  return { serial: 1, levels: rules };
}

test("strength is a partial order with one weakest, one strongest and two that do not compare", () => {
  fc.assert(
    fc.property(anySuite, anySuite, anySuite, (a, b, c) => {
      expect(isAtLeast(a, a)).toBe(true);
      if (isAtLeast(a, b) && isAtLeast(b, a)) expect(a).toBe(b);
      if (isAtLeast(a, b) && isAtLeast(b, c)) expect(isAtLeast(a, c)).toBe(true);
      expect(isAtLeast(otpHybrid, a) && isAtLeast(a, aes)).toBe(true);
    }),
  );
  expect([isAtLeast(otp, hybrid), isAtLeast(hybrid, otp)]).toEqual([false, false]);
});

test("the default policy offers what each level demands, and never less", () => {
  expect(suitesFor(levels.unclassified)).toEqual([aes, hybrid, otp, otpHybrid]);
  expect(suitesFor(levels.restricted)).toEqual([hybrid, otpHybrid]);
  expect(suitesFor(levels.confidential)).toEqual([otpHybrid]);
  expect(suitesFor(levels.secret)).toEqual([otpHybrid]);
  expect(suitesFor(4)).toEqual([]);
  expect([0, 1, 2, 3].map((level) => suiteOffered(level))).toEqual([hybrid, hybrid, otpHybrid, otpHybrid]);
  expect(suitesFor(levels.unclassified, otp)).toEqual([otp, otpHybrid]);
  expect(suiteOffered(levels.unclassified, otp)).toBe(otpHybrid);
});

test("what a composer may offer is exactly what a receiver accepts", async () => {
  for (const level of [0, 1, 2, 3])
    for (const suite of knownSuites)
      expect(await codeOf(() => checkLevel(suite, level))).toBe(
        suitesFor(level).includes(suite) ? "accepted" : "level.suite-too-weak",
      );
  await expectCode(() => checkLevel(otpHybrid, 4), "level.unknown");
});

test("an edited policy comes back from its encoding and rules both ends", async () => {
  const policy = changed(1, { minimum: otpHybrid, offered: otpHybrid, streamFileBytes: 0 });
  expect(decodeLevelPolicy(encodeLevelPolicy(policy))).toEqual(policy);
  await expectCode(() => checkLevel(hybrid, 1, policy), "level.suite-too-weak");
  checkLevel(hybrid, 1);
});

test("a policy that contradicts itself is refused", async () => {
  const cases: [LevelPolicy, string][] = [
    [changed(2, { minimum: aes, offered: hybrid }), "policy.order"],
    [changed(0, { offered: aes, minimum: hybrid }), "policy.offered"],
    [changed(1, { minimum: otp, offered: hybrid }), "policy.offered"],
    [changed(0, { requireDisjoint: true }), "policy.disjoint"],
    [changed(2, { streamFileBytes: 1 }), "policy.files"],
    [{ serial: 0, levels: defaultLevelPolicy.levels.slice(1) }, "cbor.length"],
    [changed(0, { minimum: 5 as Suite }), "policy.offered"],
  ];
  for (const [policy, code] of cases) await expectCode(() => encodeLevelPolicy(policy), code);
});
