import { expect, expectSoundPage, test } from "../harness/test.js";

test("the first page speaks Chinese to a Chinese browser", async ({ page }) => {
  const answer = await page.goto("/");
  expect(answer.status()).toBe(200);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  await expect(page.locator("h1")).toContainText(/\p{Script=Han}/u);
  await expectSoundPage(page);
});

test.describe("an English browser", () => {
  test.use({ locale: "en-US" });

  test("gets the first page in English", async ({ page }) => {
    const answer = await page.goto("/");
    expect(answer.status()).toBe(200);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page.locator("h1")).not.toContainText(/\p{Script=Han}/u);
    await expectSoundPage(page);
  });
});
