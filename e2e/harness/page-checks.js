import AxeBuilder from "@axe-core/playwright";
import { expect } from "@playwright/test";

/** Nothing on the page breaks WCAG 2.1 AA as far as axe can see; says which rule and where. */
export async function expectAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`));
  expect(found, `accessibility of ${page.url()}`).toEqual([]);
}

/** The page fits the screen's width: nobody has to push it sideways. */
export async function expectFitsWidth(page) {
  const [needs, has] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(needs, `${page.url()} needs ${needs} px`).toBeLessThanOrEqual(has);
}

/** What must hold of every page whoever looks at it. */
export async function expectSoundPage(page) {
  await expect(page.locator("h1")).toHaveCount(1);
  await expect(page).toHaveTitle(/\S/);
  await expectFitsWidth(page);
  await expectAccessible(page);
}
