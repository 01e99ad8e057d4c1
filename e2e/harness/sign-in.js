import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where the session of one account is kept between set-up and journeys. */
export function stateOf(account) {
  return join(stateOf.directory, `${encodeURIComponent(account.login)}.json`);
}
stateOf.directory = new URL("../.state", import.meta.url).pathname;

/** Signs an account in as a person would, with the password the demo made up. */
export async function enterByPassword(page, account) {
  await page.goto("/sign-in");
  await page.fill("[name=login]", account.login);
  await page.fill("[name=password]", account.password);
  await page.click("main form button.primary");
  await page.waitForURL((now) => now.pathname === "/");
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
