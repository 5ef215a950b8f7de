import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { JsonRouter } from "../../../lib/keys/etsi014/json-router.ts";
import { KeyNotFoundError, KeyUnavailableError } from "../../../lib/keys/key-errors.ts";

let close: () => void = () => undefined;
afterEach(() => close());

/** What a client and the log get of an error that a handler throws. */
async function answerTo(error: unknown) {
  const logged: unknown[] = [];
  const get = () => {
    throw error;
  };
  const router = new JsonRouter([{ path: /^\/$/, get }], (found) => logged.push(found));
  const server = createServer((request, response) => void router.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { status: answer.status, text: await answer.text(), logged };
}

it("an error that is no client's fault is logged, and its text is told to nobody outside", async () => {
  const error = new TypeError("secret of the inside");
  const { status, text, logged } = await answerTo(error);
  expect(status).toBe(503);
  expect(text).not.toContain("secret");
  expect(logged).toEqual([error]);
});

it.each([
  [400, new KeyNotFoundError()],
  [503, new KeyUnavailableError("no key now", { retryAfterMs: 1000 })],
])("a refusal with %i is not", async (status, error) => {
  const answer = await answerTo(error);
  expect(answer.status).toBe(status);
  expect(answer.logged).toEqual([]);
});
