import { describe, expect, it } from "vitest";
import { gatewayOriginFor, hostNameOf, isAllowedHost } from "../../../lib/relay/http/hosts.ts";
import { isRefusedAcrossOrigins, isSameOrigin } from "../../../lib/relay/http/same-origin.ts";

const config = { allowedHosts: ["192.168.1.7", "vernam.gov.example"] };

describe("a host name", () => {
  it.each([
    "localhost",
    "localhost:3000",
    "LOCALHOST:80",
    "127.0.0.1:3000",
    "[::1]:3000",
    "pt-lis-mne.localhost:3000",
    "192.168.1.7:3000",
    "vernam.gov.example",
  ])("of ours is served: %s", (header) => {
    expect(isAllowedHost(header, config)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "localhost.evil.example",
    "evillocalhost",
    "a.b.localhost",
    "127.0.0.1.evil.example",
    "localhost:3000@evil.example",
    "localhost/evil",
    "localhost:notaport",
    "192.168.1.8",
    ".localhost",
  ])("of anybody else is not: %s", (header) => {
    expect(isAllowedHost(header, config)).toBe(false);
  });

  it("is read without its port", () => {
    expect(hostNameOf("Post.localhost:3000")).toBe("post.localhost");
    expect(hostNameOf("[::1]:3000")).toBe("[::1]");
  });
});

describe("the gateways' origin", () => {
  const base = { ...config, gatewayOrigin: undefined, gatewayPort: 3001, tls: undefined };

  it("is one for all posts on this machine, and the machine's own name in the room", () => {
    expect(gatewayOriginFor("pt-lis-mne.localhost:3000", base)).toBe("http://localhost:3001");
    const tls = { certificate: "c", key: "k" };
    expect(gatewayOriginFor("192.168.1.7:3000", { ...base, tls })).toBe("https://192.168.1.7:3001");
  });

  it("is the configured one where there is one", () => {
    const gatewayOrigin = "https://gw.example";
    expect(gatewayOriginFor("192.168.1.7", { ...base, gatewayOrigin })).toBe(gatewayOrigin);
  });
});

describe("a mutating request", () => {
  const host = "pt.localhost:3000";

  it("comes from our own page or from no browser", () => {
    expect(isSameOrigin({ host, origin: "http://pt.localhost:3000" }, false)).toBe(true);
    expect(isSameOrigin({ host }, false)).toBe(true);
    expect(isSameOrigin({ host, "sec-fetch-site": "same-origin" }, false)).toBe(true);
  });

  it.each([
    { host, origin: "https://evil.example" },
    { host, origin: "http://localhost:3000" },
    { host, origin: "https://pt.localhost:3000" },
    { host, origin: "null" },
    { host, "sec-fetch-site": "cross-site" },
    { host, "sec-fetch-site": "same-site" },
  ])("is refused from elsewhere: %o", (headers) => {
    expect(isRefusedAcrossOrigins("POST", headers, false)).toBe(true);
    expect(isRefusedAcrossOrigins("DELETE", headers, false)).toBe(true);
    expect(isRefusedAcrossOrigins("GET", headers, false)).toBe(false);
    for (const path of [
      "/api/token",
      "/api/stage/desk",
      "//api/token",
      "/%61pi/token",
      "/api/auth/../token",
      "/%",
    ])
      expect(isRefusedAcrossOrigins("GET", headers, false, path), path).toBe(true);
    for (const path of ["/", "/messages", "/api/auth/callback/oidc", "/apis"])
      expect(isRefusedAcrossOrigins("GET", headers, false, path), path).toBe(false);
  });
});
