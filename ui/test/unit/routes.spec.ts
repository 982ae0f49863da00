// Addresses of the page: a route is its path, and a slash of a name stays one.
import { expect, test } from "@playwright/test";
import fc from "fast-check";
import { follow, parse, print, type Route } from "../../src/url/routes";

const word = fc.string({ minLength: 1, maxLength: 10 }).filter((text) => !text.includes("/") && text !== "." && text !== "..");
const name = fc.array(word, { minLength: 2, maxLength: 4 }).map((words) => words.join("/"));
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.record({ view: fc.constantFrom("board", "list", "plan", "rollouts", "timeline", "waiting"), env: word }) as fc.Arbitrary<Route>,
  fc.record({ view: fc.constant("resource" as const), env: word, address: name }),
  fc.record({ view: fc.constant("customer" as const), env: word, key: name }),
  fc.record({ view: fc.constant("plan" as const), env: word, digest: word }),
  fc.record({ view: fc.constant("rollout" as const), env: word, integration: name }),
);

test("every route is read from its path", () => {
  fc.assert(fc.property(route, (one) => expect(parse(print(one))).toEqual(one)));
});

test("what is not an address says so", () => {
  for (const path of ["x", "e", "e/prod/list/more", "e/prod/r/Instance", "e/prod/plan/a/b"]) expect(parse(path).view).toBe("nowhere");
});

test("a link of the daemon is a path below the base", () => {
  expect(follow("prod us", { view: "list", query: { state: "failing", q: "a&b" } })).toBe("e/prod%20us/list?state=failing&q=a%26b");
  expect(follow("p", { view: "resource", address: "Instance/acme/cust 1" })).toBe("e/p/r/Instance/acme/cust%201");
});
