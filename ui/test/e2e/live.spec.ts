// Fresh or not: the stream, its loss and return, tabs, sub-paths, sessions.
import { proxy } from "../mock.mjs";
import { TOKEN } from "../mock/world.mjs";
import { expect, open, test } from "./fixture";

const CUT = ["ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE", "ERR_SOCKET"];

test.describe("when the daemon is gone", () => {
  test.use({ allowed: CUT });
  test("the page says so, and what it shows is of then; it comes back by itself", async ({ page, mock }) => {
    await open(page, "e/prod-us/plan");
    await page.goto("e/prod-us/");
    await expect(page.locator(".fresh b")).toHaveText("Live");
    mock.cut();
    const bar = page.locator("#stale");
    await expect(bar).toContainText(/Not live.*Shown as of 02:\d\d:\d\d CET.*nothing here says what is true now/);
    await expect(page.locator("main")).toHaveClass(/stale/);
    await expect(page.locator(".needs li").nth(4)).toContainText("Opens was due 06:00 CET");
    // What changed meanwhile is there after it.
    Object.assign(mock.world.byAddress.get("Instance/order-sync/cust-0300"), { state: "failing" });
    mock.rowsOf = undefined;
    mock.back();
    await page.getByRole("button", { name: "Try now" }).click();
    await expect(bar).toHaveCount(0);
    await expect(page.locator(".counts a").filter({ hasText: "Failing" }).locator("strong")).toHaveText("2");
  });

  test("acts are off, with that reason", async ({ page, mock }) => {
    await open(page, "e/prod-us/r/Instance/acme-erp/cust-0042");
    mock.cut();
    await expect(page.getByRole("button", { name: "Sync now" })).toHaveAttribute("aria-disabled", "true");
    await expect(page.getByRole("button", { name: "Sync now" })).toHaveAccessibleDescription("The daemon does not answer.");
  });
});

test("an old tenant, old manifests and a pause are said, each in its own words", async ({ page, mock }) => {
  mock.observedAt = "2026-11-29T01:00:00Z";
  mock.source = { state: "failed", since: "2026-11-28T20:00:00Z", message: "the remote refused the key" };
  mock.paused = { reason: "INC-2291", since: "2026-11-29T01:05:00Z" };
  await open(page, "e/prod-us/");
  await expect(page.getByText("Prismatic was last read 02:00 CET, 22 min ago.")).toBeVisible();
  await expect(page.getByText("the remote refused the key")).toBeVisible();
  await expect(page.getByText("Nothing is written since 02:05 CET")).toBeVisible();
});

test("rows do not move under many events, and typing survives", async ({ page, mock }) => {
  await open(page, "e/prod-us/list?state=held,failing");
  await expect(page.locator("tbody tr")).toHaveCount(89);
  const names = await page.locator("tbody tr .name").allTextContents();
  const filter = page.locator("#filter");
  await filter.focus();
  await page.keyboard.type(" ");
  for (let at = 0; at < 50; at++) mock.change([`Instance/dropbox-export/cust-0${110 + (at % 10)}`], { reason: `changed ${at}`, state: at % 2 === 0 && at % 10 === 0 ? "inStep" : "held" });
  await expect(page.getByText("1 gone. Show")).toBeVisible();
  expect(await page.locator("tbody tr .name").allTextContents()).toEqual(names);
  await expect(page.locator("tbody tr").filter({ hasText: "changed 49" })).toHaveCount(1);
  await expect(filter).toBeFocused();
  await expect(filter).toHaveValue("state:held,failing ");
  await page.locator("body").click({ position: { x: 5, y: 500 } });
  await page.keyboard.press(".");
  await expect(page.locator("tbody tr")).toHaveCount(88);
});

test("eight tabs have one stream, and another one takes it over", async ({ context, page, mock }) => {
  await open(page, "e/prod-us/");
  const others = [];
  for (let at = 0; at < 7; at++) {
    const tab = await context.newPage();
    await open(tab, `${mock.url}e/prod-us/waiting`);
    others.push(tab);
  }
  expect(mock.streams.size).toBe(1);
  await page.goto("about:blank");
  await expect.poll(() => mock.streams.size).toBe(1);
  mock.change(["Instance/order-sync/cust-0301"], { state: "failing" });
  const tab = others[3]!;
  await tab.goto(`${mock.url}e/prod-us/`);
  await expect(tab.locator(".counts a").filter({ hasText: "Failing" }).locator("strong")).toHaveText("2");
});

