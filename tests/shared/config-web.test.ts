import { expect, it } from "vitest";
import { readWebConfig } from "../../lib/shared/config-web.ts";

const read = (env: Record<string, string>) => readWebConfig(env as unknown as NodeJS.ProcessEnv);

it("needs nothing set", () => {
  expect(read({})).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    gatewayPort: 3001,
    demonstration: true,
    network: "nine",
    development: false,
    databaseUrl: undefined,
    oidc: undefined,
    allowedHosts: [],
  });
});

it("takes an empty variable for one that is not set", () => {
  expect(read({ DATABASE_URL: "", REDIS_URL: "", GATEWAY_ORIGIN: "" })).toMatchObject({
    databaseUrl: undefined,
    redisUrl: undefined,
    gatewayOrigin: undefined,
  });
});

it("answers to the room's addresses and the configured names", () => {
  expect(read({ LAN: "192.168.1.7,10.0.0.2", ALLOWED_HOSTS: "Vernam.Example" }).allowedHosts).toEqual([
    "192.168.1.7",
    "10.0.0.2",
    "vernam.example",
  ]);
});

it.each([
  [{ PORT: "eighty" }, "PORT"],
  [{ PORT: "70000" }, "PORT"],
  [{ NETWORK: "mars" }, "NETWORK"],
  [{ DEMO: "yes" }, "DEMO"],
  [{ GATEWAY_ORIGIN: "ftp://x" }, "GATEWAY_ORIGIN"],
  [{ GATEWAY_ORIGIN: "http://x/path" }, "GATEWAY_ORIGIN"],
  [{ NEXTAUTH_SECRET: "short" }, "NEXTAUTH_SECRET"],
  [{ OIDC_ISSUER: "https://issuer.example" }, "OIDC_CLIENT_ID"],
  [{ TLS_CERT: "c.pem" }, "TLS_KEY"],
])("names the variable that is wrong: %o", (env, name) => {
  expect(() => read(env as unknown as Record<string, string>)).toThrow(name);
});
