// Tests the pages of a running service: SERVICE_URL, and SERVICE_KEY where it needs a key. Uses the Chromium of the system.
import { defineConfig } from "@playwright/test";

const { SERVICE_URL = "http://127.0.0.1:8080", SERVICE_KEY, CHROMIUM = "/usr/bin/chromium" } = process.env;

export default defineConfig({
  testDir: ".",
  outputDir: process.env.BROWSER_OUTPUT ?? "results",
  // One after the other: some tests change what others would see.
  workers: 1,
  reporter: "line",
  timeout: 60_000,
  use: {
    baseURL: SERVICE_URL,
    locale: "en-GB",
    extraHTTPHeaders: SERVICE_KEY ? { authorization: `Bearer ${SERVICE_KEY}` } : {},
    // Chromium refuses its sandbox to root.
    launchOptions: { executablePath: CHROMIUM, args: process.getuid() === 0 ? ["--no-sandbox"] : [] },
    screenshot: "only-on-failure",
  },
});
