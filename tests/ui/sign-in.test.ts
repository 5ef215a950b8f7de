import { describe, expect, it } from "vitest";
import { splitPostName } from "../../lib/ui/post-name.ts";
import { doorOf, safeDestination } from "../../lib/ui/sign-in/destination.ts";
import { findPosts, groupByCountry } from "../../lib/ui/sign-in/group-posts.ts";
import type { PostEntry } from "../../lib/ui/sign-in/load-posts.ts";
import { originOfPost, postOfHost } from "../../lib/ui/sign-in/post-host.ts";

describe("after signing in one goes", () => {
  it("to the door one came to", () => {
    expect(safeDestination("/admin/ledger")).toBe("/admin/ledger");
    expect(doorOf("/stage")).toBe("stage");
  });

  it.each([
    "https://example.org",
    "//example.org",
    "/\\example.org",
    "javascript:alert(1)",
    "/api/token",
    "/messagesx",
    "",
  ])("to Messages when the address says %s", (to) => expect(safeDestination(to)).toBe("/messages"));
});

describe("a post's own address", () => {
  it("keeps scheme and port", () => {
    const at = { protocol: "http:", hostname: "localhost", port: "3000" };
    expect(originOfPost("pt-lis-mne", at)).toBe("http://pt-lis-mne.localhost:3000");
    expect(originOfPost("pt-lis-mne", { ...at, hostname: "es-mad-mfa.localhost", port: "" })).toBe(
      "http://pt-lis-mne.localhost",
    );
  });

  it("exists only under localhost", () => {
    expect(
      originOfPost("pt-lis-mne", { protocol: "https:", hostname: "192.168.1.4", port: "3000" }),
    ).toBeNull();
    expect(originOfPost("a", { protocol: "https:", hostname: "localhost.example.org", port: "" })).toBeNull();
  });

  it("names its post", () => {
    expect(postOfHost("PT-LIS-MNE.localhost")).toBe("pt-lis-mne");
    expect(postOfHost("localhost")).toBeNull();
    expect(postOfHost("a.b.localhost")).toBeNull();
  });
});

describe("the list of posts", () => {
  const post = (handle: string, name: string, country: string): PostEntry => ({
    handle,
    name,
    site: handle,
    country,
    roles: ["user"],
  });
  const posts = [
    post("pt-cov", "Duty officer, Covilhã", "PT"),
    post("de-bon", "Duty officer, BSI Bonn", "DE"),
  ];
  const names: Record<string, string> = { PT: "Portugal", DE: "Germany" };
  const nameOf = (code: string) => names[code] ?? code;

  it("finds by city without accents, by country, and by several words", () => {
    expect(findPosts(posts, "covilha", nameOf).map((one) => one.handle)).toEqual(["pt-cov"]);
    expect(findPosts(posts, "germany bsi", nameOf).map((one) => one.handle)).toEqual(["de-bon"]);
    expect(findPosts(posts, "germany covilha", nameOf)).toEqual([]);
  });

  it("is grouped in the order of the countries' names", () => {
    expect(groupByCountry(posts, nameOf).map((group) => group.country)).toEqual(["DE", "PT"]);
  });

  it("tells the place from who sits there", () => {
    expect(splitPostName("Duty officer, Ministry, Lisbon")).toEqual({
      place: "Ministry, Lisbon",
      title: "Duty officer",
    });
    expect(splitPostName("Ministry")).toEqual({ place: "Ministry", title: "" });
  });
});
