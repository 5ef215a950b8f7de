import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The web process as it is deployed, pages included: needs the production build. */
const root = resolve(import.meta.dirname, "../../..");
const script = join(root, ".build/server.js");
const built = existsSync(script) && existsSync(join(root, ".next/BUILD_ID"));
const folders: string[] = [];
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "vernam-web-"));
  folders.push(folder);
  return folder;
}

interface Web {
  readonly child: ChildProcess;
  readonly port: number;
  readonly folder: string;
  /** Everything the process wrote. */
  readonly output: () => string;
  /** Resolves with "ready", or the failure it told, or undefined when it ended silently. */
  readonly told: Promise<{ type: string; code?: string; message?: string } | undefined>;
  readonly ended: Promise<number | null>;
}

async function startWeb(env: Record<string, string> = {}): Promise<Web> {
  const port = Number(env.PORT ?? (await freePort()));
  const folder = env.DATA_DIR ?? newFolder();
  const options: SpawnOptions = {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_ENV: "production", PORT: String(port), DATA_DIR: folder, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  };
  const child = spawn(process.execPath, [script], options);
  children.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  const told = Promise.race([
    new Promise<{ type: string }>((done) =>
      child.once("message", (message) => done(message as { type: string })),
    ),
    ended.then(() => undefined),
  ]);
  return { child, port, folder, output: () => output, told, ended };
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? done(address.port) : reject()));
    });
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A browser of one post: its own host name, its own cookies. */
class Browser {
  readonly #port: number;
  readonly #host: string;
  readonly #tls: boolean;
  readonly cookies = new Map<string, string>();

  constructor(port: number, host = "localhost", tls = false) {
    this.#port = port;
    this.#host = `${host}:${port}`;
    this.#tls = tls;
  }

  get origin(): string {
    return `${this.#tls ? "https" : "http"}://${this.#host}`;
  }

