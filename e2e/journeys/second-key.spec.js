import { become, expect, test } from "../harness/test.js";
import { assignAndAccept, openByNumber, stateOn, take } from "../harness/case.js";
import { raise } from "../harness/resident.js";

const SECOND_KEY = ["confirm", "verify", "strike-off"];

test("whoever handles a problem can neither confirm nor strike it off, on the page or past it", async ({ page }) => {
  const { number } = await raise(page, { title: "三组排水沟堵了", detail: "三组排水沟堵了，雨水往屋里倒灌。" });
  await assignAndAccept(page, number);
  await take(page, "handled", { result: { label: "已解决" }, answer: "排水沟已经清掏。" });
  await expect(stateOn(page)).toHaveText("已办结待确认");

  const there = page.url();
  const version = await page.locator("input[name=version]").first().getAttribute("value");
  for (const transition of SECOND_KEY) {
    await expect(page.locator(`input[name=transition][value="${transition}"]`)).toHaveCount(0);
    const answer = await page.request.post(`${there}/transitions`, {
      form: { transition, version, note: "自己确认" },
      headers: { origin: new URL(there).origin },
    });
    expect([403, 409, 422], `${transition} was answered with ${answer.status()}`).toContain(answer.status());
  }
  await page.reload();
  await expect(stateOn(page)).toHaveText("已办结待确认");

  // The office may strike off, but not before the second key has turned.
  await become(page, "office-clerk");
  await openByNumber(page, number);
  await expect(page.locator('input[name=transition][value="strike-off"]')).toHaveCount(0);
});
