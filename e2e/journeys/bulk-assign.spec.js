import { become, expect, test } from "../harness/test.js";
import { choose } from "../harness/case.js";
import { raise } from "../harness/resident.js";

test.skip(({ isMobile }) => isMobile, "a telephone has no keyboard");

test("three problems are ticked and assigned at once without touching the mouse", async ({ page }) => {
  const mark = `成批${Date.now() % 1e7}`;
  for (const n of ["甲", "乙", "丙"]) await raise(page, { title: `${mark}${n}处路面破损`, detail: `${n}处路面破损，骑车摔过人。` });

  await become(page, "office-clerk");
  await page.goto("/cases");
  const { keyboard } = page;
  await keyboard.press("/");
  await expect(page.locator(":focus")).toHaveAttribute("name", "q");
  await keyboard.type(mark);
  await keyboard.press("Enter");
  const rows = page.locator("table.list tbody tr");
  await expect(rows).toHaveCount(3);

  for (let n = 0; n < 3; n += 1) {
    await keyboard.press("j");
    await keyboard.press("x");
  }
  await keyboard.press("k");
  await expect(rows.nth(1)).toHaveClass(/\bat\b/);
  await expect(page.locator("[data-bulk] [data-count]")).toHaveText("3");

  // Tab leads from the rows into the bar that has appeared; the arrows or the first letters choose there.
  const bar = page.locator("[data-bulk]");
  for (const [name, words] of [["class", "限期整改"], ["leader", "谢柏川"], ["department", "农业综合服务中心"], ["person", "涂耕野"]]) {
    await tabTo(page, name);
    await choose(bar.locator(`[name="${name}"]`), words);
  }
  await tabTo(page, null);
  await keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("已交办 3 件");
  await expect(rows).toHaveCount(3);
  await expect(page.locator("tbody .mark", { hasText: "已交办待签收" })).toHaveCount(3);
});

/** Presses Tab until the field of that name, or the button of the bar, is reached. */
async function tabTo(page, name) {
  for (let step = 0; step < 40; step += 1) {
    const here = await page.evaluate(() => ({ name: document.activeElement.name, bar: Boolean(document.activeElement.closest("[data-bulk]")), button: document.activeElement.matches("button") }));
    if (here.bar && (name ? here.name === name : here.button)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${name ?? "the button"} of the bar`);
}
