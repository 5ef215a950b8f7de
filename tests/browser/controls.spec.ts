import { expect, type Locator, test } from "@playwright/test";
import { Deployment } from "../support/deployment.ts";
import { expectQuiet, Post } from "./support/post.ts";

/** Every control of the stage, on the network of the nine states: what it does is seen within five seconds. */
const soon = { timeout: 5000 };

let deployment: Deployment;
let presenter: Post;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  deployment = await Deployment.start({ network: "nine" });
  await deployment.healthy(180_000);
  presenter = await Post.signIn(browser, "presenter", "stage", {
    port: deployment.port,
    width: 1600,
    height: 1100,
  });
  const bob = presenter.page.locator('[data-desk="bob"]');
  await expect(bob.getByRole("textbox", { name: "Write a message" })).toBeVisible({ timeout: 90_000 });
  await expect(presenter.page.getByRole("button", { name: "Tap the fibre" })).toBeEnabled({
    timeout: 30_000,
  });
});

test.afterAll(async () => {
  await presenter?.close();
  await deployment?.stop();
});

const happened = (kind: string): Locator =>
  presenter.page.locator(`[data-consequences] > [data-kind="${kind}"]`).first();
const button = (name: string): Locator => presenter.page.getByRole("button", { name, exact: true });
const controls = (): Locator => presenter.page.locator('[data-tour="controls"]');

async function press(name: string, kind: string, text: string | RegExp): Promise<void> {
  await button(name).click();
  await expect(happened(kind)).toContainText(text, soon);
}

async function reset(): Promise<void> {
  await press("Reset to known good", "reset", "You reset every link");
}

test("every eavesdropper is said and shown on its link, and stops", async () => {
  const { page } = presenter;
  await press("Tap the fibre", "tap", "measuring 50%");
  await expect(button("Stop tapping")).toBeVisible(soon);
  await press("Stop tapping", "tapStopped", "You stopped tapping");
  for (const [model, label] of [
    ["photon-number-splitting", "Split off photons"],
    ["blinding", "Blind the receiver"],
    ["jamming", "Jam with light"],
    ["man-in-the-middle", "Stand in the middle"],
  ] as const) {
    await page.getByRole("combobox", { name: "Eavesdropper" }).selectOption(model);
    await press("Start the attack", "attack", label);
    await expect(button("Stop the attack")).toBeVisible(soon);
    await press("Stop the attack", "attackStopped", "You stopped attacking");
    await expect(button("Start the attack")).toBeVisible(soon);
  }
});

test("every fault is said and shown on its link, and is repaired", async () => {
  const { page } = presenter;
  await press("Cut the fibre", "cut", "You cut");
  await expect(button("Mend the fibre")).toBeVisible(soon);
  await press("Mend the fibre", "mended", "You mended");
  for (const [fault, label] of [
    ["loss", "Added loss"],
    ["drift", "Fibre turns the light"],
    ["detector", "Detector fails"],
  ] as const) {
    await page.getByRole("combobox", { name: "Fault" }).selectOption(fault);
    await press("Cause the fault", "fault", label);
    await expect(button("Repair")).toBeVisible(soon);
    await press("Repair", "faultMended", "You repaired");
    await expect(button("Cause the fault")).toBeVisible(soon);
  }
});

test("authentication goes off and on", async () => {
  await press("Switch authentication off", "authenticationOff", "it supplies no key");
  await expect(button("Switch authentication on")).toBeVisible(soon);
  await press("Switch authentication on", "authenticationOn", "on again");
});

test("an emptied pool holds no key", async () => {
  const stored = controls().locator("dl > div").filter({ hasText: "Stored" }).locator("dd");
  // What is left after the faults before this may be little.
  await expect(stored).toHaveText(/[1-9]/);
  await press("Empty the pool", "poolEmptied", "thrown away at both ends");
  await expect(stored).toHaveText(/^(\d{1,3} bytes|[\d.]{1,4} kB)$/, soon);
});

test("a compromised node is followed by exactly what it saw", async () => {
  await presenter.page.getByRole("radio", { name: "Network and sky" }).check();
  const sent = presenter.page.locator('[data-desk="alice"]');
  const seen = controls().locator("[data-seen]");
  let told = 0;
  // Routes move while pools fill: what was on the way when a message left need not be on it now.
  await expect(async () => {
    if (await button("Trust again").isVisible()) await button("Trust again").click();
    await sent.getByRole("textbox", { name: "Write a message" }).fill("Over the trusted nodes.");
    await sent.getByRole("button", { name: "Send", exact: true }).click();
    await expect(happened("delivered")).toBeVisible({ timeout: 45_000 });
    await press("Compromise", "nodeCompromised", /it saw \d+ of \d+ keys/);
    await expect(seen).toBeVisible(soon);
    told = Number(/saw (\d+) of/.exec((await seen.locator("summary").textContent()) ?? "")?.[1]);
    expect(told).toBeGreaterThan(0);
  }).toPass({ timeout: 60_000 });
  await expect(seen.locator("li")).toHaveCount(Math.min(told, 500));
  await press("Trust again", "nodeTrusted", "trusted again");
  await expect(seen).toHaveCount(0, soon);
});

test("a broken X-Wing fells the devices whose access secret crossed the network, shown one by one", async () => {
  await press("Break X-Wing", "xWingBroken", /[1-9]\d* of \d+ devices fall/);
  await expect(controls().locator("[data-fallen] li").first()).toContainText(/falls|stands/, soon);
  await press("X-Wing holds again", "unbroken", "X-Wing holds again");
});

test("a broken QKD fells the messages without post-quantum", async () => {
  await press("Break QKD", "qkdBroken", /[1-9]\d* of \d+ recorded messages fall/);
  await press("QKD holds again", "unbroken", "QKD holds again");
});

test("clouds come over a station and go, and the satellites' clock runs faster", async () => {
  const { page } = presenter;
  await press("Clouds", "clouds", "give no key");
  await expect(controls().locator('[data-sky="cloudy"]')).toBeVisible(soon);
  await press("Clear sky", "clearSky", "Clear sky over");
  await expect(controls().locator('[data-sky="clear"]')).toBeVisible(soon);
  await press("As forecast", "forecast", "follows the forecast again");
  await page.getByRole("combobox", { name: "Speed of the satellites" }).selectOption("120");
  await expect(happened("clockRate")).toContainText("× 120", soon);
  await expect(page.getByRole("combobox", { name: "Speed of the satellites" })).toHaveValue("120", soon);
});

test("reset brings all of it back", async () => {
  await button("Break QKD").click();
  await expect(button("QKD holds again")).toBeVisible(soon);
  await reset();
  await expect(button("Break QKD")).toBeVisible(soon);
});

test("no page complained", () => expectQuiet(presenter));