  ask(path: string, options: { method?: string; body?: string; headers?: Record<string, string> } = {}) {
    const { method = "GET", body, headers = {} } = options;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return new Promise<Answer>((done, reject) => {
      const send = this.#tls ? httpsRequest : httpRequest;
      const sent = send(
        {
          host: "127.0.0.1",
          port: this.#port,
          path,
          method,
          rejectUnauthorized: false,
          headers: {
            host: this.#host,
            ...(cookie === "" ? {} : { cookie }),
            ...(method === "GET" ? {} : { origin: this.origin }),
            ...headers,
          },
        },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on("end", () => {
            for (const line of response.headers["set-cookie"] ?? []) this.#keep(line);
            done({ status: response.statusCode ?? 0, headers: response.headers, body: text });
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  #keep(line: string): void {
    const [pair = ""] = line.split(";");
    const [name = "", value = ""] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    if (value === "" || /max-age=0/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  async json(path: string): Promise<Record<string, never>> {
    return JSON.parse((await this.ask(path)).body);
  }

  async post(path: string, fields: Record<string, string>): Promise<Answer> {
    const csrfToken: string = (await this.json("/api/auth/csrf")).csrfToken ?? "";
    const body = new URLSearchParams({ csrfToken, ...fields }).toString();
    return this.ask(path, {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  }

  signIn(handle: string): Promise<Answer> {
    return this.post("/api/auth/callback/post", { handle });
  }
}

describe.skipIf(!built)("the web process", () => {
  let web: Web;

  beforeAll(async () => {
    web = await startWeb();
    expect(await web.told, web.output()).toEqual({ type: "ready" });
  });

  const browser = (host?: string) => new Browser(web.port, host);

  it("gives each page a nonce of its own, on every script, and no inline exception", async () => {
    const [one, two] = [await browser().ask("/"), await browser().ask("/")];
    const nonceOf = (answer: Answer) =>
      /'nonce-([^']+)'/.exec(String(answer.headers["content-security-policy"]))?.[1] ?? "";
    expect(nonceOf(one)).not.toBe("");
    expect(nonceOf(one)).not.toBe(nonceOf(two));
    const scripts = one.body.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) expect(script).toContain(`nonce="${nonceOf(one)}"`);
    expect(one.body).not.toMatch(/<[^>]+\sstyle=/);
    expect(String(one.headers["content-security-policy"])).not.toContain("unsafe");
    expect(one.headers).not.toHaveProperty("x-powered-by");
  });

  it("signs a post in with one click on its own host, and only there", async () => {
    const lisbon = browser("pt-lis-mne.localhost");
    await lisbon.signIn("pt-lis-mne");
    expect(await lisbon.json("/api/auth/session")).toMatchObject({
      user: { handle: "pt-lis-mne", site: "pt-lis-mne", country: "PT", roles: ["user"] },
    });
    const answer = await lisbon.ask("/api/auth/session");
    for (const cookie of [answer.headers["set-cookie"] ?? []].flat()) {
      expect(cookie).not.toMatch(/domain=/i);
      expect(cookie).toMatch(/httponly/i);
    }
    expect(await browser("es-mad-mfa.localhost").json("/api/auth/session")).toEqual({});
    expect((await browser().signIn("nobody")).headers.location).toContain("CredentialsSignin");
  });

  it("lets nobody sign in from another page, or without the token of the form", async () => {
    const body = "handle=presenter";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const foreign = await browser().ask("/api/auth/callback/post", {
      method: "POST",
      body,
      headers: { ...headers, origin: "https://evil.example" },
    });
    expect(foreign.status).toBe(403);
    const visitor = browser();
    await visitor.ask("/api/auth/callback/post", { method: "POST", body, headers });
    expect(await visitor.json("/api/auth/session")).toEqual({});
  });

  it("gives tokens for the own site, the relay, and operations by role; and none to nobody", async () => {
    const lisbon = browser();
    expect((await lisbon.ask("/api/token?aud=relay")).status).toBe(401);
    await lisbon.signIn("pt-lis-mne");
    const token = async (from: Browser, query: string) => {
      const answer = await from.ask(`/api/token${query}`);
      return answer.status === 200 ? decodeJwt(JSON.parse(answer.body).token).aud : answer.status;
    };
    expect(await token(lisbon, "?aud=relay")).toBe("relay");
    expect(await token(lisbon, "?aud=gateway:pt-lis-mne")).toBe("gateway:pt-lis-mne");
    expect(await token(lisbon, "?aud=gateway:es-mad-mfa")).toBe(403);
    expect(await token(lisbon, "?aud=ops")).toBe(403);
    expect(await token(lisbon, "")).toBe(400);
    expect(await token(lisbon, "?aud=relay&aud=ops")).toBe(400);
    const presenter = browser("presenter.localhost");
    await presenter.signIn("presenter");
    expect(await token(presenter, "?aud=ops")).toBe("ops");
  });

  it("opens stage desks for a presenter alone, the same user for the same stage", async () => {
    const desk = { stage: "00112233445566778899aabbccddeeff", site: "es-mad-mfa", side: "alice" };
    const open = (from: Browser, body: object) =>
      from.ask("/api/stage/desk", {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
    const presenter = browser("presenter.localhost");
    await presenter.signIn("presenter");
    const first = JSON.parse((await open(presenter, desk)).body);
    const again = JSON.parse((await presenter.ask(`/api/stage/desk?${new URLSearchParams(desk)}`)).body);
    expect(first.user).toMatchObject({ handle: `desk-alice-${desk.stage}`, site: "es-mad-mfa" });
    expect(again.user).toEqual(first.user);
    expect(decodeJwt(again.gatewayToken)).toMatchObject({ aud: "gateway:es-mad-mfa", sub: first.user.id });
    expect(decodeJwt(again.relayToken)).toMatchObject({ aud: "relay", sub: first.user.id });
    for (const wrong of [{}, { ...desk, site: "nowhere" }, { ...desk, side: "eve" }, { ...desk, more: 1 }]) {
      expect((await open(presenter, wrong)).status).toBe(400);
    }
    const lisbon = browser();
    await lisbon.signIn("pt-lis-mne");
    expect((await open(lisbon, desk)).status).toBe(403);
    expect((await open(browser(), desk)).status).toBe(401);
  });

  it("forgets a session everywhere when its owner signs out, a kept cookie included", async () => {
    const lisbon = browser();
    await lisbon.signIn("pt-lis-mne");
    const kept = new Map(lisbon.cookies);
    await lisbon.post("/api/auth/signout", {});
    const thief = browser();
    for (const [name, value] of kept) thief.cookies.set(name, value);
    expect(await thief.json("/api/auth/session")).toEqual({});
    expect((await thief.ask("/api/token?aud=relay")).status).toBe(401);
  });

  it("says what a page must know, and what health waits for", async () => {
    expect(await browser().json("/api/runtime-config")).toMatchObject({
      gatewayOrigin: `http://localhost:${web.port + 1}`,
      demo: true,
      network: "nine",
    });
    const health = await browser().ask("/api/health");
    expect(health.status).toBe(503);
    expect(JSON.parse(health.body)).toMatchObject({
      status: "starting",
      components: { database: { ok: true }, gateways: { ok: false } },
    });
    const { countries } = await browser().json("/api/posts");
    expect(countries).toContainEqual(expect.objectContaining({ country: "PT" }));
  });

  it("says why it cannot start: port taken, folder in use, settings wrong", async () => {
    const samePort = await startWeb({ PORT: String(web.port) });
    expect(await samePort.told).toMatchObject({ type: "failed", code: "start.port-in-use" });
    expect(await samePort.ended).toBe(1);
    const sameFolder = await startWeb({ DATA_DIR: web.folder });
    expect(await sameFolder.told).toMatchObject({ type: "failed", code: "database.folder-locked" });
    expect(await sameFolder.ended).toBe(1);
    const wrong = await startWeb({ NETWORK: "mars" });
    expect(await wrong.told).toMatchObject({ type: "failed", message: expect.stringContaining("NETWORK") });
    expect(await wrong.ended).toBe(1);
  });

  it("stops cleanly when its launcher is gone, and goes on with the same sessions", async () => {
    const lisbon = browser();
    await lisbon.signIn("pt-lis-mne");
    web.child.disconnect();
    expect(await web.ended).toBe(0);
    expect(existsSync(join(web.folder, "web", "lock"))).toBe(false);
    const log = web.output();
    expect(log).not.toMatch(/aud=|csrfToken|next-auth\.session-token/);

    web = await startWeb({ DATA_DIR: web.folder, PORT: String(web.port) });
    expect(await web.told, web.output()).toEqual({ type: "ready" });
    expect(await lisbon.json("/api/auth/session")).toMatchObject({ user: { handle: "pt-lis-mne" } });
    web.child.kill("SIGTERM");
    expect(await web.ended).toBe(0);
  });
});

describe.skipIf(!built)("the web process outside the demonstration, by TLS", () => {
  let web: Web;

  beforeAll(async () => {
    const folder = newFolder();
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const names = ["-days", "1", "-subj", "/CN=localhost", "-keyout", key, "-out", cert];
    execFileSync("openssl", [...request, ...names], { stdio: "ignore" });
    web = await startWeb({ DEMO: "0", TLS_CERT: cert, TLS_KEY: key, LAN: "192.168.1.7" });
    expect(await web.told, web.output()).toEqual({ type: "ready" });
  });

  it("has no posts and no stage, and marks its cookies for TLS", async () => {
    const visitor = new Browser(web.port, "192.168.1.7", true);
    expect((await visitor.ask("/api/posts")).status).toBe(404);
    await visitor.signIn("presenter");
    expect(await visitor.json("/api/auth/session")).toEqual({});
    const answer = await visitor.ask("/api/auth/csrf");
    expect(answer.headers["strict-transport-security"]).toBeTypeOf("string");
    expect([...visitor.cookies.keys()].some((name) => name.startsWith("__Host-"))).toBe(true);
    expect(await visitor.json("/api/runtime-config")).toMatchObject({
      demo: false,
      gatewayOrigin: `https://192.168.1.7:${web.port + 1}`,
    });
  });

  it("keeps its key and its secret to itself", () => {
    const published = JSON.parse(readFileSync(join(web.folder, "public", "web-identity.json"), "utf8"));
    expect(Object.keys(published).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  });
});
