// Filters, counts and pages over the rows, as the daemon will do them.
import { now } from "./world.mjs";

export const STATES = ["error", "failing", "blocked", "pending", "drifted", "unknown", "changing", "held", "off", "inStep"];
const KEYS = ["q", "state", "customer", "integration", "fleet", "version", "wave", "label", "sync", "health", "disposition", "kind", "since", "changedBy"];
const OTHERS = ["sort", "after", "before", "limit", "facets", "environment", "shape"];

const values = (given) => (given.match(/(?:\\.|[^\\,])+/g) ?? []).map((piece) => piece.replace(/\\(.)/g, "$1"));

function secs(text) {
  const [, number, unit] = /^(\d+)(s|m|min|h|d)$/.exec(text) ?? [];
  if (!number) return undefined;
  return Number(number) * { s: 1, m: 60, min: 60, h: 3600, d: 86400 }[unit];
}

function matches(row, key, value) {
  switch (key) {
    case "q": return [row.displayName, row.address, row.customerKey].some((text) => text.toLowerCase().includes(value.toLowerCase()));
    case "customer": return row.customerKey === value || row.customer === value;
    case "label": return row.labels.includes(value);
    case "version":
      if (value === "target") return row.version.running === row.version.target;
      if (value.startsWith("<")) return Number(row.version.running) < Number(value.slice(1));
      return row.version.running === value;
    case "since": {
      const from = secs(value) === undefined ? Date.parse(value) : now() - secs(value) * 1000;
      return Date.parse(row.since) >= from;
    }
    case "changedBy": return row.drift?.by === value;
    default: return row[key] === value;
  }
}

export function refuse(query) {
  for (const key of query.keys()) {
    if (!KEYS.includes(key) && !OTHERS.includes(key)) {
      const near = KEYS.find((known) => known.startsWith(key[0]));
      return { error: `there is no filter ${key}`, code: "invalid-request", field: key, suggestion: near };
    }
  }
  for (const state of query.getAll("state").flatMap((given) => values(given.replace(/^!/, "")))) {
    if (!STATES.includes(state)) return { error: `there is no state ${state}`, code: "invalid-request", field: "state", suggestion: STATES.find((known) => known[0] === state[0]) };
  }
  return undefined;
}

export function select(rows, query, without) {
  const terms = KEYS.flatMap((key) => (key === without ? [] : query.getAll(key).map((given) => ({ key, not: given.startsWith("!"), values: values(given.replace(/^!/, "")) }))));
  return rows.filter((row) => terms.every(({ key, not, values }) => values.some((value) => matches(row, key, value)) !== not));
}

export const counts = (rows) => {
  const all = Object.fromEntries(STATES.map((state) => [state, 0]));
  for (const row of rows) all[row.state]++;
  return all;
};

function facet(rows, values) {
  const all = new Map();
  for (const row of rows) for (const value of values(row)) if (value !== undefined) all.set(value, (all.get(value) ?? 0) + 1);
  return [...all].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count).slice(0, 20);
}

const sorts = {
  state: (row) => String(STATES.indexOf(row.state)),
  customer: (row) => row.customer,
  integration: (row) => row.integration,
  version: (row) => (row.version.running ?? "").padStart(6, "0"),
  wave: (row) => row.wave ?? "",
  since: (row) => row.since,
};

export function page(rows, query) {
  const found = select(rows, query);
  const [, down, by] = /^(-?)(.*)$/.exec(query.get("sort") ?? "state");
  const value = sorts[by] ?? sorts.state;
  const key = (row) => `${value(row)}\0${row.address}`;
  const keyed = found.map((row) => [key(row), row]).sort((a, b) => (a[0] < b[0] ? -1 : 1));
  if (down) keyed.reverse();
  const limit = Number(query.get("limit") ?? 100);
  const cursor = (text) => Buffer.from(text).toString("base64url");
  const at = (text) => {
    const wanted = Buffer.from(text, "base64url").toString();
    return keyed.findIndex(([one]) => (down ? one <= wanted : one >= wanted));
  };
  let from = 0;
  if (query.get("after")) from = at(query.get("after")) + 1;
  if (query.get("before")) from = Math.max(0, at(query.get("before")) - limit);
  const slice = keyed.slice(from, from + limit);
  const facets = query.get("facets")?.split(",") ?? [];
  const has = (name) => facets.includes(name);
  return {
    total: found.length,
    resources: slice.map(([, row]) => row),
    ...(from + limit < keyed.length ? { next: cursor(slice.at(-1)[0]) } : {}),
    ...(from > 0 && slice.length > 0 ? { prev: cursor(slice[0][0]) } : {}),
    facets: {
      ...(has("state") ? { state: counts(select(rows, query, "state")) } : {}),
      ...(has("version") && query.has("integration") ? { version: facet(select(rows, query, "version"), (row) => [row.version.running]) } : {}),
      ...(has("wave") && query.has("integration") ? { wave: facet(select(rows, query, "wave"), (row) => [row.wave]) } : {}),
      ...(has("label") ? { label: facet(found, (row) => row.labels) } : {}),
    },
  };
}
