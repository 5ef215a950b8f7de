import { type RequestOptions, request } from "node:https";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CertificateIssuer, createRoot } from "../../../lib/keys/pki/certificates.ts";
import { newFolder, openTestWorld, removeFolder, type TestWorld } from "../../keys/support/open-world.ts";

let test: TestWorld;
let folder: string;
let a: string;
let b: string;
let c: string;

beforeAll(async () => {
  folder = await newFolder();
  test = await openTestWorld(folder);
  const sites = test.world.endpointSites;
  const inLisbon = sites.filter((site) => site.startsWith("pt"));
  a = inLisbon[0]!;
  c = inLisbon[1]!;
  b = sites.find((site) => site.startsWith("es"))!;
});
afterAll(async () => {
  await test.world.close();
  removeFolder(folder);
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of a foreign interface are looked at member by member
  readonly json: any;
}

interface Call {
  readonly method?: string;
  /** Sent as JSON text; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** SAE whose certificate is shown; default the site's own. */
  readonly as?: string;
  readonly tls?: RequestOptions;
}

function call(site: string, path: string, options: Call = {}): Promise<Answer> {
  const pair = test.world.pki.saeCertificate(options.as ?? `sae-${site}`);
  const body =
    options.body === undefined
      ? undefined
      : typeof options.body === "string"
        ? options.body
        : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${test.world.addressOf(site)}${path}`,
      {
        method: options.method ?? (body === undefined ? "GET" : "POST"),
        agent: false,
        ca: test.world.pki.root.certificate,
        cert: pair.certificate,
        key: pair.privateKey,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...options.headers,
        },
        ...options.tls,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.once("end", () => {
          let json: unknown;
          try {
            json = JSON.parse(text);
          } catch {
            json = undefined;
          }
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

const keys = (sae: string, action: string) => `/api/v1/keys/${encodeURIComponent(sae)}/${action}`;
const enc = (options: Call = {}, query = "") => call(a, keys(`sae-${b}`, "enc_keys") + query, options);
const dec = (ids: readonly string[], options: Call = {}) =>
  call(b, keys(`sae-${a}`, "dec_keys"), { body: { key_IDs: ids.map((key_ID) => ({ key_ID })) }, ...options });
const refuse = (answer: Answer, status: number, message: string | RegExp) => {
  expect(answer.status).toBe(status);
  if (typeof message === "string") expect(answer.json).toEqual({ message });
  else expect(answer.json.message).toMatch(message);
  expect(Object.keys(answer.json)).toEqual(["message"]);
};

describe("status", () => {
  it("names both key managers, both SAEs and the limits", async () => {
    const { status, json, headers } = await call(a, keys(`sae-${b}`, "status"));
    expect(status).toBe(200);
    expect(json).toMatchObject({
      source_KME_ID: `kme-${a}`,
      target_KME_ID: `kme-${b}`,
      master_SAE_ID: `sae-${a}`,
      slave_SAE_ID: `sae-${b}`,
      key_size: 256,
      max_key_per_request: 128,
      max_key_size: 2_097_152,
      min_key_size: 64,
      max_SAE_ID_count: 62,
    });
    expect(json.stored_key_count).toBeGreaterThan(0);
    expect(json.stored_key_count).toBeLessThanOrEqual(json.max_key_count);
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["content-type"]).toMatch(/^application\/json/);
  });

  it("refuses a slave nobody knows, and the caller itself", async () => {
    refuse(await call(a, keys("sae-nowhere", "status")), 400, /not known/);
    refuse(await call(a, keys(`sae-${a}`, "status")), 400, "master and slave SAE are the same");
    refuse(await call(a, keys(" ", "status")), 400, /blank/);
  });
});

describe("a key", () => {
  it("is drawn by GET, by POST, and by POST without a body, and fetched by its key_ID", async () => {
    const drawn = [
      await enc(),
      await enc({ body: {} }),
      await enc({ method: "POST" }),
      await enc({ body: { number: 1, size: 256, unheard_of: true, number_of: null } }),
      await enc({}, "?number=1&size=256"),
    ];
    for (const { status, json } of drawn) {
      expect(status).toBe(200);
      expect(json.keys).toHaveLength(1);
      expect(Buffer.from(json.keys[0].key, "base64")).toHaveLength(32);
      expect(json.keys[0].key_ID).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      const route = json.key_container_extension.vernam_route;
      expect(route.routes[0][0]).toBe(a);
      expect(route.networkBits).toBeGreaterThan(256);
    }
    const [first, ...rest] = drawn.map(({ json }) => json.keys[0]);
    const one = await call(b, `${keys(`sae-${a}`, "dec_keys")}?key_ID=${first.key_ID.toUpperCase()}`);
    expect(one.json).toEqual({ keys: [first] });
    const others = await dec(rest.map((key) => key.key_ID.toUpperCase()));
    expect(others.json).toEqual({ keys: rest });
  });

  it("is handed out once: a replay is not found, in the standard's words", async () => {
    const { json } = await enc();
    const id = json.keys[0].key_ID;
    expect((await dec([id])).status).toBe(200);
    refuse(await dec([id]), 400, "one or more keys specified are not found on KME");
  });

  it("stays when another of the same request is unknown", async () => {
    const { json } = await enc({ body: { number: 2 } });
    const ids = json.keys.map((key: { key_ID: string }) => key.key_ID);
    const unknown = "00000000-0000-4000-8000-000000000000";
    refuse(await dec([...ids, unknown]), 400, "one or more keys specified are not found on KME");
    expect((await dec(ids)).json.keys).toEqual(json.keys);
  });

  it("goes to one of two that ask at once", async () => {
    const { json } = await enc();
    const answers = await Promise.all([dec([json.keys[0].key_ID]), dec([json.keys[0].key_ID])]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it("is refused to an SAE that was not named, and to a request naming another master", async () => {
    const { json } = await enc();
    const id = json.keys[0].key_ID;
    const body = { key_IDs: [{ key_ID: id }] };
    refuse(await call(c, keys(`sae-${a}`, "dec_keys"), { body }), 401, /not named/);
    refuse(await call(b, keys(`sae-${c}`, "dec_keys"), { body }), 400, /not found on KME/);
    expect((await dec([id])).status).toBe(200);
  });

  it("reaches every additional slave", async () => {
    const { json } = await enc({ body: { additional_slave_SAE_IDs: [`sae-${c}`] } });
    const body = { key_IDs: [{ key_ID: json.keys[0].key_ID }] };
    for (const site of [b, c]) {
      expect((await call(site, keys(`sae-${a}`, "dec_keys"), { body })).json).toEqual({ keys: json.keys });
    }
  });

  it("may be as long as a pad for a 64 KiB text and its tag", async () => {
    const size = (65_536 + 32) * 8;
    const { json } = await enc({ body: { size } });
    expect(Buffer.from(json.keys[0].key, "base64")).toHaveLength(size / 8);
    expect((await dec([json.keys[0].key_ID])).json.keys).toEqual(json.keys);
  });
});

describe("a wrong key request", () => {
  it.each([
    [{ size: 7 }, "size shall be a multiple of 8"],
    [{ size: 56 }, "size shall be at least 64"],
    [{ size: 0 }, /at least 64/],
    [{ size: 2_097_160 }, "size shall be at most 2097152"],
    [{ number: 0 }, "number shall be at least 1"],
    [{ number: -1 }, "number shall be at least 1"],
    [{ number: 129 }, "number shall be at most 128"],
    [{ number: 1.5 }, "number shall be an integer"],
    [{ number: "2" }, "number shall be an integer"],
    [{ number: 4_294_967_297 }, "number shall be at most 128"],
    [{ size: 2 ** 53 }, "size shall be an integer"],
    [{ additional_slave_SAE_IDs: "x" }, /^additional_slave_SAE_IDs: /],
    [{ additional_slave_SAE_IDs: [""] }, /blank/],
    [{ additional_slave_SAE_IDs: ["sae-nowhere"] }, /not known/],
    [{ extension_mandatory: {} }, /^extension_mandatory: /],
    [
      { extension_mandatory: [{ abc_route_type: "direct" }] },
      "not all extension_mandatory parameters are supported",
    ],
    [
      { extension_mandatory: [{ vernam_route: { disjoint: 3 } }] },
      "not all extension_mandatory request options could be met",
    ],
    [[], /body/],
    [null, /body/],
    ["text", /not JSON/],
    ["{", /not JSON/],
  ])("%j is refused", async (body, message) => {
    refuse(await enc({ body: body === null ? "null" : body }), 400, message);
  });

  it("cannot name the caller or one slave twice", async () => {
    refuse(await call(a, keys(`sae-${a}`, "enc_keys")), 400, "master and slave SAE are the same");
    refuse(await enc({ body: { additional_slave_SAE_IDs: [`sae-${a}`] } }), 400, /same/);
    refuse(await enc({ body: { additional_slave_SAE_IDs: [`sae-${b}`] } }), 400, /named twice/);
  });

  it("by GET knows number and size only, as integers", async () => {
    refuse(await enc({}, "?number=x"), 400, "number shall be an integer");
    refuse(await enc({}, "?size=1e3"), 400, "size shall be an integer");
    refuse(await enc({}, "?number=1&number=2"), 400, "number shall be an integer");
    refuse(await enc({}, "?size=12"), 400, "size shall be a multiple of 8");
    refuse(await enc({}, "?additional_slave_SAE_IDs=x"), 400, /POST/);
  });

  it("that is far too long is cut off with an answer", async () => {
    const answer = await enc({ body: JSON.stringify({ filler: "x".repeat(300_000) }) });
    expect(answer.status).toBe(413);
    expect(answer.json.message).toMatch(/larger/);
  });
});

describe("extensions", () => {
  it("may be empty arrays", async () => {
    const body = { additional_slave_SAE_IDs: [], extension_mandatory: [], extension_optional: [] };
    expect((await enc({ body })).status).toBe(200);
  });

  it("that are optional and not handled do not stop the key", async () => {
    const { status, json } = await enc({ body: { extension_optional: [{ abc: 1 }] } });
    expect(status).toBe(200);
    expect(json.key_container_extension.vernam_notice).toBe(
      "not all extension_optional request options handled",
    );
  });

  it("choose the way: sites to avoid are avoided, or the request is refused; an optional wish is let go", async () => {
    const free = (await enc()).json.key_container_extension.vernam_route.routes[0] as string[];
    const avoid = free.slice(1, -1);
    expect(avoid.length).toBeGreaterThan(0);
    const body = { extension_mandatory: [{ vernam_route: { avoid } }, { vernam_max_age: 60 }] };
    const { vernam_route, vernam_max_age } = (await enc({ body })).json.key_container_extension;
    expect(vernam_max_age).toBe(60);
    expect(vernam_route.hops).toBe(vernam_route.routes[0].length - 1);
    const other = vernam_route.routes[0] as string[];
    expect(other.some((site) => avoid.includes(site))).toBe(false);
    const none = { extension_mandatory: [{ vernam_route: { avoid: [b] } }] };
    refuse(await enc({ body: none }), 400, "not all extension_mandatory request options could be met");
    const liked = await enc({ body: { extension_optional: none.extension_mandatory } });
    expect(liked.status).toBe(200);
    expect(liked.json.key_container_extension.vernam_notice).toBe(
      "not all extension_optional request options handled",
    );
  });
});

describe("a wrong request for keys by ID", () => {
  it.each([
    [{}, /^key_IDs: /],
    [{ key_IDs: [] }, "the request has no key_IDs"],
    [{ key_IDs: ["x"] }, /^key_IDs.0: /],
    [{ key_IDs: [{ key_ID: "x" }] }, "a key_ID is not a UUID"],
    [{ key_IDs: [{ key_ID: 1 }] }, /^key_IDs.0.key_ID: /],
  ])("%j is refused", async (body, message) => {
    refuse(await call(b, keys(`sae-${a}`, "dec_keys"), { body }), 400, message);
  });

  it("cannot name a key twice, in whatever case, nor more than one by GET", async () => {
    const { json } = await enc();
    const id: string = json.keys[0].key_ID;
    refuse(await dec([id, id.toUpperCase()]), 400, "a key_ID is given twice");
    refuse(await call(b, `${keys(`sae-${a}`, "dec_keys")}?key_ID=${id}&key_ID=${id}`), 400, /exactly one/);
    refuse(await call(b, keys(`sae-${a}`, "dec_keys")), 400, /exactly one/);
    refuse(await call(b, keys(`sae-${a}`, "dec_keys"), { method: "POST" }), 400, /no key_IDs/);
    expect((await dec([id])).status).toBe(200);
  });
});

describe("what is no part of the interface", () => {
  it("gets the error JSON with 404 or 405", async () => {
    refuse(await call(a, "/"), 404, /no such/);
    refuse(await call(a, "/api/v1/keys/x/enc_keys/y"), 404, /no such/);
    refuse(await enc({ method: "DELETE" }), 405, "use GET or POST");
    refuse(await call(a, keys(`sae-${b}`, "status"), { method: "POST" }), 405, "use GET");
    expect((await enc({ method: "PUT", body: {} })).headers.allow).toBe("GET, POST");
  });

  it("except its own description", async () => {
    const { json } = await call(a, "/openapi.json");
    expect(json.openapi).toBe("3.1.0");
    expect(Object.keys(json.paths)).toHaveLength(3);
  });
});

describe("not enough key", () => {
  it("answers 503 with the reason and a time to come back, and burns nothing", async () => {
    const before = test.links.pools().map((pool) => pool.availableBytes);
    const answer = await enc({ body: { number: 128, size: 2_097_152 } });
    refuse(answer, 503, /There is no key route between .* bytes needed/);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(test.links.pools().map((pool) => pool.availableBytes)).toEqual(before);
  });
});

describe("who may ask", () => {
  const foreign = async () => {
    const issuer = await CertificateIssuer.open(await createRoot("Vernam key network root", Date.now()));
    const pair = await issuer.issue({ commonName: `sae-${a}`, usage: "client" }, Date.now());
    return { cert: pair.certificate, key: pair.privateKey };
  };

  it("nobody without a certificate, nor with one of another authority", async () => {
    await expect(enc({ tls: { cert: undefined, key: undefined } as RequestOptions })).rejects.toThrow();
    await expect(enc({ tls: await foreign() })).rejects.toThrow();
  });

  it("nobody by TLS 1.1", async () => {
    await expect(enc({ tls: { maxVersion: "TLSv1.1", minVersion: "TLSv1" } })).rejects.toThrow();
    expect((await enc({ tls: { maxVersion: "TLSv1.2" } })).status).toBe(200);
  });

  it("not the SAE of another site", async () => {
    refuse(await enc({ as: `sae-${c}` }), 401, /not served by/);
  });

  it("a further SAE as soon as it is issued, and no other of its name", async () => {
    await test.world.pki.issueSae("teller.7", a);
    await expect(test.world.pki.issueSae("teller.7", b)).rejects.toMatchObject({ code: "pki.sae-taken" });
    await expect(test.world.pki.issueSae("../x", b)).rejects.toMatchObject({ code: "pki.sae-name" });
    const { json } = await enc({ as: "teller.7" });
    const body = { key_IDs: [{ key_ID: json.keys[0].key_ID }] };
    expect((await call(b, keys("teller.7", "dec_keys"), { body })).status).toBe(200);
    const issuer = await CertificateIssuer.open(test.world.pki.root);
    const twin = await issuer.issue({ commonName: "teller.7", usage: "client" }, Date.now());
    const answer = await enc({ tls: { cert: twin.certificate, key: twin.privateKey } });
    refuse(answer, 401, /does not speak for/);
  });

  it("the key manager shows a version 3 certificate for its names and addresses", async () => {
    const port = Number(new URL(test.world.addressOf(a)!).port);
    const pair = test.world.pki.saeCertificate(`sae-${a}`);
    const socket = connect({
      host: "127.0.0.1",
      port,
      servername: "localhost",
      ca: test.world.pki.root.certificate,
      cert: pair.certificate,
      key: pair.privateKey,
    });
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    const certificate = socket.getPeerX509Certificate()!;
    socket.destroy();
    expect(certificate.subject).toContain(`CN=kme-${a}`);
    expect(certificate.subjectAltName).toContain("DNS:localhost");
    expect(certificate.subjectAltName).toContain("IP Address:127.0.0.1");
  });
});
