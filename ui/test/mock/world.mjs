// A made-up fleet: 10,000 instances of 500 integrations for 2,000 customers, a failing canary, three blocked, one
// that needs a person, drift by a colleague, and a closed window. Nothing in it is random.

export const CANARY = "c4nary-5ecret-value";
export const CONSENT = `https://login.example/consent?state=${CANARY}-consent`;
export const TOKEN = `${CANARY}-token`;

const START = Date.parse("2026-11-29T01:22:10Z");
const began = Date.now();
/** The daemon's clock: made up, and going. */
export const now = () => START + (Date.now() - began);
export const iso = (ms) => new Date(ms).toISOString();
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
export const ago = (ms) => iso(START - ms);
export const ahead = (ms) => iso(START + ms);

const FIRST = ["North", "Blue", "Old", "Green", "Silver", "Harbour", "Summit", "River", "Oak", "Bright"];
const SECOND = ["Tools", "Foods", "Motors", "Books", "Paper", "Glass", "Textiles", "Energy", "Garden", "Marine"];
const LAST = ["GmbH", "Ltd", "Inc", "BV", "AS", "SA", "Group", "Works", "Supply", "Trading"];
const NAMED = { 42: "Smith Hardware", 77: "Jones & Co", 80: "Globex", 81: "Globex", 99: '<img src=x onerror="alert(1)">', 100: "\u202eReversed \u202dName", 103: "W".repeat(200) };

function customers() {
  return Array.from({ length: 2000 }, (_, at) => {
    const key = `cust-${String(at).padStart(4, "0")}`;
    const name = NAMED[at] ?? `${FIRST[at % 10]} ${SECOND[Math.floor(at / 10) % 10]} ${LAST[Math.floor(at / 100) % 10]} ${at}`;
    return { key, name, externalId: key, labels: [at % 3 === 0 ? "free" : "paid", ...(at === 42 || at === 43 ? ["canary"] : []), ...(at % 50 === 7 ? ["churned"] : [])], zone: "Europe/Berlin" };
  });
}

const THINGS = ["Invoices", "Orders", "Contacts", "Tickets", "Payments", "Stock", "Leads", "Files", "Events", "Reports"];
const SYSTEMS = ["SAP", "Salesforce", "NetSuite", "Shopify", "Zendesk", "Xero", "Stripe", "Slack", "Jira", "Asana"];
function integrations() {
  const four = [
    { name: "acme-erp", displayName: "Acme ERP", total: 2040, target: "14" },
    { name: "order-sync", displayName: "Order Sync", total: 611, target: "7" },
    { name: "dropbox-export", displayName: "Dropbox Export", total: 240, target: "3" },
    { name: "hubspot-contacts", displayName: "HubSpot Contacts", total: 99, target: "21" },
  ];
  const rest = Array.from({ length: 496 }, (_, at) => {
    const displayName = `${SYSTEMS[at % 10]} ${THINGS[Math.floor(at / 10) % 10]} ${Math.floor(at / 100) + 1}`;
    return { name: displayName.toLowerCase().replaceAll(" ", "-"), displayName, total: at < 66 ? 15 : 14, target: String((at % 9) + 2) };
  });
  return [...four, ...rest];
}

function wave(integration, at) {
  if (integration.name !== "acme-erp") return integration.name === "dropbox-export" ? "rest" : undefined;
  return at === 42 || at === 43 ? "canary" : at % 10 === 5 ? "early" : "rest";
}

function row(integration, customer, at, copy) {
  const version = { running: integration.target, target: integration.target, deployed: true };
  const of = {
    address: `Instance/${integration.name}/${customer.key}${copy > 0 ? `-${copy + 1}` : ""}`,
    displayName: `${integration.displayName} · ${customer.name}`,
    customer: customer.name,
    customerKey: customer.key,
    kind: "Instance",
    integration: integration.name,
    integrationName: integration.displayName,
    fleet: integration.name,
    state: "inStep",
    sync: "Synced",
    health: "Healthy",
    disposition: "none",
    reason: "as declared",
    actions: [],
    version,
    wave: wave(integration, at),
    labels: customer.labels,
    since: ago(30 * DAY),
    changedAt: ago(8 * DAY + at * MIN),
  };
  return Object.assign(of, special(integration, at, copy, version));
}

function special(integration, at, copy, version) {
  if (integration.name === "acme-erp") {
    if ((at === 42 || at === 43) && copy === 0) {
      if (at === 43) return { changedAt: ago(20 * MIN) };
      return {
        state: "failing", health: "Degraded", sync: "OutOfSync", disposition: "held", since: ago(12 * MIN), changedAt: ago(20 * MIN),
        reason: "2 of the last 3 executions of flow “Sync orders” failed since its deploy",
        lastFailure: { at: ago(4 * MIN), flow: "Sync orders", error: "Send to ERP: 401 Unauthorized" },
        drift: { at: ago(8 * MIN), by: "dana@acme.example", fields: ["Batch Size"] },
      };
    }
    return { version: { ...version, running: copy > 0 || at >= 1982 ? "12" : "13" }, reason: "its wave is not open" };
  }
  if (integration.name === "order-sync") {
    if (at === 77) {
      return { state: "drifted", sync: "OutOfSync", disposition: "report", since: ago(8 * MIN), changedAt: ago(8 * MIN), reason: "Batch Size was changed outside from 50 to 500", drift: { at: ago(8 * MIN), by: "dana@acme.example", fields: ["Batch Size"] } };
    }
    if ([101, 102, 233].includes(at)) {
      return { state: "blocked", health: "Blocked", disposition: "wait", since: ago(9 * HOUR), reason: `no value for ACME_KEY_CUST_${String(at).padStart(4, "0")}`, hint: "set it where the daemon runs, then sync" };
    }
  }
  if (integration.name === "dropbox-export") {
    if (at === 80) return { state: "pending", health: "Pending", disposition: "wait", since: ago(6 * DAY), reason: "Dropbox Connection has to be authorised by the customer" };
    if (at >= 100 && at < 188) return { state: "held", disposition: "held", sync: "OutOfSync", actions: ["upgrade", "deploy"], since: ago(8 * HOUR), reason: "window “business hours” is closed", version: { ...version, running: "2" } };
  }
  if (integration.name === "hubspot-contacts") return { state: "off", health: "Suspended", reason: "declared as not enabled" };
  return {};
}

/** The whole of it, and what a test may change in it. */
export function world() {
  const people = customers();
  const all = integrations();
  const rows = all.flatMap((integration, number) =>
    Array.from({ length: integration.total }, (_, index) => {
      const at = number < 4 ? index % 2000 : (number * 37 + index * 131) % 2000;
      return row(integration, people[at], at, number < 4 ? Math.floor(index / 2000) : 0);
    }),
  );
  return { generation: 1042, people, integrations: all, rows, byAddress: new Map(rows.map((one) => [one.address, one])) };
}
