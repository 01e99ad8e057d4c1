import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where the session of one account is kept between set-up and journeys. */
export function stateOf(account) {
  return join(stateOf.directory, `${encodeURIComponent(account.login)}.json`);
}
stateOf.directory = new URL("../.state", import.meta.url).pathname;

/** Signs an account in on the page, as a person would. */
export async function enterByPassword(page, { login, password }) {
  await page.goto("/sign-in");
  await page.fill("[name=login]", login);
  await page.fill("[name=password]", password);
  await page.click("main form button.primary");
}

/** Posts what the page of signing in would post. */
export async function postPassword(visitor, { login, password }) {
  const form = { login, password, back: "" };
  const answer = await visitor.post("/sign-in", { form, maxRedirects: 0 });
  if (answer.status() !== 303) throw new Error(`${login} was not signed in: ${answer.status()} ${await answer.text()}`);
}

/** The demo accounts: {login, role, name, unit, password}. */
export function accounts() {
  return JSON.parse(process.env.LUOSHI_ACCOUNTS);
}

/** The first demo account holding the role. */
export function holderOf(role) {
  const account = accounts().find((one) => one.role === role);
  if (account) return account;
  const known = accounts().map((one) => one.role);
  throw new Error(`No demo account holds ${role}; there are ${known.join(", ")}`);
}

/** The demo account of somebody by name, as pages show it. */
export function accountNamed(name) {
  const account = accounts().find((one) => one.name === name);
  if (!account) throw new Error(`No demo account is called ${name}`);
  return account;
}

/** Makes the page that of an account, or of the first one holding the role; opens nothing. */
export async function become(page, who) {
  const account = typeof who === "string" ? holderOf(who) : who;
  const { cookies } = JSON.parse(await readFile(stateOf(account), "utf8"));
  await page.context().clearCookies();
  await page.context().addCookies(cookies);
  return account;
}

/** Makes the page that of an account and opens its desk. */
export async function signIn(page, who) {
  const account = await become(page, who);
  await page.goto("/");
  return account;
}

/** Makes the page that of nobody in particular. */
export async function leave(page) {
  await page.context().clearCookies();
}
