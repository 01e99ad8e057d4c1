import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const START_WITHIN = 180_000;

/**
 * Starts `luoshi demo` on a free port and waits until it answers.
 * @param {string} binary path of the program
 * @param {string} directory where it keeps its data
 * @returns {Promise<{address: string, accounts: Account[], stop: () => Promise<void>}>}
 *
 * @typedef {{login: string, role: string, name: string, unit: string, password: string}} Account
 */
export async function startDemo(binary, directory) {
  const child = spawn(binary, ["demo", "--data", directory, "--listen", "127.0.0.1:0", "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = [];
  child.stderr.on("data", (text) => said.push(text));
  const ended = new Promise((resolve) => {
    child.once("error", (fault) => resolve(fault.message));
    child.once("exit", (code, signal) => resolve(`it ended with ${code ?? signal}`));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    const failed = ended.then((how) => {
      throw new Error(how);
    });
    const { address, accounts } = await Promise.race([announcement(child.stdout), failed, tooLate()]);
    await Promise.race([healthy(address), failed, tooLate()]);
    return { address, accounts, stop };
  } catch (fault) {
    child.kill("SIGKILL");
    throw new Error(`luoshi demo did not start: ${fault.message}\n${said.join("")}`);
  }
}

/** The one line of JSON in which the program says where it listens and who may sign in. */
async function announcement(output) {
  for await (const line of createInterface({ input: output })) {
    if (!line.startsWith("{")) continue;
    // The rest is read and dropped, so that the program never waits for a full pipe.
    output.resume();
    return JSON.parse(line);
  }
  throw new Error("it printed no line of JSON");
}

async function healthy(address) {
  for (;;) {
    const answer = await fetch(new URL("/healthz", address)).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function tooLate() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`it did not answer within ${START_WITHIN / 1000} s`)), START_WITHIN).unref();
  });
}
