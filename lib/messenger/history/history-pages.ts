import type { HistoryItem, HistoryPage } from "../../protocol/history.ts";
import { limits } from "../../protocol/limits.ts";
import type { Bytes } from "../../shared/bytes.ts";

/** More than an item takes besides its payload. */
const itemOverhead = 512;
/** Room for the page's own structure. */
const room = limits.historyPage - 4096;

/** One conversation's part of a history: its membership events, then its messages. */
export interface HistoryPart {
  readonly rosterEvents: readonly Bytes[];
  readonly items: AsyncIterable<HistoryItem>;
}

/** Fills pages of a history within their limits, each as full as it goes; the last one says so. */
export async function* historyPages(parts: AsyncIterable<HistoryPart>): AsyncGenerator<HistoryPage> {
  let items: HistoryItem[] = [];
  let rosterEvents: Bytes[] = [];
  let size = 0;
  const page = (last: boolean): HistoryPage => {
    const full = { items, rosterEvents, last };
    [items, rosterEvents, size] = [[], [], 0];
    return full;
  };
  const isFull = (list: readonly unknown[], more: number) =>
    list.length >= limits.historyItems || size + more > room;
  for await (const part of parts) {
    for (const event of part.rosterEvents) {
      const more = event.length + 8;
      if (isFull(rosterEvents, more)) yield page(false);
      rosterEvents.push(event);
      size += more;
    }
    for await (const item of part.items) {
      const more = item.payload.length + itemOverhead;
      if (isFull(items, more)) yield page(false);
      items.push(item);
      size += more;
    }
  }
  yield page(true);
}
