import { describe, expect, it } from "vitest";
import {
  errorOf,
  isLate,
  parseForeignStatus,
  readContainer,
} from "../../../lib/keys/etsi014/foreign-answers.ts";

const answer = (status: number, body: unknown, retryAfterMs?: number) => ({ status, body, retryAfterMs });
const codeOf = (status: number, message: string, action?: "enc_keys" | "dec_keys") =>
  (errorOf(answer(status, { message }), action) as { code?: string }).code;

describe("what a foreign key manager's code means", () => {
  it.each([
    [503, "", "key.unavailable"],
    [429, "", "key.unavailable"],
    [400, "Insufficient keys", "key.unavailable"],
    [400, "not enough keys in the pool", "key.unavailable"],
    [500, "", "key.unavailable"],
    [502, "", "key.unavailable"],
    [504, "", "key.unavailable"],
    [400, "not all extension_mandatory request options could be met", "key.unavailable"],
    [400, "not all extension_mandatory parameters are supported", "key.unavailable"],
    [401, "", "key.not-authorised"],
    [403, "", "key.not-authorised"],
    [404, "", "key.not-found"],
    [400, "size shall be a multiple of 8", "key.bad-request"],
    [422, "", "key.bad-request"],
  ])("to enc_keys: %i %j is %s", (status, message, code) => {
    expect(codeOf(status, message, "enc_keys")).toBe(code);
  });

  it.each([
    [400, "", "key.not-found"],
    [400, "Not enough keys", "key.not-found"],
    [404, "", "key.not-found"],
    [410, "", "key.not-found"],
    [401, "", "key.not-authorised"],
    [403, "", "key.not-authorised"],
    [503, "", "key.unavailable"],
    [500, "", "key.unavailable"],
  ])("to dec_keys: %i %j is %s", (status, message, code) => {
    expect(codeOf(status, message, "dec_keys")).toBe(code);
  });

  it("keeps the time that the key manager names and its words, and bodies that are none do no harm", () => {
    const error = errorOf(answer(503, { message: "refilling" }, 7000));
    expect(error).toMatchObject({ message: "refilling", retryAfterMs: 7000 });
    for (const body of [undefined, null, "text", 17, { message: 17 }, []])
      expect(errorOf(answer(503, body)).message).toBe("The key manager has not enough key now.");
  });

  it("asks again only where keys may still arrive", () => {
    const late = [400, 401, 403, 404, 410, 429, 503];
    for (const status of [200, ...late, 405, 413, 500, 502])
      expect(isLate(answer(status, {}))).toBe(late.includes(status));
  });
});

describe("a foreign key manager's status", () => {
  it("may leave out what it does not limit, and write numbers as text", () => {
    expect(parseForeignStatus(answer(200, { key_size: "256" }))).toEqual({
      keySize: 256,
      storedKeyCount: 0,
      maxKeyPerRequest: 1,
      maxKeySize: 256,
      minKeySize: 256,
      maxSaeIdCount: 0,
    });
  });

  it.each([[{}], [undefined], [{ key_size: -1 }], [{ key_size: "many" }], [[]]])("cannot be %j", (body) => {
    expect(() => parseForeignStatus(answer(200, body))).toThrow(/not what ETSI GS QKD 014/);
  });
});

describe("a foreign key container", () => {
  const key_ID = "0A0B0C0D-0000-4000-8000-000000000001";

  it("is read whatever the case of its identifiers, with or without our extension", () => {
    const { keys, origin } = readContainer(answer(200, { keys: [{ key_ID, key: "AQID", extra: 1 }] }));
    expect(keys.map(({ keyId, key }) => [keyId, [...key.reveal()]])).toEqual([
      [key_ID.toLowerCase(), [1, 2, 3]],
    ]);
    expect(origin).toBeUndefined();
    const vernam_route = { routes: [["a", "b"]], networkBits: 512, epsilonExponent: 9, hops: 1 };
    const ours = { keys: [], key_container_extension: { vernam_route } };
    expect(readContainer(answer(200, ours)).origin).toMatchObject({ networkBits: 512 });
    const theirs = { keys: [], key_container_extension: { vernam_route: "fast" } };
    expect(readContainer(answer(200, theirs)).origin).toBeUndefined();
  });

  it.each([
    [{ keys: [{ key_ID: "1", key: "AQID" }] }],
    [{ keys: [{ key_ID, key: "not base64!" }] }],
    [{ keys: [{ key_ID }] }],
    [{ keys: {} }],
    [undefined],
  ])("cannot be %j", (body) => {
    expect(() => readContainer(answer(200, body))).toThrow(/not what ETSI GS QKD 014/);
  });
});
