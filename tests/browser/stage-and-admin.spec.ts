import { expect, type Locator } from "@playwright/test";
import { expectAccessibleInBothThemes } from "./support/accessibility.ts";
import { expectQuiet, Post } from "./support/post.ts";
import { test, withDeployment } from "./support/worker-deployment.ts";

test.describe.configure({ mode: "serial" });
withDeployment(["presenter", "administrator", "es-mad-int"], { leavesTraces: true });

let presenter: Post;
let administrator: Post;

test.beforeAll(async ({ browser }) => {
  presenter = await Post.signIn(browser, "presenter", "stage", { width: 1600, height: 1000 });
  administrator = await Post.signIn(browser, "administrator", "admin", { width: 1440, height: 900 });
});

test.afterAll(async () => {
  await presenter?.close();
  await administrator?.close();
});

/** Longer than the messages for which keys are drawn while one writes: those leave without a route. */
const longMessage =
  `This one has to wait. ${"It needs a key of its own, and no link carries one now. ".repeat(3)}`.trim();

const desk = (side: "alice" | "bob"): Locator => presenter.page.locator(`[data-desk="${side}"]`);
const happened = (kind: string): Locator =>
  presenter.page.locator(`[data-consequences] > [data-kind="${kind}"]`);

async function write(side: "alice" | "bob", text: string): Promise<void> {
  await desk(side).getByRole("textbox", { name: "Write a message" }).fill(text);
  await desk(side).getByRole("button", { name: "Send", exact: true }).click();
  await expect(desk(side).getByRole("log")).toContainText(text);
}

async function arrives(side: "alice" | "bob", text: string): Promise<void> {
  await expect(desk(side).getByRole("log")).toContainText(text, { timeout: 45_000 });
}

/** The sites between which the route in use runs, as the map's twin list names them. */
async function chosenLink(): Promise<string> {
  return (await presenter.page.locator("[data-chosen-link]").getAttribute("data-chosen-link")) ?? "";
}

async function choose(link: string): Promise<void> {
  await presenter.page.getByRole("combobox", { name: "Link", exact: true }).selectOption(link);
  await expect(presenter.page.locator(`[data-chosen-link="${link}"]`)).toBeVisible();
}

test.describe("the stage", () => {
  test("two desks exchange messages, and the middle pane shows the bytes that crossed the wire", async () => {
    const box = desk("alice").getByRole("textbox", { name: "Write a message" });
    await expect(box).toBeVisible({ timeout: 60_000 });
    await write("alice", "The delegation lands at 14:20.");
    await arrives("bob", "The delegation lands at 14:20.");
    await write("bob", "The car waits at gate 3.");
    await arrives("alice", "The car waits at gate 3.");

    const wire = presenter.page.getByRole("region", { name: "Relay and wiretapper" });
    const envelopes = wire.locator('[data-frame="envelope"]');
    await expect(envelopes).toHaveCount(2);
    await expect(envelopes.first().locator("[data-bytes]")).toHaveText(/([0-9a-f]{2} ){40}/);
    await expect(envelopes.first()).toContainText("OTP");
    await expect(envelopes.first()).toContainText("Bob");
    await expect(envelopes.last()).toContainText("Alice");
    await expect(wire).not.toContainText("delegation");
    await expect(happened("relay").first()).toContainText(/A key of [\d,]+ bits crossed 2 links/);
    await expect(happened("delivered").first()).toBeVisible();
    await expect(presenter.page.locator("[data-route-links]")).toHaveAttribute("data-route-links", "2");
  });

  test("tapping a link of the route raises an alarm, and keys take another route", async () => {
    const { page } = presenter;
    const link = await chosenLink();
    expect(link).not.toBe("");
    await page.getByRole("button", { name: "Tap the fibre" }).click();
    await expect(happened("tap")).toContainText("measuring 50%");
    const alarm = happened("alarm").first();
    await expect(alarm).toContainText("its key is withheld", { timeout: 45_000 });
    expect(Number(/error rate ([\d.]+)%/.exec((await alarm.textContent()) ?? "")?.[1])).toBeGreaterThan(9);
    await expect(page.locator("[data-chosen-link]")).toContainText("Alarm");
    const qber = Number.parseFloat((await page.locator("[data-qber]").textContent()) ?? "");
    expect(qber).toBeGreaterThan(9);
    await expect(happened("route").first()).toContainText("now take another route", { timeout: 30_000 });
    await write("alice", "Sent while somebody listens.");
    await arrives("bob", "Sent while somebody listens.");

    const { page: administration } = administrator;
    await administration.goto(`${administrator.origin}/admin/alarms`);
    await expect(administration.getByRole("main")).toContainText("Error rate too high");
  });

  test("cutting every link of one post makes its message wait, with the reason; reset lets it leave", async () => {
    const { page } = presenter;
    for (const link of ["es-sal~es-mad-mfa", "es-mer~es-mad-mfa"]) {
      await choose(link);
      await page.getByRole("button", { name: "Cut the fibre" }).click();
      await expect(page.getByRole("button", { name: "Mend the fibre" })).toBeVisible();
    }
    await expect(happened("noRoute").first()).toContainText("messages wait", { timeout: 30_000 });
    await expect(page.getByText("No route has key")).toBeVisible();
    await write("alice", longMessage);
    await expect(desk("alice").getByRole("log")).toContainText("Waiting for key");
    await expect(desk("alice").getByRole("log")).toContainText(/There is no key route between .*cut/);
    await expect(happened("waiting").first()).toContainText("waits for key");
    await expect(desk("bob").getByRole("log")).not.toContainText("This one has to wait.");

    await page.getByRole("button", { name: "Reset to known good" }).click();
    await expect(happened("reset")).toBeVisible();
    await arrives("bob", longMessage);
    await expect(page.locator("[data-route-links]")).not.toHaveAttribute("data-route-links", "0");
  });

  test("a reload finds the same two desks with their history", async () => {
    await presenter.page.reload();
    await arrives("bob", "This one has to wait.");
    await arrives("alice", "The car waits at gate 3.");
    await write("bob", "Still the same two devices.");
    await arrives("alice", "Still the same two devices.");
  });
});

