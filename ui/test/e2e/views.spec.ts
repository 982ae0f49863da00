// Resource, customer, plan, rollout, timeline, waiting, and the acts on them.
import { CANARY } from "../mock/world.mjs";
import { expect, noSecret, open, test } from "./fixture";

const SMITH = "e/prod-us/r/Instance/acme-erp/cust-0042";

test("a resource has three sides, and says who changed what", async ({ page }) => {
  await open(page, SMITH);
  const row = (name: string) => page.locator(".three tbody tr").filter({ hasText: name });
  await expect(row("Batch Size").locator("td").nth(1)).toContainText("500changed outsidedana@acme.example, 02:14");
  await expect(row("Notify").locator("td").nth(0)).toContainText("new in git");
  await expect(row("API Key").locator("td").nth(0)).toContainText("changed");
  await expect(row("API Key").locator("td").nth(1)).toContainText("never shown");
  await page.getByRole("button", { name: "Show all 27" }).click();
  await expect(page.locator(".three tbody tr")).toHaveCount(27);
  await expect(row("Setting 6")).toContainText("could not be read since 01:58");
  await expect(row("Setting 7")).toContainText("not set");
  await expect(page).toHaveURL(/show=all$/);
  await noSecret(page);
});

test("a long change is drawn on demand", async ({ page }) => {
  await open(page, SMITH);
  await expect(page.getByText("118 unchanged lines")).toBeVisible();
  await expect(page.locator(".line")).toHaveCount(104);
  await page.getByRole("button", { name: "538 more lines. Show" }).click();
  await expect(page.locator(".line")).toHaveCount(642);
});

test.describe("while Prismatic is down", () => {
  test.use({ allowed: ["503"] });
  test("executions fail alone, and are tried again", async ({ page, mock }) => {
    await open(page, SMITH);
    mock.apiDown = true;
    await page.getByRole("button", { name: "Read the last 20" }).click();
    await expect(page.locator("#runs ~ *").or(page.locator("section[aria-labelledby=runs]")).first()).toContainText("Prismatic does not answer");
    await expect(page.locator(".three tbody tr")).toHaveCount(3);
    mock.apiDown = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator("section[aria-labelledby=runs] li")).toHaveCount(3);
  });
});

test("a customer is found by id, and two of one name are told apart", async ({ page }) => {
  await open(page, "e/prod-us/c/cust-0080");
  await expect(page.locator("tbody tr").first()).toContainText("Needs a person");
  await page.getByRole("link", { name: "Globex (cust-0081)" }).click();
  await expect(page.getByText("cust-0081").first()).toBeVisible();
});

test("a hold is set by keyboard alone", async ({ page, mock }) => {
  await open(page, "e/prod-us/");
  await page.keyboard.press("/");
  await page.keyboard.type("smith");
  await expect(page.getByRole("option").first()).toContainText("Smith Hardware");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toHaveText("Smith Hardware");
  await expect(page.locator("h1")).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).toHaveText("Acme ERP · Smith Hardware");
  while (!(await page.getByRole("button", { name: "Hold…" }).evaluate((button) => button === document.activeElement))) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Hold Acme ERP · Smith Hardware" });
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Hold Acme ERP" }).press("Enter");
  await expect(dialog.getByLabel("Reason")).toBeFocused();
  await expect(dialog).toContainText("Say why");
  await page.keyboard.type("ERP rejects v2 tokens, INC-2291");
  await dialog.getByLabel("Until").fill("2026-11-30T09:00");
  await dialog.getByRole("button", { name: "Hold Acme ERP" }).press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.locator(".result")).toContainText("Done Hold Acme ERP · Smith Hardware");
  await expect(page.getByRole("button", { name: "Hold…" })).toBeFocused();
  expect(mock.acts).toEqual([{ id: "act-1", method: "POST", path: "holds", body: { address: "Instance/acme-erp/cust-0042", reason: "ERP rejects v2 tokens, INC-2291", until: "2026-11-30T08:00:00.000Z" } }]);
});

