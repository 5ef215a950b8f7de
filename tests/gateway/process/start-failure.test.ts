import { expect, test } from "vitest";
import { describeStartFailure } from "../../../lib/gateway/process/start-failure.ts";
import { readQkdnConfig } from "../../../lib/shared/config-qkdn.ts";
import { DatabaseError } from "../../../lib/shared/database/database-error.ts";

const system = (code: string) => Object.assign(new Error("x"), { code, port: 3001, path: "/data" });

test("what keeps the process from starting is one line with a code", () => {
  const locked = new DatabaseError("database.folder-locked", "In use by process 7.", {
    nextStep: "Stop\nit.",
  });
  expect(describeStartFailure(locked)).toEqual({
    code: "database.folder-locked",
    message: "In use by process 7. Stop it.",
  });
  expect(describeStartFailure(system("EADDRINUSE"))).toMatchObject({ code: "start.port-in-use" });
  expect(describeStartFailure(system("ENOSPC"))).toMatchObject({ code: "start.disk-full" });
  expect(describeStartFailure(system("EACCES")).message).toContain("/data");
  expect(describeStartFailure(new Error("a\n b"))).toEqual({ code: "start.failed", message: "a b" });
  expect(describeStartFailure("text").message).toBe("text");
});

test("the environment is read with defaults, and refused by the name of the variable", () => {
  const config = readQkdnConfig({
    NODE_ENV: "test",
    PORT: "4000",
    LAN: "192.168.1.20, ",
    POOL_TARGET_BYTES: "",
  });
  expect(config).toMatchObject({
    port: 4001,
    webPort: 4000,
    origin: "http://localhost:4001",
    allowedHosts: ["192.168.1.20"],
    keyProvider: "etsi014",
    poolTargetBytes: undefined,
  });
  expect(() => readQkdnConfig({ NODE_ENV: "test", PORT: "0" })).toThrow("PORT");
  expect(() => readQkdnConfig({ NODE_ENV: "test", GATEWAY_ORIGIN: "ftp://x" })).toThrow("GATEWAY_ORIGIN");
  expect(() => readQkdnConfig({ NODE_ENV: "test", TLS_CERT: "x" })).toThrow("TLS_CERT");
});
