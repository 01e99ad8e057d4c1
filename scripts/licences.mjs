#!/usr/bin/env node
// Checks every crate and npm package in the lock files against the licences and sources that deny.toml allows.
// The same rules cargo-deny reads, without its long build; usage: scripts/licences.mjs
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

process.chdir(new URL("..", import.meta.url).pathname);

const rules = readFileSync("deny.toml", "utf8");
const allowed = new Set(listAfter(/^allow = \[/m));
const sources = new Set(listAfter(/^allow-registry = \[/m).map((address) => `registry+${address}`));

const refused = [];
const crates = cratesInTheLock();
for (const { name, version, license, source } of crates) {
  if (source === null) continue; // our own
  if (!sources.has(source)) refused.push(`${name} ${version} comes from ${source}`);
  if (!permits(license)) refused.push(`${name} ${version} is under ${license ?? "no stated licence"}`);
}
const packages = ["web", "e2e"].flatMap(packagesInTheLock);
for (const [path, { version, license }] of packages) {
  if (!permits(license)) refused.push(`${path} ${version} is under ${license ?? "no stated licence"}`);
}

if (refused.length > 0) {
  console.error(refused.join("\n"));
  console.error("deny.toml does not allow these: choose another package, or allow it there and say why in the commit");
  process.exit(1);
}
console.log(`Licences and sources of ${crates.length} crates and ${packages.length} npm packages are allowed`);

function listAfter(opening) {
  const start = rules.search(opening);
  if (start < 0) throw new Error(`deny.toml has no ${opening}`);
  const list = rules.slice(start, rules.indexOf("]", start));
  return [...list.matchAll(/^[^#\n]*?"([^"]+)"/gm)].map((found) => found[1]);
}

function cratesInTheLock() {
  // A stale lock file ends the check here: cargo has said so on the error stream.
  const metadata = spawnSync("cargo", ["metadata", "--format-version", "1", "--locked"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (metadata.status !== 0) process.exit(1);
  return JSON.parse(metadata.stdout).packages;
}

function packagesInTheLock(folder) {
  const lock = JSON.parse(readFileSync(`${folder}/package-lock.json`, "utf8"));
  return Object.entries(lock.packages).filter(([path]) => path !== "");
}

// An SPDX expression holds when one way to read it needs only allowed licences. AND binds tighter than OR.
function permits(expression) {
  if (!expression) return false;
  const words = expression.replaceAll("/", " OR ").match(/\(|\)|[^\s()]+/g);
  let at = 0;
  const either = () => {
    let holds = both();
    while (words[at] === "OR") {
      at += 1;
      holds = both() || holds;
    }
    return holds;
  };
  const both = () => {
    let holds = one();
    while (words[at] === "AND") {
      at += 1;
      holds = one() && holds;
    }
    return holds;
  };
  const one = () => {
    if (words[at] === "(") {
      at += 1;
      const holds = either();
      at += 1;
      return holds;
    }
    let licence = words[at];
    at += 1;
    if (words[at] === "WITH") {
      licence += ` WITH ${words[at + 1]}`;
      at += 2;
    }
    return allowed.has(licence);
  };
  return either() && at === words.length;
}