test.describe("administration", () => {
  const open = (path: string) => administrator.page.goto(`${administrator.origin}/admin${path}`);

  test("shows every link with state, error rate, rate and pool", async () => {
    await open("");
    const rows = administrator.page.getByRole("table", { name: "Links" }).locator("tbody tr");
    await expect(rows).toHaveCount(9);
    for (const row of await rows.all()) {
      await expect(row).toContainText(/Making key|Full, idle|Alarm|Down|Starting/);
      await expect(row).toContainText(/\d\.\d+%/);
      await expect(row).toContainText(/bit\/s/);
      await expect(row).toContainText(/bytes|kB|MB/);
    }
    await expect(
      administrator.page.getByText("There is no way to read a message here").first(),
    ).toBeVisible();
  });

  test("shows where key went", async () => {
    await open("/consumption");
    const { page } = administrator;
    await expect(page.getByRole("main")).toContainText("Made and used over time");
    const groups = page.getByRole("table", { name: "Grouped by" });
    await expect(groups).toContainText("Madrid");
    await page.getByRole("radio", { name: "Table" }).click();
    const series = page.getByRole("table", { name: "Made and used over time" });
    await expect(series.locator("tbody tr").first()).toBeVisible();
    await page.getByRole("radio", { name: "Cipher" }).click();
    await expect(groups).toContainText("One-time pad");
  });

  test("balances every link to zero and verifies the hash chains", async () => {
    await open("/ledger");
    const { page } = administrator;
    await expect(page.locator('[data-balance="zero"]')).toContainText("All 9 links balance to zero");
    const rows = page.getByRole("table", { name: "Balances" }).locator("tbody tr");
    await expect(rows).toHaveCount(9);
    for (const row of await rows.all()) await expect(row).toContainText("Agree");
    await page.getByRole("tab", { name: "Chains" }).click();
    await page.getByRole("button", { name: "Verify chains" }).click();
    await expect(page.locator('[data-verify="done"]')).toContainText(/Every hash is right/, {
      timeout: 60_000,
    });
    await expect(page.locator('[data-verify="done"]')).toContainText(/entries checked/);
  });

  test("tells the life of a key, and how a client connects", async () => {
    await open("/ledger");
    const { page } = administrator;
    await page.getByRole("tab", { name: "Keys" }).click();
    const first = page.getByRole("table").getByRole("link").first();
    const keyId = (await first.getAttribute("title")) ?? "";
    const filter = page.getByRole("searchbox", { name: "Filter by site, suite or identifier" });
    await filter.fill("no such key");
    await expect(page.getByText("None of the newest")).toBeVisible();
    await filter.fill(keyId);
    await page.getByRole("link", { name: `Open the life of ${keyId}` }).click();
    await expect(page.getByRole("main")).toContainText("Requested at");
    await open("/kmes");
    await expect(page.getByRole("main")).toContainText("ETSI GS QKD 014");
    await expect(page.getByRole("main")).toContainText("curl --cacert");
    const status = page.getByRole("region", { name: "Standard status between two sites" });
    await expect(status.getByRole("row", { name: /^stored_key_count/ })).toContainText(/\d/);
    await status.getByLabel("Site that receives").selectOption({ index: 1 });
    const slave = await status.getByLabel("Site that receives").inputValue();
    await expect(status.getByRole("row", { name: /^slave_SAE_ID/ })).toContainText(slave);
  });

  test("is closed to a post without the role", async ({ browser }) => {
    const officer = await Post.signIn(browser, "es-mad-int", "admin");
    await expect(officer.page.getByText("Your post may not see this")).toBeVisible();
    await officer.close();
  });
});

test("axe finds nothing on the stage at work, in both themes", async () => {
  const { page } = presenter;
  await page.goto(`${presenter.origin}/stage`);
  await expect(page.locator('[data-desk="bob"]').getByRole("log")).toBeVisible({ timeout: 60_000 });
  await expectAccessibleInBothThemes(page, "stage");
});

test("no page complained on the console, and nothing offended the content security policy", async () => {
  expectQuiet(presenter, administrator);
  const { page, watch } = administrator;
  // That the watch does see such a thing: markup with a script in it, as an injected text would bring.
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      "beforeend",
      '<img src="data:," alt="" onerror="globalThis.injected = true">',
    );
  });
  await expect.poll(() => watch.problems.join("\n")).toContain("Content Security Policy");
  expect(await page.evaluate(() => "injected" in globalThis)).toBe(false);
});
