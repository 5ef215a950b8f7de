import { expect, test } from "vitest";
import { Challenges } from "../../../lib/gateway/enrolment/challenges.ts";

test("a challenge is good once, for two minutes, at the gateway that gave it", () => {
  let now = 1_000_000;
  const challenges = new Challenges(() => now);
  const one = challenges.create();
  expect(one).toHaveLength(32);
  challenges.use(one);
  expect(() => challenges.use(one)).toThrow("used before");
  const two = challenges.create();
  now += 120_000;
  expect(() => challenges.use(two)).toThrow("too old");
  const three = challenges.create();
  expect(() => new Challenges(() => now).use(three)).toThrow("not one of this gateway");
  three[0] = 0xff;
  expect(() => challenges.use(three)).toThrow("not one of this gateway");
  expect(() => challenges.use(new Uint8Array(5))).toThrow("not one of this gateway");
});
