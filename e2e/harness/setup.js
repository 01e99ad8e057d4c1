import { chromium } from "@playwright/test";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startDemo } from "./program.js";
import { enterByPassword, stateOf } from "./sign-in.js";

/** Starts the program named by LUOSHI_BIN, signs every demo account in once, and stops the program at the end. */
export default async function setup(config) {
  const binary = process.env.LUOSHI_BIN;
  if (!binary) throw new Error("Say which program to test: LUOSHI_BIN=…/target/debug/luoshi");
  const directory = await mkdtemp(join(tmpdir(), "luoshi-e2e-"));
  const program = await startDemo(binary, directory);
  const close = async () => {
    await program.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    // Workers read these; Playwright hands the environment of the set-up on to them.
    process.env.LUOSHI_ADDRESS = program.address;
    process.env.LUOSHI_ACCOUNTS = JSON.stringify(program.accounts.map(({ login, role, name }) => ({ login, role, name })));
    await signEverybodyIn(program, config.projects[0].use);
  } catch (fault) {
    await close();
    throw fault;
  }
  return close;
}

// Everybody signs in once; the sessions are kept for the journeys.
async function signEverybodyIn({ address, accounts }, use) {
  await rm(stateOf.directory, { recursive: true, force: true });
  await mkdir(stateOf.directory, { recursive: true });
  const browser = await chromium.launch(use.launchOptions);
  try {
    for (const account of accounts) {
      const context = await browser.newContext({ baseURL: address, locale: use.locale });
      await enterByPassword(await context.newPage(), account);
      await context.storageState({ path: stateOf(account) });
      await context.close();
    }
  } finally {
    await browser.close();
  }
}
