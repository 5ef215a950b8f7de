const patience = 90_000;

/** Posts of the demonstration, each in a browser profile of its own for as long as the pictures are taken. */
export class Posts {
  #browser;
  #port;
  #pages = new Map();

  constructor(browser, port) {
    this.#browser = browser;
    this.#port = port;
  }

  /** The post's page, shown at `path`; signed in by one click when it is not yet. */
  async open(handle, path) {
    const origin = `http://${handle}.localhost:${this.#port}`;
    const known = this.#pages.get(handle);
    if (known !== undefined) {
      if (!known.url().startsWith(`${origin}/${path}`)) await known.goto(`${origin}/${path}`);
      return known;
    }
    const context = await this.#browser.newContext({ locale: "en-GB" });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    await page.goto(`http://localhost:${this.#port}/${path}`);
    if (handle.startsWith("officer-")) await page.getByRole("searchbox").fill(handle);
    await page.locator(`[data-post="${handle}"]`).click();
    await page.waitForURL(`${origin}/${path}`);
    this.#pages.set(handle, page);
    return page;
  }
}

/** Waits until nothing of the page is still on its way. */
export async function settled(page) {
  await page.locator("main h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector("main .going-on") === null);
  return page;
}

export async function openConversation(page, place) {
  await page.getByRole("navigation", { name: "Conversations" }).getByText("Connected").waitFor();
  await page.getByRole("searchbox", { name: "Search conversations and posts" }).fill(place);
  await page.locator("[data-contact]").filter({ hasText: place }).first().click();
}

export async function send(page, text, cipher) {
  const more = page.getByRole("button", { name: "Change", expanded: false });
  if (await more.isVisible()) await more.click();
  await page.getByRole("radio", { name: cipher }).click();
  await page.getByRole("textbox", { name: "Write a message" }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}
