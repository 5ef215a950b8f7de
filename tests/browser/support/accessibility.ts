import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What a theme can break: it changes colours and nothing else. */
const rulesOfColour = ["color-contrast", "link-in-text-block"];

/**
 * Looks at the page as it is by every rule in the light theme, and by those of colour in the dark one; fails with every
 * violation that axe finds.
 */
export async function expectAccessibleInBothThemes(page: Page, name: string): Promise<void> {
  expect(page.frames(), `frames of ${name}`).toHaveLength(1);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Without a second page to sum up in, which only frames of other origins need, and without lists of what is right.
    const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
    const { violations } = await (colorScheme === "light"
      ? axe.withTags(rules)
      : axe.withRules(rulesOfColour)
    ).analyze();
    const found = violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      where: nodes.slice(0, 4).map(({ html }) => html.slice(0, 160)),
    }));
    expect(found, `accessibility of ${name}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light" });
}
