import { enterByPassword, expect, expectSoundPage, holderOf, leave, test } from "../harness/test.js";

const refusal = (page) => page.getByRole("alert");

test("a wrong password and an unknown name are refused in the same words", async ({ page }) => {
  const { login } = holderOf("village-cadre");
  const said = [];
  for (const name of [login, `nobody-${login}`]) {
    await enterByPassword(page, { login: name, password: "not-the-password-1" });
    await expect(refusal(page)).toBeVisible();
    said.push(await refusal(page).innerText());
    await expectSoundPage(page);
    await expect(page.locator("[name=password]"), "a refused password is not shown again").toHaveValue("");
  }
  expect(said[0]).toBe(said[1]);
});

test("somebody signs in, changes the language and the size of the letters, and signs out", async ({ page }) => {
  const account = holderOf("inspector");
  await enterByPassword(page, account);
  await page.waitForURL((now) => now.pathname === "/");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(account.name);

  const mine = page.locator("details.me > summary");
  await mine.click();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expectSoundPage(page);

  await mine.click();
  await page.getByRole("button", { name: "中文" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");

  const size = () => page.locator("main p").first().evaluate((text) => parseFloat(getComputedStyle(text).fontSize));
  const before = await size();
  await mine.click();
  await page.locator('form[action="/elder"] button').click();
  await expect(page.locator("html")).toHaveClass(/elder/);
  expect(await size()).toBeGreaterThan(before);
  await expectSoundPage(page);

  await mine.click();
  await page.locator('form[action="/sign-out"] button').click();
  await page.goto("/cases");
  await expect(page.getByRole("link", { name: "登录" }).first()).toBeVisible();
  await expect(page.getByText(account.name)).toHaveCount(0);
});

test("whoever walks with the Tab key sees where they are", async ({ page }) => {
  await leave(page);
  await page.goto("/sign-in");
  await page.keyboard.press("Tab");
  await expect(page.locator(":focus")).toHaveText("跳到正文");
  const seen = new Set();
  for (let step = 0; step < 8; step += 1) {
    const mark = await page.evaluate(() => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
      const name = document.activeElement.outerHTML.slice(0, 120);
      return { name, visible: (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none" };
    });
    expect(mark.visible, `focus is visible on ${mark.name}`).toBe(true);
    seen.add(mark.name);
    await page.keyboard.press("Tab");
  }
  expect(seen.size).toBeGreaterThan(4);
});
