import { become, expect, expectSoundPage, leave, test } from "../harness/test.js";

// A circular is issued once a month, so one width issues it and the other reads an earlier one.
test("this month's circular takes two clicks", async ({ page, isMobile }) => {
  test.skip(isMobile, "the wide screen issues it");
  await become(page, "office-director");
  await page.goto("/publications");
  await page.getByRole("button", { name: /^起草/ }).first().click();
  const title = await page.locator(".head h1").innerText();
  expect(title).toMatch(/\d{4}年\d+月问题整改情况的通报/);
  await expectSoundPage(page);
  await page.getByRole("button", { name: /签发/ }).click();
  await expect(page.locator(".doc-number")).toContainText(/〔\d{4}〕\d+号/);
  await expect(page.getByRole("button", { name: /签发/ })).toHaveCount(0);

  const number = await page.locator(".doc-number").innerText();
  await leave(page);
  await page.goto("/public/publications");
  await page.getByRole("link", { name: title }).click();
  await expect(page.locator("article.paper")).toContainText(number);
});

test("every number of a circular leads to its rows, and the circular can be taken along", async ({ page }) => {
  await become(page, "office-director");
  await page.goto("/publications");
  await expectSoundPage(page);
  await page.getByRole("link", { name: /问题整改情况的通报/ }).last().click();
  await expectSoundPage(page);

  // A number of one digit, so that all its rows are on one page.
  const count = page.locator("article.paper a.count").filter({ hasText: /^\s*[1-9]\s*$/ }).first();
  const value = Number(await count.innerText());
  await count.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(String(value));
  await expect(page.locator("table.list tbody tr")).toHaveCount(value);
  await expect(page.locator("table.list tbody a").first()).toHaveAttribute("href", /^\/cases\//);
  await expectSoundPage(page);
  await page.goBack();

  for (const format of ["docx", "xlsx"]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: format, exact: true }).click()]);
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${format}$`));
  }
});

test("anybody reads the circulars in public, without a way into the cases", async ({ page }) => {
  await leave(page);
  await page.goto("/public/publications");
  await expectSoundPage(page);
  await page.getByRole("link", { name: /问题整改情况的通报/ }).last().click();
  await expect(page.locator("article.paper")).toContainText(/〔\d{4}〕\d+号/);
  await expect(page.locator('article.paper a[href^="/cases"]')).toHaveCount(0);
  await expectSoundPage(page);
});
