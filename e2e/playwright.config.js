import { defineConfig } from "@playwright/test";

// Debian's Chromium, kept from talking to anything but the program under test.
const chromium = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
};

const ci = process.env.CI === "true";

export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  globalSetup: "./harness/setup.js",
  forbidOnly: ci,
  fullyParallel: true,
  workers: 2,
  // A busy machine may be slow; what is wrong fails three times.
  retries: ci ? 2 : 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"], ["./harness/closing-line.js"]],
  use: {
    browserName: "chromium",
    launchOptions: chromium,
    actionTimeout: 30_000,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1280, height: 900 } } },
    { name: "phone", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } },
  ],
});