test("what one may not do is there, and says why", async ({ page }) => {
  await open(page, SMITH);
  const back = page.getByRole("button", { name: "Roll back…" });
  await expect(back).toHaveAttribute("aria-disabled", "true");
  await expect(back).toHaveAccessibleDescription("rollback needs the role approver; you are operator");
  await back.click({ force: true });
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test.describe("as an approver", () => {
  test.use({ allowed: ["409"] });
  test.beforeEach(({ mock }) => {
    mock.role = "approver";
  });

  test("a plan is approved with a reason and its number, and no other is", async ({ page, mock }) => {
    await open(page, "e/prod-us/plan");
    const approve = page.getByRole("button", { name: "Approve 9f31c2a8…" });
    await approve.click();
    const dialog = page.getByRole("dialog");
    const submit = dialog.getByRole("button", { name: "Approve plan 9f31c2a8" });
    await dialog.getByLabel("Reason").fill("reviewed with lee");
    await dialog.getByLabel("Type 611 to confirm").fill("600");
    await submit.click();
    await expect(dialog).toContainText("That is not 611.");
    // Enter does not submit what is dangerous.
    await dialog.getByLabel("Type 611 to confirm").fill("611");
    await page.keyboard.press("Enter");
    expect(mock.acts).toEqual([]);
    mock.superseded = true;
    await submit.click();
    await expect(dialog.getByRole("alert")).toContainText("2 more steps");
    await expect(dialog.getByLabel("Reason")).toHaveValue("reviewed with lee");
    mock.superseded = false;
    await submit.click();
    await expect(page.locator(".result")).toContainText("Done Approve plan 9f31c2a8");
    expect(mock.acts).toEqual([{ id: "act-1", method: "POST", path: "plans/9f31c2a8d4b07715/approvals", body: { reason: "reviewed with lee", confirm: 611 } }]);
  });

  test("a plan that was superseded is not replaced under one's eyes, and not approved", async ({ page, mock }) => {
    mock.superseded = true;
    await open(page, "e/prod-us/plan");
    await expect(page.getByText("A newer plan was made: 2 more steps.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Approve 9f31c2a8…" })).toHaveAttribute("aria-disabled", "true");
    await page.getByRole("link", { name: "Go to b0217c44" }).click();
    await expect(page.locator("h1")).toHaveText("Plan b0217c44");
  });

  test("a rollout that stopped at its gate is taken back", async ({ page, mock }) => {
    await open(page, "e/prod-us/rollout");
    await page.getByRole("link", { name: "Acme ERP 13 → 14" }).click();
    await expect(page.locator(".gate li").nth(0)).toContainText("does not holdNewly failed, at most 01 of 2");
    await expect(page.locator(".gate li").nth(4)).toContainText("could not be read");
    await page.getByRole("button", { name: "Roll back…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("401 at Smith");
    await dialog.getByLabel("Type 2 to confirm").fill("2");
    // A second click is the same act.
    await dialog.getByRole("button", { name: "Roll Acme ERP 14 back" }).dblclick();
    await expect(page.locator(".result")).toContainText("Done Roll Acme ERP 14 back");
    expect(mock.acts).toEqual([{ id: "act-1", method: "POST", path: "rollouts/acme-erp/abort", body: { version: "14", back: true, reason: "401 at Smith", confirm: 2 } }]);
  });
});

test("equal changes of a plan are one row, and open into their steps", async ({ page }) => {
  await open(page, "e/prod-us/plan");
  await expect(page.locator(".groups > li")).toHaveCount(3);
  await page.getByRole("button", { name: "Steps of Upgrade Order Sync 7 → 8, deploy" }).click();
  await expect(page.getByText("The first 100 of 611")).toBeVisible();
});

test("the timeline folds, filters, is sent by id, and does not move", async ({ page, mock }) => {
  await open(page, "e/prod-us/timeline");
  await expect(page.getByText("38 times since 17:22 CET")).toBeVisible();
  const first = page.locator(".event").first();
  await expect(first).toContainText("dana@acme.example");
  mock.newer = [{ id: 9009, at: new Date(Date.parse("2026-11-29T01:22:20Z")).toISOString(), kind: "act", who: { name: "lee" }, text: [{ t: "synced" }] }];
  mock.tell("timeline", { id: 9009 });
  await expect(page.getByText("1 newer.")).toBeVisible();
  await expect(first).toContainText("dana@acme.example");
  await page.keyboard.press(".");
  await expect(first).toContainText("lee");
  await page.getByRole("button", { name: "outside", exact: true }).click();
  await expect(page).toHaveURL(/kind=outside/);
  await expect(page.locator(".event").filter({ hasText: "rollout" })).toHaveCount(0);
  await open(page, "e/prod-us/timeline?at=9007");
  await expect(page.locator(".event.here")).toContainText("Batch Size");
});

test("names are copied, and a link of consent is nowhere but in the clipboard", async ({ page }) => {
  await open(page, "e/prod-us/waiting?group=missing-acme-key");
  await page.getByRole("button", { name: "Copy the names" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("ACME_KEY_CUST_0101\nACME_KEY_CUST_0102\nACME_KEY_CUST_0233");
  await page.getByRole("button", { name: "Copy the link…" }).click();
  await expect(page.getByText("Copied: send it to them.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(CANARY);
  await noSecret(page);
});

test("hostile names are text", async ({ page }) => {
  for (const customer of ["cust-0099", "cust-0100", "cust-0103"]) {
    await open(page, `e/prod-us/c/${customer}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
  await open(page, "e/prod-us/c/cust-0099");
  await expect(page.locator("h1")).toHaveText('<img src=x onerror="alert(1)">');
  expect(await page.locator("main img").count()).toBe(0);
  await open(page, SMITH);
  expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
});

test.describe("an address that leads nowhere", () => {
  test.use({ allowed: ["404"] });
  test("says so", async ({ page }) => {
    await page.goto("e/prod-us/nothing");
    await expect(page.locator("h1")).toHaveText("There is nothing at this address");
    await page.goto("e/prod-us/r/Instance/acme-erp/nobody");
    await expect(page.getByRole("alert").filter({ hasText: "there is no such resource" })).toBeVisible();
  });
});
