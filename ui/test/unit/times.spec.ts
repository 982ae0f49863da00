// Times across days, years and changes of the clock.
import { expect, test } from "@playwright/test";
import * as times from "../../src/parts/times";

const at = (text: string) => Date.parse(text);
const NOW = at("2026-11-29T01:22:10Z");
const BERLIN = "Europe/Berlin";

test("ages", () => {
  const rows: [string, string][] = [
    ["2026-11-29T01:22:05Z", "just now"],
    ["2026-11-29T01:21:28Z", "42 s ago"],
    ["2026-11-29T01:10:10Z", "12 min ago"],
    ["2026-11-28T22:00:00Z", "3 h ago"],
    ["2026-11-23T01:00:00Z", "6 d ago"],
    ["2026-11-21T10:00:00Z", "Nov 21"],
    ["2025-11-21T10:00:00Z", "Nov 21, 2025"],
    ["2026-11-29T06:00:00Z", "in 4 h 37 min"],
  ];
  for (const [instant, text] of rows) expect(times.relative(at(instant), NOW, BERLIN)).toBe(text);
});

test("the hour in the viewer's zone, with the day where it is another one", () => {
  expect(times.clock(at("2026-11-29T01:10:00Z"), NOW, BERLIN)).toBe("02:10 CET");
  expect(times.clock(at("2026-11-23T09:00:00Z"), NOW, BERLIN)).toBe("Nov 23, 10:00 CET");
});

test("both sides of a change of the clock", () => {
  expect(times.exact(at("2026-10-25T00:30:00Z"), BERLIN)).toBe("Sun Oct 25 2026 02:30:00 CEST (UTC+2) · 00:30:00 UTC");
  expect(times.exact(at("2026-10-25T01:30:00Z"), BERLIN)).toBe("Sun Oct 25 2026 02:30:00 CET (UTC+1) · 01:30:00 UTC");
  expect(times.exact(at("2026-11-29T01:10:41Z"), "Asia/Kolkata")).toContain("(UTC+05:30)");
});

test("lengths", () => {
  expect([0, 59, 60, 6000, 86_400, 90_000, 400_000].map(times.length)).toEqual(["0 s", "59 s", "1 min", "1 h 40 min", "1 d", "1 d 1 h", "4 d"]);
});
