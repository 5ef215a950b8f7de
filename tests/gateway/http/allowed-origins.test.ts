import { expect, test } from "vitest";
import { createAllowedOrigins } from "../../../lib/gateway/http/allowed-origins.ts";

const origins = createAllowedOrigins(3000, ["192.168.1.20"]);

test.each([
  undefined,
  "http://localhost:3000",
  "https://localhost:3000",
  "http://127.0.0.1:3000",
  "http://es-mad-maec.localhost:3000",
  "https://192.168.1.20:3000",
])("pages of %s may call the gateways", (origin) => {
  expect(origins.allows(origin)).toBe(true);
});

test.each([
  "null",
  "",
  "http://localhost",
  "http://localhost:3001",
  "http://localhost:3000/",
  "http://user@localhost:3000",
  "http://a.b.localhost:3000",
  "http://localhost.evil.example:3000",
  "http://evil.example:3000",
  "http://192.168.1.21:3000",
  "file://localhost:3000",
])("pages of %s may not", (origin) => {
  expect(origins.allows(origin)).toBe(false);
});
