// Fleet board and list: 10,000 instances, found, counted, filtered and paged.
import { expect, open, test } from "./fixture";
import { longTasks, measure } from "./measure";

test("the board says what is broken, for whom, since when, and what happens next", async ({ page }) => {
  await open(page, "");
  await expect(page).toHaveURL(/\/e\/prod-us\/$/);
  await expect(page.locator("h1")).toHaveText("4 need attention");
  await expect(page).toHaveTitle("4 need attention · prod-us · prism-gitops");
  const lines = page.locator(".needs li");
  await expect(lines).toHaveCount(5);
  await expect(lines.nth(0)).toContainText("Acme ERP 14 stopped at wave canary: 1 of 2 failed after its deploy, Smith Hardware");
  await expect(lines.nth(0).locator("time").first()).toHaveText("12 min ago");
  await expect(lines.nth(4)).toContainText("Opens 06:00 CET, in 3 h 37 min");
});

test("each count opens a list of that length, and Back is back", async ({ page, mock }) => {
  await open(page, "e/prod-us/");
  const counts: [string, string][] = [["Failing", "1"], ["Blocked", "3"], ["Held", "88"], ["In step", "9,807"]];
  for (const [state, count] of counts) {
    const link = page.locator(".counts a").filter({ hasText: state });
    await expect(link.locator("strong")).toHaveText(count);
    await link.click();
    await expect(page.locator("h1")).toHaveText(count === "1" ? "1 resource" : `${count} resources`);
    await expect(page.locator("h1")).toBeFocused();
    await page.goBack();
    await expect(page.locator("h1")).toHaveText("4 need attention");
  }
  expect(mock.requests.filter((one: string) => one.includes("resources?")).every((one: string) => one.includes("limit=100"))).toBe(true);
});

test("integrations in step are shown on demand, a page at a time", async ({ page }) => {
  await open(page, "e/prod-us/");
  await page.getByRole("button", { name: "496 integrations are in step. Show them" }).click();
  await expect(page.locator("table").nth(1).locator("tbody tr")).toHaveCount(50);
  await page.getByRole("button", { name: "Show the next 50" }).click();
  await expect(page.locator("table").nth(2).locator("tbody tr")).toHaveCount(50);
});

test("10,000 rows are filtered as one types, without a long task", async ({ page }) => {
  await open(page, "e/prod-us/list");
  await expect(page.locator("h1")).toHaveText("10,000 resources");
  await expect(page.locator("tbody tr")).toHaveCount(100);
  await longTasks(page);
  const began = Date.now();
  await page.locator("#filter").pressSequentially("state:failing,blocked integration:order-sync");
  await expect(page.locator("h1")).toHaveText("3 resources");
  await measure(page, `typing a filter until its rows: ${Date.now() - began} ms (44 keys and 200 ms of waiting among them)`);
  await expect(page).toHaveURL(/\?state=failing%2Cblocked&integration=order-sync$/);
  await expect(page.locator("tbody tr")).toHaveCount(3);
  await page.locator("#filter").fill("");
  await expect(page.locator("h1")).toHaveText("10,000 resources");
});

test("chips, the address and Back are one", async ({ page }) => {
  await open(page, "e/prod-us/list");
  const chip = (name: RegExp) => page.getByRole("button", { name });
  await chip(/^Held 88/).click();
  await expect(page.locator("h1")).toHaveText("88 resources");
  await chip(/^Blocked 3/).click();
  await expect(page.locator("h1")).toHaveText("91 resources");
  await expect(page.locator("#filter")).toHaveValue("state:held,blocked");
  await page.goBack();
  await expect(page.locator("h1")).toHaveText("88 resources");
  await expect(chip(/^Held 88/)).toHaveAttribute("aria-pressed", "true");
  await expect(chip(/^Blocked 3/)).toHaveAttribute("aria-pressed", "false");
  await page.reload();
  await expect(page.locator("h1")).toHaveText("88 resources");
});

test("pages go there and back, and a sorted column stays sorted", async ({ page }) => {
  await open(page, "e/prod-us/list?integration=acme-erp");
  await page.getByRole("button", { name: "Customer" }).click();
  await expect(page.getByRole("columnheader", { name: /Customer/ })).toHaveAttribute("aria-sort", "ascending");
  const first = page.locator("tbody tr").first().locator(".name");
  await expect(first).toHaveText(/^<img/);
  const before = await first.textContent();
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(first).not.toHaveText(before!);
  await page.getByRole("button", { name: "Page before" }).click();
  await expect(first).toHaveText(before!);
});

test.describe("a wrong filter", () => {
  test.use({ allowed: ["400"] });
  test("is answered with the nearest right one, typed or sent", async ({ page }) => {
    await open(page, "e/prod-us/list");
    await page.locator("#filter").fill("stat:failing");
    await expect(page.locator("#filter-wrong")).toContainText("There is no filter stat:failing. Did you mean state:?");
    await page.getByRole("button", { name: "state:", exact: true }).click();
    await expect(page.locator("h1")).toHaveText("1 resource");
    await page.goto("e/prod-us/list?state=faling");
    await expect(page.getByRole("alert").filter({ hasText: "there is no state faling" })).toContainText("Did you mean failing?");
  });
});

test("a filter without a hit says what to drop", async ({ page }) => {
  await open(page, "e/prod-us/list?state=failing&integration=order-sync");
  await expect(page.getByText("Nothing matches all of these.")).toBeVisible();
  await page.getByRole("button", { name: "Without “integration: order-sync”" }).click();
  await expect(page.locator("h1")).toHaveText("1 resource");
});

test("without a manifest it says how to begin, and before the first pass no number", async ({ page, mock }) => {
  mock.empty = true;
  await open(page, "e/prod-us/");
  await expect(page.locator("h1")).toHaveText("Nothing is declared yet");
  mock.reading = true;
  await page.reload();
  await expect(page.locator("h1")).toHaveText("Reading the tenant");
  await expect(page.locator("main")).toContainText("34 of 100 pages");
  await expect(page.locator(".counts")).toHaveCount(0);
});

test("the first paint", async ({ page }) => {
  await open(page, "e/prod-us/");
  await page.reload();
  await expect(page.locator("h1")).toHaveText("4 need attention");
  const times = await page.evaluate(() => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    const done = performance.getEntriesByType("resource").filter((one) => one.name.includes("overview")).map((one) => (one as PerformanceResourceTiming).responseEnd)[0] ?? 0;
    const bytes = performance.getEntriesByType("resource").reduce((sum, one) => sum + (one as PerformanceResourceTiming).encodedBodySize, 0);
    return { paint, done, bytes, nodes: document.querySelectorAll("*").length, requests: performance.getEntriesByType("resource").length + 1 };
  });
  await measure(page, `first paint ${times.paint.toFixed(0)} ms, overview there ${times.done.toFixed(0)} ms, ${times.requests} requests, ${times.nodes} nodes`, times.paint);
  expect(times.nodes).toBeLessThanOrEqual(2500);
});
