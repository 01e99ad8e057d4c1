import { become, expect, expectSoundPage, leave, test } from "../harness/test.js";
import { HANDLER, LEADER, TERMS, openByNumber, stateOn, take } from "../harness/case.js";
import { follow, raise } from "../harness/resident.js";

// From the public page to "handled": what both endings below have in common.
async function untilHandled(page, told) {
  const receipt = await raise(page, told);
  await expectSoundPage(page);

  await become(page, "office-clerk");
  await openByNumber(page, receipt.number);
  await expect(stateOn(page)).toHaveText("已收集");
  await expect(page.locator("blockquote")).toHaveText(told.detail, { useInnerText: false });
  await expectSoundPage(page);
  await take(page, "assign", TERMS);
  await expect(stateOn(page)).toHaveText("已交办待签收");

  await become(page, HANDLER);
  await openByNumber(page, receipt.number);
  await take(page, "accept");
  await expect(stateOn(page)).toHaveText("办理中");

  await become(page, LEADER);
  await openByNumber(page, receipt.number);
  await take(page, "report", { note: "进展：管道已经备齐，本周开挖。" });

  await become(page, HANDLER);
  await openByNumber(page, receipt.number);
  await take(page, "handled", { result: { label: "已解决" }, answer: "断渠已经接通，昨天下午放水。" });
  await expect(stateOn(page)).toHaveText("已办结待确认");
  await expectSoundPage(page);

  await leave(page);
  await follow(page, receipt);
  await expect(stateOn(page)).toHaveText("已办结待确认");
  await expect(page.getByText("断渠已经接通，昨天下午放水。").first()).toBeVisible();
  await expect(page.getByText("进展：管道已经备齐，本周开挖。").first()).toBeVisible();
  await expectSoundPage(page);
  return receipt;
}

test("a problem raised in public is assigned, reported on, handled, confirmed by its resident and struck off", async ({ page }) => {
  const told = { title: "四组灌溉渠垮塌断水", detail: "上个月大雨以后，四组的渠垮了六米。\n  二十多亩田浇不上水。", name: "路边人", phone: "13900001234" };
  const receipt = await untilHandled(page, told);

  await page.getByRole("button", { name: "确认结果" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("真的要“确认结果”吗");
  await expectSoundPage(page);
  await page.getByRole("button", { name: "是，确认结果" }).click();
  await expect(stateOn(page)).toHaveText("已确认待销号");

  await become(page, "office-clerk");
  await openByNumber(page, receipt.number);
  await take(page, "strike-off");
  await expect(stateOn(page)).toHaveText("已销号");

  await leave(page);
  await follow(page, receipt);
  await expect(stateOn(page)).toHaveText("已销号");
});

test("a resident who says it is not solved sends the problem back to be handled", async ({ page }) => {
  const told = { title: "五组路灯不亮", detail: "五组三盏路灯一直不亮，晚上看不见路。" };
  const receipt = await untilHandled(page, told);

  const notSolved = page.locator("form").filter({ has: page.locator('input[name=transition][value="reject"]') });
  await notSolved.getByRole("textbox").fill("昨晚又断了。");
  await notSolved.getByRole("button").click();
  await expect(stateOn(page)).toHaveText("办理中");

  await become(page, HANDLER);
  await openByNumber(page, receipt.number);
  await expect(stateOn(page)).toHaveText("办理中");
  await expect(page.getByText("重开 1 次")).toBeVisible();
  await expect(page.locator(".timeline").getByText("昨晚又断了。")).toBeVisible();
  await expectSoundPage(page);
});
