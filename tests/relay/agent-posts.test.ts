import { describe, expect, it } from "vitest";
import { listAgentPosts, viewAgentPost } from "../../lib/relay/agent-posts.ts";
import { holdsAgentSecret } from "../../lib/relay/auth/agent-secret.ts";
import { listPosts } from "../../lib/relay/posts.ts";
import { toHex } from "../../lib/shared/hex.ts";

describe("the agents of a network", () => {
  it.each(["iberia-small", "nine", "eu27"])(
    "%s: two pairs across a border, custodians at up to nine sites",
    (network) => {
      const posts = listAgentPosts(network);
      for (const kind of ["grid", "payments"]) {
        const pair = posts.filter((post) => post.kind === kind);
        expect(pair).toHaveLength(2);
        expect(new Set(pair.map(({ site }) => site.country)).size).toBe(2);
      }
      const custodians = posts.filter(({ kind }) => kind === "custodian");
      expect(custodians).toHaveLength(network === "iberia-small" ? 4 : 9);
      if (network !== "iberia-small")
        expect(new Set(custodians.map(({ site }) => site.country)).size).toBe(9);
      for (const list of [posts.map(({ handle }) => handle), posts.map(({ name }) => name)])
        expect(new Set(list).size).toBe(posts.length);
      const people = new Set(listPosts(network).map(({ user }) => toHex(user)));
      for (const post of posts) {
        expect(post.roles).toEqual(["user", "agent"]);
        expect(people.has(viewAgentPost(post).user)).toBe(false);
      }
    },
  );

  it("are called by what they do and where", () => {
    const names = listAgentPosts("nine").map(({ name }) => name);
    expect(names).toContain("Grid control centre, Lisbon");
    expect(names).toContain("Central bank, Madrid");
    expect(names).toContain("Vault custodian, Rome");
  });
});

describe("the agents' secret", () => {
  const secret = "s".repeat(43);

  it("opens only as it is, and nothing where there is none", () => {
    expect(holdsAgentSecret(`Bearer ${secret}`, { agentSecret: secret })).toBe(true);
    for (const wrong of [null, "", secret, "Bearer ", `bearer ${secret}`, `Bearer ${secret}s`])
      expect(holdsAgentSecret(wrong, { agentSecret: secret })).toBe(false);
    expect(holdsAgentSecret("Bearer undefined", { agentSecret: undefined })).toBe(false);
  });
});
