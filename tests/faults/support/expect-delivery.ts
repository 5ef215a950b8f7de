import { expect } from "vitest";
import type { Post } from "../../support/post.ts";
import type { Direction } from "./traffic.ts";

/** Every text of a direction stands exactly once in both histories, in the order of writing, opened, without gap. */
export async function expectExactlyOnce(direction: Direction): Promise<void> {
  const { from, to, conversation, texts } = direction;
  expect(texts.length).toBeGreaterThan(0);
  await to.has(conversation, texts);
  const received = (await to.messages(conversation)).filter(({ sender }) => sender.user === from.user.id);
  expect(received.flatMap(({ problem }) => problem ?? [])).toEqual([]);
  expect(received.filter(({ gapBefore }) => gapBefore)).toEqual([]);
  expect(received.map(({ text }) => text).sort()).toEqual([...texts].sort());
  const own = (await from.messages(conversation)).filter(({ mine }) => mine);
  expect(own.map(({ text }) => text)).toEqual(texts);
  expect(new Set(received.map(({ id }) => id))).toEqual(new Set(own.map(({ id }) => id)));
}

/** A post's device holds the conversations it takes part in, and no other. */
export async function expectOnlyOwn(post: Post, directions: readonly Direction[]): Promise<void> {
  const mine = directions.filter(({ from }) => from === post).map(({ conversation }) => conversation);
  const held = (await post.engine.conversations()).map(({ id }) => id);
  expect(held.sort()).toEqual(mine.sort());
}
