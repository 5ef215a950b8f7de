import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runKeysCli } from "../../../lib/keys/cli/keys-cli.ts";
import { CertificateIssuer, createRoot } from "../../../lib/keys/pki/certificates.ts";
import { Deployment } from "../../support/deployment.ts";
import { until } from "../../support/until.ts";

/**
 * A client that is no part of this program (curl, with nothing but the issued files) speaks to the key managers of a
 * running deployment as ETSI GS QKD 014 says.
 */
const lisbon = "pt-lis-mne";
const madrid = "es-mad-mfa";
const notFound = "one or more keys specified are not found on KME";

interface Answer {
  /** curl's exit status: 0 unless there was no HTTP answer at all. */
  readonly exit: number;
  readonly status: number;
  readonly json: { readonly message?: string; readonly keys?: readonly { key_ID: string; key: string }[] };
}

interface Client {
  readonly certificate: string;
  readonly key: string;
}

/** A whole deployment, started while other tests use the machine too. */
const startMs = 180_000;

let deployment: Deployment;
let foreign: string;

function run(program: string, args: readonly string[]): Promise<{ exit: number; out: string }> {
  return new Promise((done) => {
    execFile(program, args, (error, out) => {
      done({ exit: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out });
    });
  });
}

async function curl(client: Client | undefined, url: string, body?: unknown): Promise<Answer> {
  const { exit, out } = await run("curl", [
    ...["--silent", "--max-time", "30", "--write-out", "\n%{http_code}"],
    ...["--cacert", join(deployment.dataFolder, "qkdn/pki/root.pem")],
    ...(client === undefined ? [] : ["--cert", client.certificate, "--key", client.key]),
    ...(body === undefined
      ? []
      : ["--header", "Content-Type: application/json", "--data", JSON.stringify(body)]),
    url,
  ]);
  const lines = out.split("\n");
  const status = Number(lines.pop());
  const text = lines.join("\n");
  return { exit, status, json: text.startsWith("{") ? JSON.parse(text) : {} };
}

/** The files of an SAE's certificate, as the key network issued them. */
function sae(name: string): Client {
  const folder = join(deployment.dataFolder, "qkdn/pki/sae");
  return { certificate: join(folder, `sae-${name}.pem`), key: join(folder, `sae-${name}.key`) };
}

function keysAt(site: string, ofSae: string, action: string): string {
  const ports = JSON.parse(readFileSync(join(deployment.dataFolder, "qkdn/kmes.json"), "utf8"));
  return `https://127.0.0.1:${ports[site]}/api/v1/keys/sae-${ofSae}/${action}`;
}

/** `npm run keys -- <args>`, without its look whether everything is built. */
async function keysCommand(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const dataFolder = join(deployment.dataFolder, "qkdn");
  const exit = await runKeysCli(args, { dataFolder, now: Date.now, print: (line) => void lines.push(line) });
  expect(exit).toBe(0);
  return lines.join("\n");
}

beforeAll(async () => {
  foreign = mkdtempSync(join(tmpdir(), "vernam-foreign-"));
  deployment = await Deployment.start();
  await deployment.healthy(120_000);
}, startMs);

afterAll(async () => {
  await deployment?.stop();
  rmSync(foreign, { recursive: true, force: true });
});

describe("a foreign client with the issued certificates", () => {
  it("draws a key in Lisbon and fetches the same key in Madrid, once", async () => {
    const drawn = await curl(sae(lisbon), keysAt(lisbon, madrid, "enc_keys"));
    expect(drawn).toMatchObject({ exit: 0, status: 200 });
    const [key] = drawn.json.keys ?? [];
    expect(Buffer.from(key?.key ?? "", "base64")).toHaveLength(32);

    const wanted = { key_IDs: [{ key_ID: key?.key_ID }] };
    const fetched = await curl(sae(madrid), keysAt(madrid, lisbon, "dec_keys"), wanted);
    expect(fetched).toMatchObject({ exit: 0, status: 200 });
    expect(fetched.json.keys).toEqual([key]);

    const again = await curl(sae(madrid), keysAt(madrid, lisbon, "dec_keys"), wanted);
    expect(again).toMatchObject({ status: 400, json: { message: notFound } });
    const byDrawer = await curl(sae(lisbon), keysAt(lisbon, madrid, "dec_keys"), wanted);
    expect(byDrawer).toMatchObject({ status: 400, json: { message: notFound } });
  });

  it("draws several keys of a size it names, each another", async () => {
    const drawn = await curl(sae(lisbon), keysAt(lisbon, madrid, "enc_keys"), { number: 3, size: 512 });
    const keys = drawn.json.keys ?? [];
    expect(keys.map(({ key }) => Buffer.from(key, "base64").length)).toEqual([64, 64, 64]);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
    expect(new Set(keys.map(({ key_ID }) => key_ID)).size).toBe(3);
    const ids = keys.map(({ key_ID }) => ({ key_ID }));
    const fetched = await curl(sae(madrid), keysAt(madrid, lisbon, "dec_keys"), { key_IDs: ids });
    expect(fetched.json.keys).toEqual(keys);
  });

  it("succeeds with the line that the keys command prints", async () => {
    const line = await keysCommand("curl", lisbon);
    const { exit, out } = await run("sh", ["-c", `${line.trim()} --silent`]);
    expect(exit).toBe(0);
    expect(JSON.parse(out).keys).toHaveLength(1);
  });

  it("may be a further SAE of a site, which speaks for that site alone", async () => {
    await keysCommand("issue", "sae-archive", lisbon);
    const archive = sae("archive");
    const url = keysAt(lisbon, madrid, "enc_keys");
    const drawn = await until("the new SAE is known", async () => {
      const answer = await curl(archive, url);
      return answer.status === 200 && answer;
    });
    const wanted = { key_IDs: [{ key_ID: drawn.json.keys?.[0]?.key_ID }] };
    const byOther = await curl(sae(madrid), keysAt(madrid, lisbon, "dec_keys"), wanted);
    expect(byOther).toMatchObject({ status: 400, json: { message: notFound } });
    const fetched = await curl(sae(madrid), keysAt(madrid, "archive", "dec_keys"), wanted);
    expect(fetched.json.keys).toEqual(drawn.json.keys);
    expect((await curl(archive, keysAt(madrid, lisbon, "enc_keys"))).status).toBe(401);
  });
});

describe("whoever has no certificate of this network", () => {
  it("gets nowhere without any", async () => {
    const answer = await curl(undefined, keysAt(lisbon, madrid, "enc_keys"));
    expect(answer.exit).not.toBe(0);
    expect(answer.status).toBe(0);
  });

  it("gets nowhere with the right name under another authority", async () => {
    const issuer = await CertificateIssuer.open(await createRoot("Vernam key network root", Date.now()));
    const pair = await issuer.issue({ commonName: `sae-${lisbon}`, usage: "client" }, Date.now());
    const client = { certificate: join(foreign, "sae.crt"), key: join(foreign, "sae.key") };
    writeFileSync(client.certificate, pair.certificate);
    writeFileSync(client.key, pair.privateKey);
    for (const action of ["status", "enc_keys"]) {
      const answer = await curl(client, keysAt(lisbon, madrid, action));
      expect(answer.exit).not.toBe(0);
      expect(answer.status).toBe(0);
    }
  });

  it("gets no key of a pair that its certificate does not belong to", async () => {
    const answer = await curl(sae(madrid), keysAt(lisbon, madrid, "enc_keys"));
    expect(answer.status).toBe(401);
    expect(answer.json.keys).toBeUndefined();
  });
});
