import { type Browser, type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import { listPosts } from "../../../lib/relay/posts.ts";
import { ConsoleWatch } from "./watch-console.ts";
import { deploymentPortFor } from "./worker-deployment.ts";

export type Cipher = "One-time pad" | "AES-256";

export interface PostOptions {
  readonly port?: number;
  /** On a room's network every post is served under this one address; otherwise each has a host of its own. */
  readonly room?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Everything of this profile goes through the HTTP proxy at this address. */
  readonly proxy?: string;
}

/** The whole name of a demonstration post, as lists and headings show it. */
export function nameOf(handle: string): string {
  const post = listPosts("iberia-small").find((candidate) => candidate.handle === handle);
  if (post === undefined) throw new Error(`no post ${handle}`);
  return post.name;
}

/** A demonstration post in a browser profile of its own, and what a person does there. */
export class Post {
  readonly context: BrowserContext;
  readonly watch: ConsoleWatch;
  readonly origin: string;
  page: Page;

  private constructor(context: BrowserContext, watch: ConsoleWatch, page: Page, origin: string) {
    this.context = context;
    this.watch = watch;
    this.page = page;
    this.origin = origin;
  }

  /** A new profile, signed in through the start page's door by one click on the post. */
  static async signIn(
    browser: Browser,
    handle: string,
    door: "messages" | "admin" | "stage" = "messages",
    options: PostOptions = {},
  ): Promise<Post> {
    const port = options.port ?? (options.room === undefined ? deploymentPortFor(handle) : 0);
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      colorScheme: options.dark ? "dark" : "light",
      locale: "en-GB",
      ...(options.proxy === undefined ? {} : { proxy: { server: options.proxy } }),
    });
    const watch = new ConsoleWatch(context);
    const page = await context.newPage();
    const post = new Post(context, watch, page, options.room ?? `http://${handle}.localhost:${port}`);
    await page.goto(`${options.room ?? `http://localhost:${port}`}/${door}`);
    // One officer for each site: the list shows them to who searches.
    if (handle.startsWith("officer-")) await page.getByRole("searchbox").fill(handle);
    await page.locator(`[data-post="${handle}"]`).click();
    await page.waitForURL(`${post.origin}/${door}`);
    return post;
  }

  /** Waits until the messenger is connected to relay and gateway. */
  async ready(page = this.page): Promise<void> {
    await expect(page.getByRole("navigation", { name: "Conversations" }).getByText("Connected")).toBeVisible({
      timeout: 45_000,
    });
  }

  /** Searches for a post, by its place or by its whole name, and opens the conversation with it. */
  async openConversation(name: string, page = this.page): Promise<void> {
    await page.getByRole("searchbox", { name: "Search conversations and posts" }).fill(name);
    const [town = name] = name.split(", ").slice(-1);
    await page.locator("[data-contact]").filter({ hasText: town }).first().click();
    await expect(this.composer(page)).toBeVisible();
  }

  composer(page = this.page): Locator {
    return page.getByRole("textbox", { name: "Write a message" });
  }

  async send(
    text: string,
    cipher: Cipher = "One-time pad",
    page = this.page,
    { postQuantum = false }: { readonly postQuantum?: boolean } = {},
  ): Promise<void> {
    const more = page.getByRole("button", { name: "Change", expanded: false });
    if (await more.isVisible()) await more.click();
    await page.getByRole("radio", { name: cipher }).click();
    await page.getByRole("checkbox", { name: "Add post-quantum" }).setChecked(postQuantum);
    await this.composer(page).fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(this.composer(page)).toHaveValue("");
  }

  /** The message with this text, to the letter, in the open conversation. */
  message(text: string, page = this.page): Locator {
    const toTheLetter = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return page.getByRole("log").locator("article").filter({ hasText: toTheLetter });
  }

  async sees(text: string, page = this.page): Promise<void> {
    await expect(this.message(text, page)).toBeVisible({ timeout: 45_000 });
  }

  async delivery(text: string, state: string | RegExp, page = this.page): Promise<void> {
    await expect(this.message(text, page).locator("p").last()).toContainText(state, { timeout: 45_000 });
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Fails with the list when any page of these posts complained. */
export function expectQuiet(...posts: readonly Post[]): void {
  for (const post of posts) expect(post.watch.problems, `console of ${post.origin}`).toEqual([]);
}
