import { test as plain, expect } from "@playwright/test";

/**
 * The test every journey uses: pages open on the program under test, and a journey fails when a page
 * throws a script error, is refused a part by its own security policy, or gets a 500.
 */
export const test = plain.extend({
  // Every journey comes from an address of its own, as behind a proxy: the limits on how much one address may send
  // are for people, not for a row of journeys.
  extraHTTPHeaders: async ({}, use) => use({ "x-forwarded-for": anAddress() }),
  baseURL: async ({}, use) => use(process.env.LUOSHI_ADDRESS),
  page: async ({ page }, use) => {
    const faults = [];
    page.on("pageerror", (fault) => faults.push(`script error: ${fault.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy/.test(message.text())) faults.push(message.text());
    });
    page.on("response", (answer) => {
      if (answer.status() >= 500) faults.push(`${answer.status()} from ${answer.url()}`);
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});

function anAddress() {
  const part = () => Math.floor(Math.random() * 256);
  return `10.${part()}.${part()}.${part()}`;
}

export { expect };
export { accountNamed, accounts, become, enterByPassword, holderOf, leave, signIn } from "./sign-in.js";
export { expectAccessible, expectFitsWidth, expectSoundPage } from "./page-checks.js";
