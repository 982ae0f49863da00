// Budgets: measured and said on each run. They fail a run with PAGE_BUDGETS=1, on a machine that does nothing else;
// else only what no load explains fails.
import { expect, type Page } from "@playwright/test";

const STRICT = process.env["PAGE_BUDGETS"] === "1";
const watched = new WeakSet<Page>();

/** Counts tasks of more than 50 ms from now on. */
export async function longTasks(page: Page): Promise<void> {
  watched.add(page);
  await page.evaluate(() => {
    const tasks: number[] = ((window as never as { tasks: number[] }).tasks = []);
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => tasks.push(entry.duration))).observe({ type: "longtask" });
  });
}

/** Says a measure, with the longest task if these were counted; `ms` has a budget of 300. */
export async function measure(page: Page, text: string, ms?: number): Promise<void> {
  const tasks = watched.has(page) ? await page.evaluate(() => (window as never as { tasks: number[] }).tasks) : undefined;
  const longest = Math.max(0, ...(tasks ?? []));
  console.log(`${text}${tasks === undefined ? "" : `, longest task ${longest === 0 ? "below 50" : longest.toFixed(0)} ms`}`);
  expect(longest).toBeLessThanOrEqual(STRICT ? 50 : 500);
  if (ms !== undefined) expect(ms).toBeLessThanOrEqual(STRICT ? 300 : 3000);
}
