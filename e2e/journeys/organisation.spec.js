import { become, expect, expectSoundPage, holderOf, leave, test } from "../harness/test.js";

test("the tree of units leads to a unit, to a person and back", async ({ page }) => {
  await become(page, "office-director");
  await page.goto("/organisation");
  await expectSoundPage(page);
  await page.getByLabel("查找单位").fill("高店村");
  await page.getByRole("button", { name: "查找" }).click();
  await page.getByRole("link", { name: "高店村村委会" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("高店村村委会");
  await expectSoundPage(page);

  const { name } = holderOf("village-secretary");
  await page.getByRole("link", { name }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.locator("main")).toContainText("高店村");
  await expectSoundPage(page);
});

test("the regulation of the rectification ledger is drawn and readable in two languages", async ({ page }) => {
  await become(page, "village-secretary");
  await page.goto("/regulations");
  await page.getByRole("link", { name: "问题整改台账" }).click();
  const drawing = page.getByRole("img").first();
  await expect(drawing).toBeVisible();
  for (const state of ["已收集", "办理中", "已销号"]) await expect(drawing).toContainText(state);
  await expectSoundPage(page);
  await page.goto("/regulations/rectification-ledger?lang=en");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Rectification ledger");
  await expect(page.getByRole("img").first()).toContainText("Struck off");
});

test("anybody can check the receipt of an entry in the journal", async ({ page }) => {
  await become(page, "audit-admin");
  await page.goto("/journal");
  await expectSoundPage(page);
  const line = await page.locator('main a[href^="/journal/verify?receipt="]').last().getAttribute("href");
  await leave(page);
  await page.goto(line);
  await expect(page.getByRole("alert")).toHaveCount(0);
  const receipt = await page.locator("#line").inputValue();
  expect(receipt).toMatch(/^LSR1\./);
  await expectSoundPage(page);

  await page.goto("/journal/verify");
  await page.locator("#f-receipt").fill(receipt);
  await page.getByRole("button", { name: "核验" }).click();
  await expect(page.locator("p.note")).toBeVisible();
  await page.goto("/journal/verify");
  const at = Math.floor(receipt.length / 2);
  await page.locator("#f-receipt").fill(receipt.slice(0, at) + (receipt[at] === "A" ? "B" : "A") + receipt.slice(at + 1));
  await page.getByRole("button", { name: "核验" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
});
