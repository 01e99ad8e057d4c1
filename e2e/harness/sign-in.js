import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where the session of one account is kept between set-up and journeys. */
export function stateOf(account) {
  return join(stateOf.directory, `${encodeURIComponent(account.login)}.json`);
}
stateOf.directory = new URL("../.state", import.meta.url).pathname;

/**
 * Spends an account's one-time link. The link opens a page with one button, because a link that signs in
 * by itself would be spent by the first program that previews it.
 */
export async function enterByLink(page, account) {
  const link = new URL(account.link, process.env.LUOSHI_ADDRESS);
  await page.goto(link.href);
  const stillThere = () => new URL(page.url()).pathname === link.pathname;
  if (stillThere()) {
    await page.locator("main form button[type=submit], main form button:not([type])").first().click();
    await page.waitForURL((now) => now.pathname !== link.pathname);
  }
}

/** The demo accounts: {login, role, name}. */
export function accounts() {
  return JSON.parse(process.env.LUOSHI_ACCOUNTS);
}

/** Makes the page that of the first demo account holding the role, and opens its desk. */
export async function signIn(page, role) {
  const account = accounts().find((one) => one.role === role);
  if (!account) {
    const known = accounts().map((one) => one.role);
    throw new Error(`No demo account holds ${role}; there are ${known.join(", ")}`);
  }
  const { cookies } = JSON.parse(await readFile(stateOf(account), "utf8"));
  await page.context().clearCookies();
  await page.context().addCookies(cookies);
  await page.goto("/");
  return account;
}
