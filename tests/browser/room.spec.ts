import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { type Browser, expect, test } from "@playwright/test";
import { Deployment } from "../support/deployment.ts";
import { expectQuiet, Post } from "./support/post.ts";

/** `npm run demo -- --lan` on the network of the nine states: laptops of a room, by HTTPS, under one address. */
let deployment: Deployment;
let browser: Browser;
let lisbon: Post;
let valletta: Post;

test.describe.configure({ mode: "serial" });

/** What Chromium is told to trust, so that the room's origin is a secure one for service workers too. */
function pinOf(origin: string, ca: Buffer): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ca }, () => {
      const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
      socket.destroy();
      if (key) resolve(createHash("sha256").update(key).digest("base64"));
      else reject(new Error(`no certificate at ${origin}`));
    }).on("error", reject);
  });
}

test.beforeAll(async ({ playwright, launchOptions }) => {
  test.setTimeout(240_000);
  deployment = await Deployment.start({ network: "nine", lan: true });
  await deployment.healthy(180_000);
  const room = deployment.origin;
  const authority = readFileSync(join(deployment.dataFolder, "public", "authority.crt"));
  const pins = await Promise.all([room, deployment.gatewayOrigin].map((origin) => pinOf(origin, authority)));
  browser = await playwright.chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), `--ignore-certificate-errors-spki-list=${pins.join()}`],
  });
  lisbon = await Post.signIn(browser, "pt-lis-mne", "messages", { room });
  valletta = await Post.signIn(browser, "mt-mita1", "messages", { room });
  await lisbon.ready();
  await valletta.ready();
});

test.afterAll(async () => {
  await lisbon?.close();
  await valletta?.close();
  await browser?.close();
  await deployment?.stop();
});

/** What the listener's certificate proves to a machine that trusts only the demonstration's own authority. */
function proofOf(origin: string, ca?: Buffer): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ...(ca ? { ca } : {}) }, () => {
      resolve(socket.authorized ? "trusted" : socket.authorizationError.message);
      socket.destroy();
    }).on("error", reject);
  });
}

test("both addresses are proven by the demonstration's own authority, and by nobody else's", async () => {
  const authority = readFileSync(join(deployment.dataFolder, "public", "authority.crt"));
  for (const origin of [deployment.origin, deployment.gatewayOrigin]) {
    expect(await proofOf(origin, authority)).toBe("trusted");
    await expect(proofOf(origin)).rejects.toThrow(/self-signed|unable to (get|verify)/);
  }
});

test("the launcher prints the room's address and a QR code of it", async () => {
  expect(deployment.text).toContain(`Vernam is ready:  ${deployment.origin}`);
  expect(deployment.text).toMatch(/[▀▄█]{10,}/);
});

test("Lisbon and Valletta exchange one-time pad and AES messages over the nine states", async () => {
  await lisbon.openConversation("MITA data centre Santa Venera");
  await lisbon.send("From the Tagus to the Grand Harbour.");
  await valletta.openConversation("Ministry of Foreign Affairs, Lisbon");
  await valletta.sees("From the Tagus to the Grand Harbour.");
  await valletta.send("And back, under the other cipher.", "AES-256");
  await lisbon.sees("And back, under the other cipher.");
  await valletta.delivery("And back, under the other cipher.", "Read");
});

test("what the session keeps stays on HTTPS", async () => {
  const cookies = await lisbon.context.cookies();
  expect(cookies.length).toBeGreaterThan(0);
  expect(cookies.every(({ secure }) => secure)).toBe(true);
  expect(await lisbon.page.evaluate(() => isSecureContext)).toBe(true);
});

test("the administrator sees links of all nine states", async () => {
  const administrator = await Post.signIn(browser, "administrator", "admin", { room: deployment.origin });
  const search = administrator.page.getByRole("searchbox").first();
  for (const place of ["Malta", "Budapest", "Amsterdam", "Lisbon"]) {
    await search.fill(place);
    await expect(administrator.page.getByRole("row").filter({ hasText: place }).first()).toBeVisible();
  }
  expectQuiet(administrator, lisbon, valletta);
  await administrator.close();
});
