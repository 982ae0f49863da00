// The routes of the daemon's API, answered from the made-up fleet.
import { counts, page, refuse, select, STATES } from "./filter.mjs";
import * as says from "./says.mjs";
import { ago, ahead, CONSENT, iso, now, TOKEN } from "./world.mjs";

const MIN = 60_000;
const wrong = (status, error, code, more = {}) => ({ status, body: { error, code, ...more } });

export function asOf(mock) {
  return {
    now: iso(now()), environment: "prod-us", generation: mock.world.generation, observedAt: mock.observedAt ?? iso(Math.floor(now() / 15_000) * 15_000 - 10_000), sweptAt: ago(MIN), staleAfter: 900,
    phase: "idle", nextPassAt: ahead(8 * MIN), source: { state: "current", commit: "7edde02a4bc11d1", head: "7edde02a4bc11d1", ...mock.source },
    ...(mock.paused ? { paused: mock.paused } : {}),
  };
}

export function integrationRow(mock, integration) {
  const rows = mock.byIntegration.get(integration.name) ?? [];
  const versions = new Map();
  for (const row of rows) versions.set(row.version.running, (versions.get(row.version.running) ?? 0) + 1);
  const worst = counts(rows);
  const some = Object.fromEntries(STATES.filter((state) => worst[state] > 0).map((state) => [state, worst[state]]));
  const rollouts = { "acme-erp": { state: "stopped", text: [says.t("canary 2 of 2 · early, rest wait")] }, "dropbox-export": { state: "moving", text: [says.t("88 of 240 wait for the window")] } };
  return {
    name: integration.name, displayName: integration.displayName, total: rows.length, target: integration.target,
    versions: [...versions].map(([n, count]) => ({ n, count })).sort((a, b) => Number(b.n) - Number(a.n)),
    counts: some, rollout: rollouts[integration.name], changedAt: rows.map((row) => row.changedAt).sort().at(-1),
  };
}

const seen = (row) => STATES.some((state) => state !== "inStep" && row.counts[state] > 0);

function overview(mock) {
  if (mock.reading) return { asOf: asOf(mock), totals: { instances: 0, customers: 0, integrations: 0 }, counts: counts([]), headlines: [], more: 0, integrations: { total: 0, seen: 0, rows: [] }, open: { rollouts: 0, plan: 0, waiting: 0 }, reading: [says.t("34 of 100 pages")] };
  if (mock.empty) return { asOf: asOf(mock), totals: { instances: 0, customers: 0, integrations: 0 }, counts: counts([]), headlines: [], more: 0, integrations: { total: 0, seen: 0, rows: [] }, open: { rollouts: 0, plan: 0, waiting: 0 } };
  const rows = mock.integrationRows();
  const some = rows.filter(seen);
  return {
    asOf: asOf(mock), organization: "Acme Inc", totals: { instances: mock.world.rows.length, customers: 2000, integrations: 500 }, counts: counts(mock.world.rows),
    headlines: says.headlines(), more: 0, integrations: { total: 500, seen: some.length, rows: some.slice(0, 50) }, open: { rollouts: 1, plan: 93, waiting: 4 },
    last: { at: ago(20 * MIN), text: [says.t("upgrade of Acme ERP by lee (#481)")] },
  };
}

function integrations(mock, query) {
  const rows = mock.integrationRows().filter((row) => seen(row) === (query.get("seen") === "true"));
  const from = query.get("after") ? rows.findIndex((row) => row.name === query.get("after")) + 1 : 0;
  const slice = rows.slice(from, from + 50);
  return { asOf: asOf(mock), total: 500, seen: 4, rows: slice, ...(from + 50 < rows.length ? { next: slice.at(-1).name } : {}) };
}

function customer(mock, key) {
  const found = mock.world.people.find((one) => one.key === key);
  if (!found) return wrong(404, `there is no customer ${key}`, "unknown-customer");
  const rows = mock.world.rows.filter((row) => row.customerKey === key).sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  const all = counts(rows);
  return {
    status: 200,
    body: {
      asOf: asOf(mock), customer: found, alike: mock.world.people.filter((one) => one.name === found.name && one !== found).map(({ key, name }) => ({ key, name })),
      counts: Object.fromEntries(STATES.filter((state) => all[state] > 0).map((state) => [state, all[state]])), total: rows.length,
      last: { at: ago(20 * MIN), text: [says.t("upgrade of Acme ERP by lee (#481)")] }, rows: rows.slice(0, 100),
      connections: rows.slice(0, 2).map((row) => ({ name: row.integration === "dropbox-export" ? "Dropbox" : "Acme", address: row.address, state: row.state === "pending" ? "pending" : "active", since: ago(6 * 24 * 60 * MIN), ...(row.state === "pending" ? { group: "consent-dropbox" } : {}) })),
      missing: rows.some((row) => row.state === "blocked") ? [`ACME_KEY_${key.toUpperCase().replace("-", "_")}`] : [],
      history: says.timeline().slice(0, 5), links: [{ text: "Prismatic", url: "https://app.prismatic.example/customers/1" }], acts: [says.act("hold", mock.role, `Nothing is written to their ${rows.length} instances until the hold ends.`)],
    },
  };
}

