import { expect } from "@playwright/test";

/**
 * Raises a problem on the public page as a resident does, and keeps what the receipt says.
 * @param {import("@playwright/test").Page} page
 * @param {{title: string, detail: string, place?: string, name?: string, phone?: string}} told
 *   with a name or telephone the contact is sealed, without both the resident stays anonymous
 * @returns {Promise<Receipt>}
 *
 * @typedef {{number: string, code: string, link: string}} Receipt
 */
export async function raise(page, told) {
  await page.goto("/public/raise");
  await page.getByLabel("在哪个村（社区）").selectOption({ label: told.place ?? "高店村村委会" });
  await page.getByLabel("一句话说是什么事").fill(told.title);
  await page.getByLabel("详细说说").fill(told.detail);
  if (told.name || told.phone) {
    await page.getByRole("radio", { name: /留联系方式/ }).check();
    await page.getByRole("textbox", { name: "称呼" }).fill(told.name ?? "");
    await page.getByRole("textbox", { name: "电话" }).fill(told.phone ?? "");
  }
  await page.getByRole("button", { name: "提交" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("回执");
  return receiptOn(page);
}

async function receiptOn(page) {
  const [number, code] = await page.locator(".p-keys dd").allInnerTexts();
  expect(code).toMatch(/^\d{6}$/);
  return { number, code, link: await page.getByRole("link", { name: "看进度" }).getAttribute("href") };
}

/** Opens a problem with the number and the six digits of its receipt. */
export async function follow(page, { number, code }) {
  await page.goto("/public/follow");
  await page.getByLabel("编号").fill(number);
  await page.getByLabel("查询码").fill(code);
  await page.getByRole("button", { name: "查看" }).click();
  await expect(page.getByText(number).first()).toBeVisible();
}
