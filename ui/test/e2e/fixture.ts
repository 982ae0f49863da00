// Each test has a daemon of its own, and none may leave a message in the console, a secret on the page, or a
// violation of the Content-Security-Policy.
import { test as base, expect, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { start } from "../mock.mjs";
import { CANARY } from "../mock/world.mjs";

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Mock = any;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Fixtures {
  mock: Mock;
  /** What the console may say: pieces of text. A refused request is one of the browser's own messages. */
  allowed: string[];
}

export const test = base.extend<Fixtures>({
  allowed: async ({}, use) => use([]),
  mock: async ({}, use) => {
    const mock = await start();
    await use(mock);
    await mock.stop();
  },
  baseURL: async ({ mock }, use) => use(mock.url),
  page: async ({ page, allowed }, use) => {
    const said: string[] = [];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`error: ${error.message}`));
    await use(page);
    if (!page.isClosed()) await noSecret(page);
    expect(said.filter((text) => !allowed.some((part) => text.includes(part)))).toEqual([]);
  },
});
export { expect };

/** Looks for the canary in the document, the title, the address and the storage. */
export async function noSecret(page: Page): Promise<void> {
  if (!page.url().startsWith("http")) return;
  const all = await page.evaluate(() => {
    const stored = (storage: Storage) => JSON.stringify(storage);
    return [document.documentElement.outerHTML, document.title, location.href, stored(localStorage), stored(sessionStorage), document.cookie, JSON.stringify(history.state), ...[...document.querySelectorAll("input")].map((input) => input.value)].join("\n");
  });
  expect(all.includes(CANARY)).toBe(false);
}

/** Findings of axe that are serious or worse. */
export async function serious(page: Page): Promise<string[]> {
  // Not a script of the page: it is evaluated by the debugger, which the policy does not bind.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const axe = (window as never as { axe: { run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe;
    const { violations } = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical" || impact === "moderate").map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
  });
}

/** Waits until what the view is about is there. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator("h1#h1")).toBeVisible();
  await expect(page.locator(".fresh b")).toHaveText(/Live|Every minute/);
}
