// Every view of a real daemon, which tests/it/page.rs starts over the sandbox with examples/fleet; skipped without it.
import { expect, test as base, type Page } from "@playwright/test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { serious } from "../e2e/fixture";

const URL_ = process.env["PAGE_URL"] ?? "";
/** The daemon's token: it may be sent, and is never answered, shown or kept. */
const CANARY = process.env["PAGE_TOKEN"] ?? "";
const ONE = "e/sandbox/r/Instance/acme/shop-0001";

const test = base.extend({
  baseURL: async ({}, use) => use(URL_),
  page: async ({ page }, use) => {
    const said: string[] = [];
    const leaked: string[] = [];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`error: ${error.message}`));
    page.on("response", async (response) => {
      if (response.url().includes("/events")) return;
      const text = await response.text().catch(() => "");
      if (text.includes(CANARY)) leaked.push(response.url());
    });
    await use(page);
    const kept = await page.evaluate(() => [document.documentElement.outerHTML, document.title, location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, ...[...document.querySelectorAll("input")].map((input) => input.value)].join("\n"));
    expect(kept.includes(CANARY)).toBe(false);
    expect(leaked).toEqual([]);
    expect(said).toEqual([]);
  },
});
test.beforeAll(async ({ request }) => {
  if (URL_ === "") return;
  // The first pass made everything; the second one has read it.
  await request.post(`${URL_}api/v1/sync`, { headers: { authorization: `Bearer ${CANARY}` } });
  const generation = async () => (await (await request.get(`${URL_}api/v1/overview`)).json()).asOf.generation as number;
  await expect.poll(generation, { timeout: 60_000 }).toBeGreaterThan(1);
});
test.skip(URL_ === "", "no daemon was started: run the tests of tests/it/page.rs");

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator("h1#h1")).toBeVisible();
  await expect(page.locator(".fresh b")).toHaveText("Live");
  // What is asked for is there: no panel waits, and none failed.
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(page.locator(".failed")).toHaveCount(0);
}

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync("../target/page", { recursive: true });
  await page.screenshot({ path: `../target/page/daemon-${name}.png` });
}

test("the board counts the fleet, and each count opens a list of that length", async ({ page }) => {
  await open(page, "e/sandbox/");
  await expect(page.locator("h1#h1")).toBeVisible();
  await expect(page.getByText("120 instances")).toBeVisible();
  await picture(page, "board");
  const count = page.getByRole("navigation", { name: "Instances by state" }).getByRole("link", { name: /In step/ });
  const number = (await count.locator("strong").innerText()).replaceAll(",", "");
  await count.click();
  await expect(page.locator("h1#h1")).toHaveText(`${number} resources`);
  await expect(page.locator("tbody tr")).toHaveCount(Math.min(100, Number(number)));
  await page.locator("#filter").fill("shop-0001");
  await expect(page.locator("tbody tr").first()).toContainText("Shop 0001");
});

for (const [name, path] of [
  ["environments", ""],
  ["list", "e/sandbox/list"],
  ["resource", ONE],
  ["integration", "e/sandbox/r/Integration/acme-erp"],
  ["customer", "e/sandbox/c/shop-0001"],
  ["plan", "e/sandbox/plan"],
  ["rollouts", "e/sandbox/rollout"],
  ["rollout", "e/sandbox/rollout/acme-erp"],
  ["timeline", "e/sandbox/timeline"],
  ["waiting", "e/sandbox/waiting"],
] as const) {
  test(`${name}: opens, and axe finds nothing serious`, async ({ page }) => {
    await open(page, path);
    await picture(page, name);
    expect(await serious(page)).toEqual([]);
  });
}

test("search finds a customer, who has an instance", async ({ page }) => {
  await open(page, "e/sandbox/");
  await page.keyboard.press("/");
  await page.keyboard.type("shop-0042");
  await page.getByRole("option").first().click();
  await expect(page.locator("h1#h1")).toContainText("0042");
  // The customer and the instance: git declares both.
  await expect(page.locator("tbody tr")).toHaveCount(2);
});

test("a hold is put on and ended by who signed in", async ({ page }) => {
  await open(page, ONE);
  await page.getByRole("button", { name: "Sign in" }).click();
  const sign = page.getByRole("dialog", { name: "Sign in" });
  await sign.getByLabel("Token").fill(CANARY);
  await sign.getByRole("button", { name: "Sign in" }).click();
  await expect(sign).toHaveCount(0);
  await page.getByRole("button", { name: "Hold…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("on-site visit, INC-4711");
  const until = await page.evaluate(() => {
    const at = new Date(Date.now() + 4 * 3600_000);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  });
  await dialog.getByLabel("Until").fill(until);
  await dialog.getByRole("button", { name: /^Hold/ }).click();
  await expect(page.locator(".result")).toContainText("Done", { timeout: 20_000 });
  await expect(page.locator(".why")).toContainText("on-site visit, INC-4711", { timeout: 20_000 });
  await picture(page, "held");
  await page.getByRole("button", { name: "End the hold" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("the visit is over");
  await page.getByRole("dialog").getByRole("button", { name: "End the hold" }).click();
  await expect(page.getByRole("button", { name: "Hold…" })).toBeVisible({ timeout: 20_000 });
  await expect(page.locator(".why")).not.toContainText("INC-4711");
});

test("a new version in git moves its canaries, and the others wait for their waves", async ({ page, request }) => {
  const file = `${process.env["PAGE_FOLDER"] ?? ""}/definitions/acme-erp.yml`;
  await open(page, "e/sandbox/");
  writeFileSync(file, readFileSync(file, "utf8").replace("description: Orders", "description: Orders, twice as fast"));
  // It comes by itself: the page hears of it.
  await expect(page.getByRole("navigation", { name: "Instances by state" }).getByRole("link", { name: /Held/ }).locator("strong")).toHaveText("115", { timeout: 60_000 });
  // The pass that published it did not know its number yet.
  await request.post(`${URL_}api/v1/sync`, { headers: { authorization: `Bearer ${CANARY}` } });
  await expect(page.locator(".needs")).toContainText("Acme ERP 2", { timeout: 60_000 });
  await picture(page, "rollout-board");
  await page.locator(".needs").getByRole("link", { name: "Acme ERP 2" }).click();
  await expect(page.locator("h1#h1")).toContainText("Acme ERP");
  await expect(page.locator("section.wave")).toHaveCount(3);
  await picture(page, "rollout-soaks");
  expect(await serious(page)).toEqual([]);
});