function search(mock, q) {
  const word = q.toLowerCase();
  const people = mock.world.people.filter((one) => one.name.toLowerCase().includes(word) || one.key.includes(word));
  const kinds = mock.world.integrations.filter((one) => one.displayName.toLowerCase().includes(word) || one.name.includes(word));
  const rows = mock.world.rows.filter((row) => row.address.toLowerCase().includes(word) || row.displayName.toLowerCase().includes(word));
  return {
    groups: [
      { kind: "customer", total: people.length, hits: people.slice(0, 4).map((one) => ({ label: one.name, detail: one.key, link: { view: "customer", key: one.key } })) },
      { kind: "integration", total: kinds.length, hits: kinds.slice(0, 4).map((one) => ({ label: one.displayName, detail: one.name, link: { view: "list", query: { integration: one.name } } })) },
      { kind: "instance", total: rows.length, hits: rows.slice(0, 4).map((row) => ({ label: row.displayName, detail: row.address, state: row.state, link: { view: "resource", address: row.address } })), all: { view: "list", query: { q } } },
    ].filter((group) => group.total > 0),
  };
}

function timeline(mock, query) {
  let rows = [...mock.newer, ...says.timeline()];
  const kinds = query.get("kind")?.split(",");
  if (kinds) rows = rows.filter((row) => kinds.includes(row.kind));
  if (query.get("who")) rows = rows.filter((row) => row.who?.name.includes(query.get("who")));
  if (query.get("at")) rows = rows.filter((row) => row.id <= Number(query.get("at")) + 20);
  if (query.get("before")) rows = rows.filter((row) => row.id < Number(query.get("before")));
  const slice = rows.slice(0, 100);
  return { asOf: asOf(mock), since: ago(27 * 24 * 60 * MIN), keptDays: 90, rows: slice, ...(rows.length > 100 ? { next: String(slice.at(-1).id) } : {}) };
}

const can = { reader: [], viewer: ["read"], operator: ["read", "sync", "pause", "hold"], approver: ["read", "sync", "pause", "hold", "approve"] };
export const session = (mock) => ({
  name: mock.role === "reader" ? "reader" : "kim", role: mock.role, via: mock.role === "reader" ? "loopback" : "token ops-1", csrf: "csrf-1", can: can[mock.role], build: mock.build,
  environments: [{ name: "prod-us", organization: "Acme Inc", state: "failing", person: 4, text: "Acme ERP 14 stopped at wave canary" }, ...(mock.several ? [{ name: "prod-eu", organization: "Acme EU", state: "inStep", person: 0, text: "Nothing needs attention" }] : [])],
});

/** The answer to a GET: a status and a body. */
export function read(mock, path, query) {
  const ok = (body) => ({ status: 200, body: { asOf: asOf(mock), ...body } });
  const parts = path.split("/").map(decodeURIComponent);
  const [head, ...rest] = parts;
  switch (head) {
    case "session": return { status: 200, body: session(mock) };
    case "overview": return { status: 200, body: overview(mock) };
    case "integrations": return { status: 200, body: integrations(mock, query) };
    case "resources": {
      if (rest.length === 0) {
        const problem = refuse(query);
        return problem ? { status: 400, body: problem } : ok({ generation: mock.world.generation, ...page(mock.world.rows, query) });
      }
      const row = mock.world.byAddress.get(rest.join("/"));
      return row ? ok(says.resource(row, mock.role, query.get("values") === "all")) : wrong(404, "there is no such resource", "unknown-resource");
    }
    case "executions": return mock.apiDown ? wrong(503, "Prismatic does not answer", "upstream") : ok(says.executions(query.get("address"), query.get("failed") === "true"));
    case "customers": return customer(mock, rest.join("/"));
    case "search": return { status: 200, body: search(mock, query.get("q") ?? "") };
    case "plans": {
      if (rest[1] === "groups") {
        const rows = select(mock.world.rows, new URLSearchParams({ integration: "order-sync" })).slice(0, 100);
        return ok({ id: rest[2], total: 611, rows: rows.map((row) => ({ address: row.address, text: [says.t("Upgrade 7 → 8, deploy")], result: "" })) });
      }
      const digest = rest[0] === "latest" ? says.PLAN : rest[0];
      return ok(says.plan(mock.role, digest, mock.superseded && digest === says.PLAN));
    }
    case "rollouts": return rest.length === 0 ? ok(says.rollouts()) : rest[0] === "acme-erp" ? ok(says.rollout(mock.role)) : wrong(404, "there is no rollout of it", "unknown-rollout");
    case "timeline": return { status: 200, body: timeline(mock, query) };
    case "waiting": return ok({ groups: says.waiting(mock.role) });
    default: return wrong(404, `there is nothing at ${path}`, "not-found");
  }
}

/** The answer to an act. */
export function act(mock, method, path, body, headers) {
  const [head, ...rest] = path.replace(/^acts\//, "").split("/").map(decodeURIComponent);
  if (head === "session") {
    if (method === "DELETE") mock.role = "reader";
    else if (body?.token !== TOKEN) return wrong(401, "that is no token of this daemon", "token-required");
    else mock.role = "operator";
    mock.signedOut = false;
    return { status: 200, body: session(mock) };
  }
  if (headers["x-csrf-token"] !== "csrf-1") return wrong(403, "the CSRF token is missing", "csrf");
  if (head === "waiting") return { status: 200, body: { url: CONSENT } };
  if (head === "plans" && mock.superseded) return wrong(409, "A newer plan was made: nothing was approved.", "plan-superseded", { digest: says.NEWER, differs: ["2 more steps", "Acme ERP for cust-1999 is created"] });
  const known = mock.asked.get(headers["idempotency-key"]);
  if (known) return known;
  const id = `act-${mock.asked.size + 1}`;
  const answer = { status: 202, body: { id, status: "asked" } };
  mock.asked.set(headers["idempotency-key"], answer);
  mock.acts.push({ id, method, path: [head, ...rest].join("/"), body });
  if (!mock.slow) setImmediate(() => mock.tell("act", { id, status: "done", text: "with pass 313" }));
  return answer;
}
