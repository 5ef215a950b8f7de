import { describe, expect, it } from "vitest";
import type { LinkStatus, LinkView } from "../../lib/keys/api-types.ts";
import { linksOnRoute, sameRoute, suggestLink } from "../../lib/scenarios/suggested-link.ts";

const link = (id: string, kind: LinkView["kind"] = "fibre", active = true): LinkView => {
  const [a = "", b = ""] = id.replace(/#\d+$/, "").split("~");
  return { id, a, b, kind, active, lengthKm: 50, lossDb: 12, provenance: "plausible" };
};

const status = (id: string, more: Partial<LinkStatus> = {}): readonly [string, LinkStatus] => [
  id,
  { id, availableBytes: 1000, cut: false, attack: { model: "none", fraction: 0 }, ...more } as LinkStatus,
];

const route = ["a", "b", "c", "d"];
const links = [link("a~b"), link("c~b"), link("c~b#2"), link("c~d"), link("a~d")];

describe("links on a route", () => {
  it("come in its order, whichever way they are written", () => {
    expect(linksOnRoute(links, new Map(), route)).toEqual(["a~b", "c~b", "c~d"]);
  });

  it("of two that are parallel, the one with more key", () => {
    const statuses = new Map([status("c~b", { availableBytes: 1 }), status("c~b#2", { availableBytes: 9 })]);
    expect(linksOnRoute(links, statuses, route)).toContain("c~b#2");
  });
});

describe("the suggested link", () => {
  it("is in the middle of the route", () => {
    expect(suggestLink(links, new Map(), route)).toBe("c~b");
  });

  it("is not one that is cut or tapped already", () => {
    const statuses = new Map([
      status("c~b", { cut: true, availableBytes: 5000 }),
      status("a~b", { attack: { model: "intercept-resend", fraction: 0.5 } }),
    ]);
    expect(suggestLink(links, statuses, route)).toBe("c~d");
  });

  it("is never a satellite's, and none when there is no other", () => {
    expect(suggestLink([link("a~b", "space")], new Map(), ["a", "b"])).toBeNull();
    expect(suggestLink(links, new Map(), [])).toBeNull();
  });
});

it("two routes are the same when they lead over the same sites", () => {
  expect(sameRoute(route, [...route])).toBe(true);
  expect(sameRoute(route, ["a", "d"])).toBe(false);
  expect(sameRoute(null, null)).toBe(true);
  expect(sameRoute(null, route)).toBe(false);
});
