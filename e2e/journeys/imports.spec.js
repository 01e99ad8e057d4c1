import { become, expect, expectSoundPage, test } from "../harness/test.js";
import { gb18030 } from "../harness/gb18030.js";

const HEADS = "序号,问题,问题详情,收集方式,所在村（社区）,联系电话";

/** The rows of a small workbook; `mark` keeps one journey's rows apart from another's. */
function rowsOf(mark) {
  return [
    `1,${mark}堰塘淤泥多年未清,"${mark}堰塘多年没有清淤，\n抽水机都下不去。",走访,高店村村委会,13900000001`,
    `2,${mark}村口弯道缺少反光镜,${mark}村口弯道看不见来车。,网络信息,黑虎村村委会,13900000002`,
    `3,${mark}文化广场灯坏了,${mark}广场的灯坏了三盏。,走访,高店村村委会,`,
  ];
}

const csvOf = (rows) => [HEADS, ...rows].join("\r\n");

// Excel marks its UTF-8 so.
const utf8 = (text) => Buffer.from(`\uFEFF${text}`, "utf8");

const markOf = (info) => `${info.project.name === "phone" ? "桥头" : "坡上"}${Date.now() % 1e6}`;
const head = (page) => page.getByRole("heading", { level: 1 });
const run = (page) => page.getByRole("button", { name: /^导入/ });
const done = (page) => expect(head(page)).toHaveText("导入完成", { timeout: 20_000 });
const column = (page, title) => page.getByRole("combobox", { name: title, exact: true });
const picked = (field) => field.locator("option:checked");

async function handIn(page, name, buffer) {
  await page.goto("/imports/new");
  await page.getByLabel("文件").setInputFiles({ name, mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "下一步：核对" }).click();
  await expect(head(page)).toHaveText(name);
}

async function takeBack(page) {
  await page.getByRole("link", { name: "撤销这次导入" }).click();
  await expectSoundPage(page);
  await page.getByLabel("撤销原因").fill("选错了文件");
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "撤销这次导入" }).click();
}

test("a workbook is checked, imported, looked at and taken back as a whole", async ({ page }, info) => {
  const mark = markOf(info);
  await become(page, "office-clerk");
  await page.goto("/imports/new");
  await expectSoundPage(page);
  await handIn(page, "三件问题.csv", utf8(csvOf(rowsOf(mark))));
  await expect(page.getByText("共 3 行：可导入 3 行，退回 0 行。")).toBeVisible();
  await expect(picked(column(page, "问题"))).toHaveText("问题（标题）");
  await expect(picked(column(page, "问题详情"))).toHaveText("原话");
  await expect(picked(column(page, "联系电话"))).toHaveText("联系方式（密封）");
  await expectSoundPage(page);

  await run(page).click();
  await done(page);
  await expect(page.getByText("已导入 3 件")).toBeVisible();
  await expectSoundPage(page);
  await page.getByRole("link", { name: "查看导入的事项" }).click();
  await expect(page.locator("table.list tbody tr")).toHaveCount(3);
  await page.getByRole("link", { name: `${mark}堰塘淤泥多年未清` }).click();
  const words = await page.locator("blockquote.verbatim").textContent();
  expect(words).toBe(`${mark}堰塘多年没有清淤，\n抽水机都下不去。`);
  await expect(page.locator("main")).not.toContainText("13900000001");

  await page.goto("/imports");
  await expectSoundPage(page);
  await takeBack(page);
  await expect(page.getByRole("status")).toContainText("移除 3 件");
  await page.goto(`/cases?q=${encodeURIComponent(mark)}`);
  await expect(page.getByRole("heading", { name: "没有符合条件的事项" })).toBeVisible();
});

test("a file in GB18030 with a bad row gives the row back with its reason and imports the others", async ({ page }, info) => {
  const mark = markOf(info);
  const rows = rowsOf(mark).map((row) => row.replace("黑虎村村委会", "并无此村"));
  await become(page, "office-clerk");
  await handIn(page, "旧系统导出.csv", gb18030(csvOf(rows)));
  await expect(page.getByText("共 3 行：可导入 2 行，退回 1 行。")).toBeVisible();
  await expect(page.getByText(/第 3 行“所在村（社区）”：.*没有“并无此村”/)).toBeVisible();
  await expectSoundPage(page);

  await page.getByLabel("有退回的行时").selectOption({ label: "先导入可导入的行，其余退回" });
  await page.getByRole("button", { name: "重新核对" }).click();
  await run(page).click();
  await done(page);
  await expect(page.getByText("已导入 2 件")).toBeVisible();
  const [workbook] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载退回的行" }).click()]);
  expect(workbook.suggestedFilename()).toMatch(/\.xlsx$/);
  await takeBack(page);
  await expect(page.getByRole("status")).toContainText("移除 2 件");
});

test("by default one bad row keeps all the others out of the ledger", async ({ page }, info) => {
  const mark = markOf(info);
  const rows = rowsOf(mark).map((row) => row.replace("网络信息", "托梦"));
  await become(page, "office-clerk");
  await handIn(page, "一行有误.csv", utf8(csvOf(rows)));
  await expect(page.getByText("共 3 行：可导入 2 行，退回 1 行。")).toBeVisible();
  await expect(run(page)).toHaveText("导入 0 件");
  await run(page).click();
  await expect(head(page)).toHaveText("没有导入", { timeout: 20_000 });
  await expectSoundPage(page);
  await expect(page.getByRole("link", { name: "下载退回的行" })).toBeVisible();
  await page.goto(`/cases?q=${encodeURIComponent(mark)}`);
  await expect(page.getByRole("heading", { name: "没有符合条件的事项" })).toBeVisible();
});

test("who only handles cases may not import", async ({ page }) => {
  await become(page, "department-staff");
  const answer = await page.goto("/imports/new");
  expect(answer.status()).toBe(403);
});
