import { expect } from "@playwright/test";

import { become } from "./sign-in.js";

/** Who a problem of the journeys is assigned to. */
export const TERMS = {
  class: { label: "限期整改" },
  leader: { label: "谢柏川" },
  department: { label: "农业综合服务中心" },
  person: { label: "涂耕野" },
};

/** The accounts of the two who are named there. */
export const LEADER = { login: "xiebaichuan" };
export const HANDLER = { login: "tugengye" };

/** The form of one move on the page of a case, opened if it is folded away. */
export async function moveForm(page, transition) {
  const form = page.locator("form").filter({ has: page.locator(`input[name=transition][value="${transition}"]`) });
  await expect(form, `the move ${transition} is on the page`).toHaveCount(1);
  const folded = page.locator(`details#move-${transition}:not([open])`);
  if (await folded.count()) await folded.locator("> summary").click();
  return form;
}

/**
 * Takes one move on the page of a case; what cannot be undone is confirmed.
 * @param {import("@playwright/test").Page} page
 * @param {string} transition its key in the procedure
 * @param {Record<string, string | {label: string}>} [told] texts by name of field; an object picks the option that begins so
 */
export async function take(page, transition, told = {}) {
  const form = await moveForm(page, transition);
  for (const [name, value] of Object.entries(told)) {
    const field = form.locator(`[name="${name}"]`);
    await (typeof value === "string" ? field.fill(value) : choose(field, value.label));
  }
  if (await form.getAttribute("data-confirm")) page.once("dialog", (question) => question.accept());
  await form.getByRole("button").last().click();
  await expect(page.getByRole("status").filter({ hasText: "已办" })).toBeVisible();
}

/** Picks the option of a select that begins with the words, as somebody reading the list does. */
export async function choose(field, words) {
  const option = field.locator("option").filter({ hasText: new RegExp(`^\\s*${words}`) }).first();
  await field.selectOption(await option.getAttribute("value"));
}

/** Opens a case by its number through the search that every page has. */
export async function openByNumber(page, number) {
  await page.goto(`/cases?q=${encodeURIComponent(number)}`);
  await page.getByRole("link", { name: number, exact: true }).click();
  await expect(page.locator(".head").getByText(number)).toBeVisible();
}

/** Has the clerk assign a problem and the handler accept it; the page is the handler's afterwards. */
export async function assignAndAccept(page, number) {
  await become(page, "office-clerk");
  await openByNumber(page, number);
  await take(page, "assign", TERMS);
  await become(page, HANDLER);
  await openByNumber(page, number);
  await take(page, "accept");
  await expect(stateOn(page)).toHaveText("办理中");
}

/** The state a case page or a public page shows first. */
export function stateOn(page) {
  return page.locator("main .mark").first();
}
