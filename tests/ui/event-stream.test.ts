import fc from "fast-check";
import { expect, it } from "vitest";
import { EventStreamParser } from "../../lib/ui/operations/parse-event-stream.ts";

const whole =
  'event: links\ndata: [{"id":"a~b"}]\n\n: \n\nevent: relay\ndata: {"a":\ndata: 1}\n\ndata: plain\r\n\r\n';

const expected = [
  { event: "links", data: '[{"id":"a~b"}]' },
  { event: "relay", data: '{"a":\n1}' },
  { event: "message", data: "plain" },
];

it("reads events, joins data lines and passes over comments", () => {
  expect(new EventStreamParser().push(whole)).toEqual(expected);
});

it("reads the same events wherever the network cuts the stream", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 8 }), (cuts) => {
      const parser = new EventStreamParser();
      const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const events = edges.slice(1).flatMap((end, i) => parser.push(whole.slice(edges[i], end)));
      expect(events).toEqual(expected);
    }),
  );
});

it("keeps an event back until its empty line has come", () => {
  const parser = new EventStreamParser();
  expect(parser.push("event: alarm\ndata: {}\n")).toEqual([]);
  expect(parser.push("\n")).toEqual([{ event: "alarm", data: "{}" }]);
});