test("it works below a path of a proxy", async ({ page, mock }) => {
  const front = await proxy(mock.url, "/ops/");
  for (const path of ["", "e/prod-us/r/Instance/acme-erp/cust-0042"]) {
    await open(page, front.url + path);
    await page.getByRole("link", { name: "Waiting" }).first().click();
    await expect(page).toHaveURL(`${front.url}e/prod-us/waiting`);
    await expect(page.locator("h1")).toHaveText("4 need a person");
  }
  await page.goto("about:blank");
  await front.stop();
});

test.describe("when the session ends", () => {
  test.use({ allowed: ["401"] });
  test("the page stays, a token is asked for, and it is kept nowhere", async ({ page, mock }) => {
    await open(page, "e/prod-us/r/Instance/acme-erp/cust-0042");
    await page.getByRole("button", { name: "Hold…" }).click();
    await page.getByLabel("Reason").fill("half a sen");
    mock.signedOut = true;
    mock.tell("resources.changed", {});
    const dialog = page.getByRole("dialog", { name: "Sign in" });
    await expect(dialog).toBeVisible();
    await dialog.getByLabel("Token").fill("wrong");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(dialog).toContainText("that is no token of this daemon");
    await dialog.getByLabel("Token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await expect(dialog).toHaveCount(0);
    await expect(page.getByLabel("Reason")).toHaveValue("half a sen");
  });
});

test("a newer daemon is said, and nothing is reloaded by itself", async ({ page, mock }) => {
  await open(page, "e/prod-us/");
  mock.tell("status", { environment: "prod-us", generation: 1, phase: "idle", draining: false, paused: null, build: "0.10.0" });
  await expect(page.getByText("This page is older than the daemon")).toBeVisible();
});

test("several environments are a table, the worst first", async ({ page, mock }) => {
  mock.several = true;
  await page.goto("");
  await expect(page.locator("tbody tr").first()).toContainText("prod-us");
  await page.getByRole("link", { name: "prod-us" }).click();
  await expect(page.locator("h1")).toHaveText("4 need attention");
});

test("a laptop whose clock is wrong sees right ages", async ({ page }) => {
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 3 * 3_600_000;
  });
  await open(page, "e/prod-us/");
  await expect(page.locator(".needs time").first()).toHaveText("12 min ago");
});

test("without storage it works, and the theme and the times are chosen", async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(window, "localStorage", { get: () => { throw new Error("forbidden"); } }));
  await open(page, "e/prod-us/");
  await page.keyboard.press("?");
  await page.getByLabel("dark").check();
  await page.keyboard.press("Escape");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("t");
  await page.keyboard.press("t");
  await expect(page.locator(".needs time").first()).toHaveText("2026-11-29 01:10:10 UTC");
  await page.evaluate(() => Object.defineProperty(window, "localStorage", { get: () => ({}) }));
});

test.describe("on a daemon without some of the questions", () => {
  test.use({ allowed: ["404", "400"] });
  test("each part says so by itself, and the environment is found from the status", async ({ page, mock }) => {
    const none = { status: 404, body: { error: "there is nothing there", code: "not-found" } };
    mock.fail = (route: string) =>
      route === "status" ? { status: 200, body: { environment: "prod-us", tenant: { organization: "Acme Inc" } } } : route === "session" || route === "overview" ? none : undefined;
    await page.goto("");
    await expect(page).toHaveURL(/\/e\/prod-us\/$/);
    await expect(page.locator("main")).toContainText("This daemon does not answer this question.");
    await expect(page.locator(".fresh b")).toHaveText("Live");
    await page.getByRole("link", { name: "Waiting" }).click();
    await expect(page.locator("h1")).toHaveText("4 need a person");
  });
});
