import { request } from "@playwright/test";
import { mkdtemp, mkdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startDemo } from "./program.js";
import { postPassword, stateOf } from "./sign-in.js";

/** Starts the program, signs every demo account in once, and stops the program at the end. */
export default async function setup() {
  const { program, close } = await programUnderTest();
  try {
    // Workers read these; Playwright hands the environment of the set-up on to them.
    process.env.LUOSHI_ADDRESS = program.address;
    process.env.LUOSHI_ACCOUNTS = JSON.stringify(program.accounts);
    await signEverybodyIn(program);
  } catch (fault) {
    await close();
    throw fault;
  }
  return close;
}

/** The demo started for this run, or one already running whose line of JSON LUOSHI_RUNNING names. */
async function programUnderTest() {
  if (process.env.LUOSHI_RUNNING) {
    const program = JSON.parse(await readFile(process.env.LUOSHI_RUNNING, "utf8"));
    return { program, close: async () => {} };
  }
  const binary = process.env.LUOSHI_BIN;
  if (!binary) throw new Error("Say which program to test: LUOSHI_BIN=…/target/debug/luoshi");
  const directory = await mkdtemp(join(tmpdir(), "luoshi-e2e-"));
  const clear = () => rm(directory, { recursive: true, force: true });
  try {
    const program = await startDemo(binary, directory);
    const close = async () => {
      await program.stop();
      await clear();
    };
    return { program, close };
  } catch (fault) {
    await clear();
    throw fault;
  }
}

// Everybody signs in once; the sessions are kept for the journeys. The form is posted without a browser, which
// would take half a minute: that the page itself works is a journey of its own.
async function signEverybodyIn({ address, accounts }) {
  await rm(stateOf.directory, { recursive: true, force: true });
  await mkdir(stateOf.directory, { recursive: true });
  for (const account of accounts) {
    const visitor = await request.newContext({ baseURL: address, extraHTTPHeaders: { origin: address } });
    await postPassword(visitor, account);
    await visitor.storageState({ path: stateOf(account) });
    await visitor.dispose();
  }
}
