// What a browser loads: its size, and that nothing in it needs another origin or an inline script.
import { expect, test } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const DIST = new URL("../../dist/", import.meta.url);
const assets = readdirSync(new URL("assets/", DIST));
const read = (name: string) => readFileSync(new URL(`assets/${name}`, DIST));
const size = (end: string) => assets.filter((name) => name.endsWith(end)).reduce((sum, name) => sum + brotliCompressSync(read(name)).length, 0);

test("JavaScript and CSS are within their budgets", () => {
  console.log(`JavaScript ${size(".js")} B, CSS ${size(".css")} B, compressed by brotli`);
  expect(size(".js")).toBeLessThanOrEqual(40 * 1024);
  expect(size(".css")).toBeLessThanOrEqual(6 * 1024);
});

test("nothing is inline, and nothing comes from elsewhere", () => {
  const html = readFileSync(new URL("index.html", DIST), "utf8");
  expect(html).not.toMatch(/<script(?![^>]*\bsrc="\.\/assets\/)/);
  expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|https?:/);
  for (const name of assets.filter((one) => one.endsWith(".css"))) expect(read(name).toString()).not.toMatch(/url\(|@import/);
});
