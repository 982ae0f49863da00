// Text ⇄ terms ⇄ query: what is printed is read again as it was.
import { expect, test } from "@playwright/test";
import fc from "fast-check";
import { fromQuery, has, KEYS, parse, print, toggle, toQuery, type Term } from "../../src/url/filter";

const value = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== "");
const term: fc.Arbitrary<Term> = fc.record({ key: fc.constantFrom(...KEYS.filter((key) => key !== "q")), not: fc.boolean(), values: fc.array(value, { minLength: 1, maxLength: 3 }) });
const byKey = (terms: Term[]) => KEYS.flatMap((key) => terms.filter((one) => one.key === key));

test("a query holds the terms", () => {
  fc.assert(fc.property(fc.array(term, { maxLength: 5 }), (terms) => expect(fromQuery(new URLSearchParams(toQuery(terms).toString()))).toEqual(byKey(terms))));
});

test("printed terms are read again", () => {
  fc.assert(fc.property(fc.array(term, { maxLength: 5 }), (terms) => expect(parse(print(terms))).toEqual({ terms, wrong: [] })));
});

test("any text is read without an exception, and twice the same", () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => {
    const { terms } = parse(text);
    expect(parse(print(terms)).terms).toEqual(terms);
  }));
});

test("what people type", () => {
  const typed = 'state:failing,blocked -label:churned version:<14 since:1h "smith hard"';
  expect(parse(typed).terms).toEqual([
    { key: "state", not: false, values: ["failing", "blocked"] },
    { key: "label", not: true, values: ["churned"] },
    { key: "version", not: false, values: ["<14"] },
    { key: "since", not: false, values: ["1h"] },
    { key: "q", not: false, values: ["smith hard"] },
  ]);
  expect(toQuery(parse(typed).terms).toString()).toBe("q=smith+hard&state=failing%2Cblocked&version=%3C14&label=%21churned&since=1h");
});

test("a wrong key is answered with the nearest right one", () => {
  expect(parse("stat:failing custmer:x frobnicate:1").wrong).toEqual([{ word: "stat:failing", near: "state" }, { word: "custmer:x", near: "customer" }, { word: "frobnicate:1" }]);
});

test("a chip adds its value and takes it away", () => {
  const one = toggle([], "state", "failing");
  const two = toggle(one, "state", "blocked");
  expect(has(two, "state", "failing") && has(two, "state", "blocked")).toBe(true);
  expect(toggle(toggle(two, "state", "failing"), "state", "blocked")).toEqual([]);
});
