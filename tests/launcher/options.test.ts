import { describe, expect, it } from "vitest";
import { announcement } from "../../lib/launcher/announce.ts";
import { childEnvironment } from "../../lib/launcher/child-environment.ts";
import { readOptions } from "../../lib/launcher/options.ts";
import { listPosts } from "../../lib/launcher/posts.ts";

const empty = { NODE_ENV: "test" } as const;

describe("the launcher's options", () => {
  it("start on embedded defaults", () => {
    expect(readOptions(empty, [])).toMatchObject({
      port: 3000,
      gatewayPort: 3001,
      network: "nine",
      lanAddresses: [],
    });
  });

  it("refuse a port that leaves no room for the gateways, and name it", () => {
    expect(() => readOptions({ ...empty, PORT: "65535" }, [])).toThrow(/PORT/);
    expect(() => readOptions({ ...empty, PORT: "web" }, [])).toThrow(/PORT/);
  });

  it("run agents in the demonstration, unless they are switched off", () => {
    expect(readOptions(empty, []).agents).toBe(true);
    expect(readOptions({ ...empty, AGENTS: "off" }, []).agents).toBe(false);
    expect(readOptions({ ...empty, DEMO: "0" }, []).agents).toBe(false);
    expect(() => readOptions({ ...empty, AGENTS: "maybe" }, [])).toThrow(/AGENTS/);
  });

  it("refuse an argument nobody defined", () => {
    expect(() => readOptions(empty, ["--wan"])).toThrow("--wan");
  });
});

describe("the environment of a child", () => {
  const options = readOptions({ ...empty, PORT: "4000" }, []);
  const env = {
    ...empty,
    DATABASE_URL: "relay",
    KEYS_DATABASE_URL: "keys",
    NEXTAUTH_SECRET: "session",
    AWS_SECRET_ACCESS_KEY: "somebody else's",
  };

  it("gives each zone its own secrets and not the other's", () => {
    expect(childEnvironment("web", env, options)).toMatchObject({
      DATABASE_URL: "relay",
      NEXTAUTH_SECRET: "session",
    });
    expect(childEnvironment("web", env, options)).not.toHaveProperty("KEYS_DATABASE_URL");
    expect(childEnvironment("qkdn", env, options)).toMatchObject({ KEYS_DATABASE_URL: "keys" });
    expect(childEnvironment("qkdn", env, options)).not.toHaveProperty("DATABASE_URL");
    expect(childEnvironment("qkdn", env, options)).not.toHaveProperty("NEXTAUTH_SECRET");
  });

  it("gives this start's secret of the agents to web and agents, never to the key world", () => {
    const secret = { AGENT_SECRET: "of this start" };
    for (const zone of ["web", "agents"] as const) {
      expect(childEnvironment(zone, env, options, "of this start")).toMatchObject(secret);
      expect(childEnvironment(zone, env, options)).not.toHaveProperty("AGENT_SECRET");
    }
    expect(childEnvironment("qkdn", env, options, "of this start")).not.toHaveProperty("AGENT_SECRET");
  });

  it("gives the agents no other process's secrets, and the origins that browsers use", () => {
    const agents = childEnvironment("agents", env, options, "of this start");
    for (const name of ["DATABASE_URL", "KEYS_DATABASE_URL", "NEXTAUTH_SECRET", "TLS_KEY"])
      expect(agents).not.toHaveProperty(name);
    expect(agents).toMatchObject({
      RELAY_ORIGIN: "http://localhost:4000",
      GATEWAY_ORIGIN: "http://localhost:4001",
    });
    const room = childEnvironment("agents", env, { ...options, lanAddresses: ["10.0.0.5"] }, "of this start");
    expect(room).toMatchObject({ RELAY_ORIGIN: "https://10.0.0.5:4000" });
    expect(room.NODE_EXTRA_CA_CERTS).toContain("authority.crt");
    expect(room).not.toHaveProperty("TLS_KEY");
  });

  it("passes on nothing it does not know", () => {
    expect(childEnvironment("web", env, options)).not.toHaveProperty("AWS_SECRET_ACCESS_KEY");
  });
});

describe("a demonstration for a room", () => {
  const options = {
    ...readOptions({ ...empty, PORT: "4000", DATA_DIR: "/data" }, []),
    lanAddresses: ["192.0.2.7"],
  };

  it("serves HTTPS on all interfaces with the demonstration's own certificate", () => {
    for (const zone of ["web", "qkdn"] as const) {
      expect(childEnvironment(zone, empty, options)).toMatchObject({
        HOST: "0.0.0.0",
        LAN: "192.0.2.7",
        TLS_CERT: "/data/tls/server.pem",
        TLS_KEY: "/data/tls/server.key",
      });
    }
    expect(childEnvironment("qkdn", empty, options)).toMatchObject({
      GATEWAY_ORIGIN: "https://192.0.2.7:4001",
    });
    expect(childEnvironment("web", empty, options)).toMatchObject({
      NODE_EXTRA_CA_CERTS: "/data/public/authority.crt",
    });
  });

  it("is announced by an address and a code that its machines can reach", async () => {
    const text = await announcement(options, [{ handle: "pt-lis-mne", name: "Duty officer, Lisbon" }]);
    expect(text).toContain("https://192.0.2.7:4000");
    expect(text).not.toContain("localhost");
    expect(text).toContain("/data/public/authority.crt");
  });
});

describe("the posts a newcomer is offered", () => {
  it("are one for every end point, foreign ministries first", () => {
    const posts = listPosts("nine");
    expect(posts).toHaveLength(63);
    expect(posts[0]?.name).toMatch(/Foreign/);
    expect(listPosts("iberia-small").map((post) => post.handle)).toContain("pt-lis-mne");
  });
});
