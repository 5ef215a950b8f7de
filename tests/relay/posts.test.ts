import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { demonstrationUserId, groupPosts, listEndpointSites, listPosts } from "../../lib/relay/posts.ts";

it.each(["nine", "eu27", "iberia-small"])(
  "has a duty officer and a security officer for every end-point site of %s",
  (network) => {
    const sites = listEndpointSites(network);
    const posts = listPosts(network);
    expect(sites.length).toBeGreaterThan(1);
    expect(posts).toHaveLength(2 * sites.length + 3);
    expect(new Set(posts.map((post) => post.handle)).size).toBe(posts.length);
    for (const site of sites) {
      const roles = posts
        .filter((post) => post.site.id === site.id)
        .map((post) => post.roles.includes("officer"));
      expect(roles).toEqual(expect.arrayContaining([true, false]));
    }
    for (const { handle, name } of posts) {
      expect(handle).toMatch(/^[a-z0-9-]{1,63}$/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
    }
  },
);

it("puts the special posts at Lisbon's security office, or at the first site where there is none", () => {
  const special = (network: string) =>
    listPosts(network).find((post) => post.handle === "administrator")?.site.id;
  expect(special("nine")).toBe("pt-lis-gns");
  expect(listEndpointSites("iberia-small").map((site) => site.id)).toContain(special("iberia-small"));
});

it("derives a post's user id from its handle alone", () => {
  const digest = createHash("sha512").update("vernam/1 demonstration user presenter").digest();
  expect(Buffer.from(demonstrationUserId("presenter"))).toEqual(digest.subarray(0, 16));
});

it("groups posts by country in order", () => {
  const countries = groupPosts(listPosts("nine")).map((group) => group.country);
  expect(countries).toEqual([...countries].sort());
  expect(countries).toContain("PT");
});
