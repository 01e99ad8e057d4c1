import { become, expect, expectSoundPage, test } from "../harness/test.js";
import { HANDLER, assignAndAccept, openByNumber, take } from "../harness/case.js";
import { raise } from "../harness/resident.js";

test("a supervision slip is issued with a number, printed, answered, and shows its answer", async ({ page }) => {
  const { number } = await raise(page, { title: "七组堰渠漏水", detail: "七组堰渠漏水三个月没有人管。" });
  await assignAndAccept(page, number);

  await become(page, "office-director");
  await openByNumber(page, number);
  const there = page.url();
  await take(page, "supervise", { slip_reason: { label: "未按期报告进展" }, note: "三个工作日内书面说明原因和完成时间。" });
  await expect(page.getByText("督办单 1 份未回复")).toBeVisible();
  const slip = page.locator("aside section").filter({ has: page.getByRole("heading", { name: "督办单" }) }).getByRole("link");
  const slipNumber = await slip.innerText();
  expect(slipNumber).toMatch(/〔\d{4}〕\d+号/);
  await slip.click();
  await expect(page.locator("article.paper")).toContainText(slipNumber);
  await expect(page.locator("article.paper")).toContainText("三个工作日内书面说明原因和完成时间。");
  await expectSoundPage(page);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator("header.top")).toBeHidden();
  await expect(page.locator("nav.rail")).toBeHidden();
  await expect(page.locator("article.paper")).toBeVisible();
  await page.emulateMedia({ media: "screen" });
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "docx" }).click()]);
  expect(file.suggestedFilename()).toMatch(/\.docx$/);

  await become(page, HANDLER);
  await page.goto(there);
  await take(page, "answer-slip", { note: "已经找到漏点，本周五前堵好。" });
  await expect(page.getByText("督办单 1 份未回复")).toHaveCount(0);
  await page.getByRole("link", { name: slipNumber }).click();
  await expect(page.locator("article.paper")).toContainText("已经找到漏点，本周五前堵好。");
});
