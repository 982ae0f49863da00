// A picture of each view, in both themes and on a phone, to be looked at; axe finds nothing in any of them.
import { expect, open, serious, test } from "./fixture";

const VIEWS: [string, string][] = [
  ["board", "e/prod-us/"],
  ["list", "e/prod-us/list?state=blocked,failing,pending,drifted,held"],
  ["resource", "e/prod-us/r/Instance/acme-erp/cust-0042?show=executions"],
  ["customer", "e/prod-us/c/cust-0080"],
  ["plan", "e/prod-us/plan"],
  ["rollouts", "e/prod-us/rollout"],
  ["rollout", "e/prod-us/rollout/acme-erp"],
  ["timeline", "e/prod-us/timeline"],
  ["waiting", "e/prod-us/waiting?group=missing-acme-key"],
];

const SIZES = [
  ["desk", { width: 1280, height: 900 }],
  ["phone", { width: 390, height: 844 }],
  ["narrow", { width: 320, height: 700 }],
] as const;
for (const [size, viewport] of SIZES) {
  for (const theme of ["light", "dark"] as const) {
    if (size === "narrow" && theme === "dark") continue;
    test.describe(`${size}, ${theme}`, () => {
      test.use({ viewport, colorScheme: theme });
      test("each view", async ({ page }) => {
        test.setTimeout(180_000);
        const found: string[] = [];
        for (const [name, path] of VIEWS) {
          await open(page, path);
          if (name === "resource") await expect(page.getByText("401 Unauthorized").nth(1)).toBeVisible();
          await page.screenshot({ path: `../target/page/${name}-${size}-${theme}.png` });
          // It reflows: nothing but tables scrolls sideways.
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (over > 0) found.push(`${name} is ${over} px too wide`);
          found.push(...(await serious(page)).map((one) => `${name}: ${one}`));
        }
        expect(found).toEqual([]);
      });
    });
  }
}
