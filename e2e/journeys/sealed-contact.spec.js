import { become, expect, expectSoundPage, leave, test } from "../harness/test.js";
import { assignAndAccept, openByNumber } from "../harness/case.js";
import { follow, raise } from "../harness/resident.js";

const NAME = "巫山客";
const PHONE = "13900009876";

test("the handler sees no name; the director opens it with a reason; the resident sees who looked", async ({ page }) => {
  const receipt = await raise(page, { title: "邻居夜间噪音扰民", detail: "邻居半夜切割木料，睡不着。", name: NAME, phone: PHONE });
  await assignAndAccept(page, receipt.number);
  await expect(page.locator("body")).not.toContainText(NAME);
  await expect(page.locator("body")).not.toContainText(PHONE);
  const there = page.url();
  const past = await page.request.post(`${there}/unseal`, { form: { reason: "想知道是谁" }, headers: { origin: new URL(there).origin } });
  expect(past.status()).toBe(403);
  expect(await past.text()).not.toContain(NAME);

  await become(page, "office-director");
  await openByNumber(page, receipt.number);
  await expect(page.locator("body")).not.toContainText(NAME);
  await page.locator("aside details summary", { hasText: "查看身份" }).click();
  await page.getByLabel("查看理由").fill("约定上门核实的时间");
  await page.getByRole("button", { name: "查看身份" }).click();
  await expect(page.locator("aside")).toContainText(NAME);
  await expect(page.locator("aside")).toContainText(PHONE);
  await expectSoundPage(page);

  await leave(page);
  await follow(page, receipt);
  const looked = page.locator("section").filter({ has: page.getByRole("heading", { name: "谁看过您的联系方式" }) });
  await expect(looked).toContainText("党政办主任");
  await expect(looked).toContainText("约定上门核实的时间");
  await expectSoundPage(page);
});
