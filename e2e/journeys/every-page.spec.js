import { become, expect, expectSoundPage, leave, test } from "../harness/test.js";

const PAGES = [
  "/", "/cases", "/cases/new", "/board", "/regulations", "/regulations/rectification-ledger", "/more", "/publications",
  "/imports", "/imports/new", "/organisation", "/organisation/persons", "/organisation/roster", "/accounts", "/rights",
  "/journal", "/journal/verify", "/account", "/tokens",
];
const PUBLIC = ["/public", "/public/raise", "/public/follow", "/public/publications", "/sign-in", "/journal/verify"];

// These open, between them, every page there is.
const WIDE = ["office-director", "office-clerk", "system-admin", "audit-admin", "department-staff", "village-cadre"];

// Everybody else is shown the same pages with other parts: the ones of every day are looked at for each.
const DAILY = ["/", "/cases", "/board", "/more"];
const OTHERS = [
  "township-secretary", "mayor", "deputy-leader", "petition-office", "department-head", "inspector", "village-secretary",
  "supervision-member", "people-delegate", "security-admin",
];

// What is below a list: the first case, unit, person and circular somebody can open.
const BELOW = { "/cases": "/cases/0", "/organisation": "/organisation/units/0", "/organisation/persons": "/organisation/persons/0", "/publications": "/publications/0" };

const errors = (page) => {
  const said = [];
  page.on("console", (message) => {
    // A page that is refused is a page too; the browser's own line about it is no fault.
    if (message.type() === "error" && !/status of 40[13]/.test(message.text())) said.push(`${page.url()}: ${message.text()}`);
  });
  return said;
};

// Collects what is wrong with every page before it fails, so that one run tells everything.
async function walk(page, paths, found) {
  for (const path of paths) {
    // What a role may not open is refused in one and the same page, which the first refusal shows.
    const { status } = await look(page, path, found);
    const first = status === 200 && BELOW[path] ? page.locator(`main a[href^="${BELOW[path]}"]`).first() : null;
    if (first && (await first.count())) await look(page, await first.getAttribute("href"), found);
  }
}

async function look(page, path, found) {
  const status = (await page.request.get(path, { maxRedirects: 0 })).status();
  if (status === 403 && found.refused) return { status };
  found.refused ||= status === 403;
  await page.goto(path);
  if (![200, 403].includes(status)) found.push(`${path}: ${status}`);
  await expectSoundPage(page).catch(({ message }) => found.push(`${path}: ${message}`));
  return { status };
}

const wide = WIDE.map((role) => [role, PAGES]);
const others = OTHERS.map((role) => [role, DAILY]);
const WALKS = [["zh-CN", [...wide, ...others]], ["en-US", wide.slice(0, 3)]];

for (const [locale, walks] of WALKS) {
  test.describe(`every main page in ${locale}`, () => {
    test.use({ locale });
    test.setTimeout(420_000);

    test("is sound for a resident", async ({ page }) => {
      const [said, found] = [errors(page), []];
      await leave(page);
      await walk(page, PUBLIC, found);
      expect([...found, ...said]).toEqual([]);
    });

    for (const [role, pages] of walks) {
      test(`is sound for ${role}`, async ({ page }) => {
        const [said, found] = [errors(page), []];
        await become(page, role);
        await walk(page, pages, found);
        expect([...found, ...said]).toEqual([]);
      });
    }
  });
}
