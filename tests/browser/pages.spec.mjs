// What people see: each page in a real browser, without errors, without loading anything from elsewhere, and accessible.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base } from "@playwright/test";

const PARAGRAPH = "« Le port rouvrira lundi », a déclaré Anna Keller, la maire. Selon Tom Brandt, les travaux ont duré deux ans.";
const HOSTILE = `<script>window.wasRun = true</script> <img src=x onerror="window.wasRun = true"> "'><b>gras</b> & 👩‍👧 \u202Eenvers\u202C `;

/** A page that fails its test when it logs an error, or asks another origin for something. */
const test = base.extend({
  page: async ({ page, baseURL }, use) => {
    const faults = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(baseURL) && !request.url().startsWith("data:")) faults.push(`asks ${request.url()}`);
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});

let article, quote, speaker, hostile;

test.beforeAll(async ({ playwright, baseURL }) => {
  const { SERVICE_KEY } = process.env;
  const headers = SERVICE_KEY ? { authorization: `Bearer ${SERVICE_KEY}` } : {};
  const api = await playwright.request.newContext({ baseURL, extraHTTPHeaders: headers });
  const create = async (body) => {
    const answer = await api.post("/v1/articles?annotate=true", { data: { publisher: "Le Phare", ...body } });
    expect(answer.status(), await answer.text()).toBe(201);
    return answer.json();
  };
  article = await create({ headline: "Le port rouvre", body: PARAGRAPH, published_at: "2026-05-18" });
  [quote] = article.quotes;
  speaker = quote.speaker_id;
  hostile = await create({ headline: HOSTILE, body: `${PARAGRAPH} ${HOSTILE.repeat(8_000)}` });
  await api.dispose();
});

const pages = () => ["/", "/search?q=port", "/articles", `/articles/${article.id}`, "/people", `/people/${speaker}`,
  `/quotes/${quote.id}`, "/stats", "/review", "/sign-in", "/problems/gone"];

async function accessible(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3)}`)).toEqual([]);
}

test("every page is accessible, light and dark", async ({ page }) => {
  for (const path of pages()) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const answer = await page.goto(path);
      expect(answer.status(), path).toBe(200);
      await expect(page.locator("h1")).toBeVisible();
      await accessible(page);
    }
  }
});

test("from a search to the quote in its article", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("searchbox").first().fill("rouvrira lundi");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/search\?.*q=rouvrira/);
  await page.getByRole("link", { name: "Le port rouvre" }).first().click();
  await expect(page.locator("mark", { hasText: "Le port rouvrira lundi" }).first()).toBeVisible();
  await page.getByRole("link", { name: "Anna Keller" }).first().click();
  await expect(page.locator("h1")).toContainText("Anna Keller");
});

test("pages fit a phone", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of pages()) {
    await page.goto(path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, path).toBeLessThanOrEqual(360);
  }
});

test.describe("in French", () => {
  test.use({ locale: "fr-FR" });
  test("pages speak French", async ({ page }) => {
    for (const path of pages()) {
      await page.goto(path);
      await expect(page.locator("html")).toHaveAttribute("lang", "fr");
      await accessible(page);
    }
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("pages can be read and searched", async ({ page }) => {
    await page.goto("/search");
    await page.getByRole("searchbox").first().fill("rouvrira");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Le port rouvrira lundi").first()).toBeVisible();
    await page.goto(`/articles/${article.id}`);
    await expect(page.locator("mark", { hasText: "Le port rouvrira lundi" }).first()).toBeVisible();
  });
});

test("a keyboard reaches the content and the search", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.locator(".skip")).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("searchbox").first()).toBeFocused();
});

test("a quote is reviewed, and the review is undone, by keyboard", async ({ page }) => {
  await page.goto("/review?order=recent");
  const first = page.locator("#queue > li").first();
  await expect(first).toBeFocused();
  const words = await first.locator("blockquote").innerText();
  await page.keyboard.press("v");
  await expect(page).toHaveURL(/\/review\?order=recent&done=/);
  await expect(page.locator(".notice")).toContainText(words);
  await expect(page.locator(".notice")).toContainText("verified");
  await page.keyboard.press("u");
  await expect(page).toHaveURL(/\/review\?order=recent&again=/);
  await expect(page.locator("#queue > li").first()).toContainText(words);
  await page.keyboard.press("j");
  await expect(page.locator("#queue > li").nth(1)).toBeFocused();
});

test("the API document is shown, and sends requests", async ({ page }) => {
  await page.goto("/docs#tag/annotation/POST/v1/annotate");
  await expect(page).toHaveTitle("Verbatim");
  await page.getByRole("button", { name: "Test Request (post /v1/annotate)" }).click();
  await page.getByRole("button", { name: /^Send/ }).first().click();
  await expect(page.getByText("200 OK")).toBeVisible();
});

test("hostile text is only text", async ({ page }) => {
  await page.goto(`/articles/${hostile.id}`);
  await expect(page.locator("h1")).toContainText("<script>");
  await expect(page.locator("main")).toContainText("<b>gras</b>");
  expect(await page.evaluate(() => window.wasRun)).toBeUndefined();
  await page.goto("/search?q=" + encodeURIComponent(HOSTILE));
  expect(await page.evaluate(() => window.wasRun)).toBeUndefined();
});
