// What the engine says of the made-up fleet: headlines, plan, rollout, timeline, who waits.
import { ago, ahead, CANARY } from "./world.mjs";

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
export const t = (text, to) => (to ? { t: text, to } : { t: text });
export const b = (text) => ({ t: text, strong: true });
const smith = { view: "resource", address: "Instance/acme-erp/cust-0042" };
const jones = { view: "resource", address: "Instance/order-sync/cust-0077" };

export const headlines = () => [
  { id: "rollout-acme-erp", state: "failing", person: true, count: 1, since: ago(12 * MIN), link: { view: "rollout", integration: "acme-erp" }, text: [b("Acme ERP 14"), t(" stopped at wave canary: 1 of 2 failed after its deploy, "), t("Smith Hardware", smith)], next: [t("Nobody else moves to 14. "), t("See the gate", { view: "rollout", integration: "acme-erp" })] },
  { id: "missing-acme-key", state: "blocked", person: true, count: 3, since: ago(9 * HOUR), link: { view: "list", query: { state: "blocked" } }, text: [t("3 customers have no value for "), { code: "ACME_KEY_…" }], next: [t("Set the secret, then sync. "), t("Which three", { view: "waiting", group: "missing-acme-key" })] },
  { id: "consent-dropbox", state: "pending", person: true, count: 1, since: ago(6 * DAY), link: { view: "list", query: { state: "pending" } }, text: [b("Globex"), t(" has to authorise Dropbox Connection")], next: [t("Send the link. "), t("Open", { view: "waiting", group: "consent-dropbox" })] },
  { id: "drift-order-sync", state: "drifted", person: true, count: 1, since: ago(8 * MIN), link: jones, who: { name: "dana@acme.example" }, text: [t("Order Sync of "), b("Jones & Co"), t(": Batch Size 50 → 500, by dana@acme.example")], next: [t("Only reported: "), { code: "drift: alert" }, t(". "), t("Put back or accept", jones)] },
  { id: "window", state: "held", person: false, count: 88, since: ago(8 * HOUR), link: { view: "list", query: { state: "held" } }, text: [t("Window “business hours” is closed")], next: [t("Opens "), { at: ahead(3 * HOUR + 38 * MIN) }, t(". "), t("List", { view: "list", query: { state: "held" } })] },
];

export const act = (name, role, says) => {
  const needs = { sync: "operator", hold: "operator", release: "operator", pause: "operator", resume: "operator" }[name] ?? "approver";
  const rank = ["reader", "viewer", "operator", "approver"];
  const allowed = rank.indexOf(role) >= rank.indexOf(needs);
  return { name, allowed, needs, ...(allowed ? {} : { why: `${name} needs the role ${needs}; you are ${role}` }), says: [t(says)] };
};

export const rollout = (role) => ({
  integration: "acme-erp", displayName: "Acme ERP", from: "13", to: "14", state: "stopped", says: "Stopped at its gate", moved: 2, total: 2040, since: ago(12 * MIN), confirm: 2,
  next: [b("Nothing moves until somebody decides"), t(", or git names a newer version")],
  commit: { id: "7edde02a4bc11d1", by: "lee" },
  waves: [
    { name: "canary", who: "label canary", state: "stopped", says: "Gate closed", members: 2, moved: 2, soak: { needs: "2 h", endsAt: ahead(100 * MIN) }, gate: [
      { name: "newlyFailed", text: "Newly failed, at most 0", limit: "0", value: "1 of 2", holds: false, readAt: ago(MIN) },
      { name: "blocked", text: "Blocked, at most 10%", limit: "10%", value: "0%", holds: true },
      { name: "executions", text: "Executions since the deploys, at least 5", limit: "5", value: "44", holds: true },
      { name: "read", text: "All of it could be read", limit: "all", value: "02:21", holds: true },
      { name: "latency", text: "Longest execution, at most 60 s", limit: "60 s", value: "unknown", holds: null, why: "the log of 1 instance could not be read" },
    ] },
    { name: "early", who: "10%, by a fixed hash", state: "waiting", says: "Waits for 1", members: 204, moved: 0, soak: { needs: "1 d after the last deploy" }, gate: [] },
    { name: "rest", who: "100%, 20 at a time", state: "waiting", says: "Waits for 2", members: 1834, moved: 0, gate: [], out: [t("5 pinned, 1 held")], eta: [t("not before "), { at: ahead(2 * DAY) }] },
  ],
  newlyFailed: [{ address: "Instance/acme-erp/cust-0042", customer: "Smith Hardware", goodAt: ago(24 * MIN), failed: 2, of: 3, error: "Sync orders › Send to ERP: 401 Unauthorized", at: ago(12 * MIN) }],
  acts: [act("abort", role, "Takes 2 instances back to 13 and withdraws 14: it is not rolled out again."), act("approve", role, "Lets wave early begin although 1 of 2 newly failed.")],
});

export const rollouts = () => ({
  rows: [
    { integration: "acme-erp", displayName: "Acme ERP", from: "13", to: "14", state: "stopped", says: "Stopped at its gate", moved: 2, total: 2040, since: ago(12 * MIN), next: [t("Nothing moves until somebody decides")] },
    { integration: "dropbox-export", displayName: "Dropbox Export", from: "2", to: "3", state: "moving", says: "Wave rest", moved: 152, total: 240, since: ago(2 * DAY), next: [t("88 wait for the window, "), { at: ahead(3 * HOUR + 38 * MIN) }] },
  ],
});

export const PLAN = "9f31c2a8d4b07715";
export const NEWER = "b0217c4400aa91ef";
export const plan = (role, digest, newer) => ({
  digest, madeAt: ago(30_000), revision: { commit: "7edde02a4bc11d1", subject: "orders v2", by: "lee (#481)" },
  refused: [t("611 of 10,000 instances change (6.1%), the limit is 5%. An approver can let it pass")],
  summary: [t("Upgrades 611 · creates 3 · changes 2 · disables 0 · 604 customers")],
  cost: [t("1,240 requests, about 65 s")],
  impact: { instances: 611, customers: 604, confirm: 611 },
  guards: [
    { name: "share", text: "Share of instances that change", limit: "5%", value: "6.1%", holds: false, approvable: true },
    { name: "deletes", text: "Instances deleted", limit: "0", value: "0", holds: true, approvable: true },
    { name: "tenant", text: "The tenant is Acme Inc", limit: "", value: "it is", holds: true, approvable: false },
  ],
  groups: [
    { id: "g1", text: [t("Upgrade Order Sync 7 → 8, deploy")], count: 611, disposition: "held by the guard", held: true, query: { integration: "order-sync" }, exceptions: "608 alike, 3 also change Region", example: { path: ["Order Sync", "version"], op: "change", before: { known: "7" }, after: { known: "8" } } },
    { id: "g2", text: [t("Create Acme ERP for new members of fleet acme-prod")], count: 3, disposition: "held by the guard", held: true, query: { integration: "acme-erp" } },
    { id: "g3", text: [t("Change Batch Size 500 → 50 (drift, dana@acme.example)")], count: 1, disposition: "only reported", held: false, query: { state: "drifted" }, example: { path: ["Jones & Co", "Batch Size"], op: "change", before: { known: "500" }, after: { known: "50" } } },
  ],
  rest: [t("88 held by the window, 3 blocked, 1 pending: these are on")],
  says: [[t("611 instances of 604 customers are upgraded 7 → 8 (6.1%; the guard stops at 5%), 3 are created, none is deleted or disabled.")], [t(`You approve exactly plan ${digest.slice(0, 8)}. If git or the tenant differ by then, nothing is done and you are asked again.`)], [t("It runs with the next pass, "), { at: ahead(8 * MIN) }, t(".")]],
  acts: [act("approve", role, "Approves it.")],
  ...(newer ? { supersededBy: { digest: NEWER, text: [t("2 more steps.")] } } : {}),
});

export const timeline = () => [
  { id: 9007, at: ago(8 * MIN), kind: "outside", who: { name: "dana@acme.example", via: "in Prismatic" }, text: [t("Batch Size of "), t("Order Sync · Jones & Co", jones), t(": 50 → 500")], address: "Instance/order-sync/cust-0077", changes: [{ path: ["Batch Size"], before: { known: "50" }, after: { known: "500" } }, { path: ["API Key"], before: { secret: true, changed: true }, after: { secret: true, changed: true, value: CANARY } }] },
  { id: 9006, at: ago(12 * MIN), kind: "rollout", who: { name: "engine" }, text: [t("Acme ERP 14 stopped at canary: newly failed 1", { view: "rollout", integration: "acme-erp" })] },
  { id: 9005, at: ago(17 * MIN), kind: "act", who: { name: "kim", via: "page, “INC-2291”" }, text: [t("paused prod-us until 03:00")] },
  { id: 9004, at: ago(20 * MIN), kind: "write", who: { name: "pass 312", via: "7edde02 by lee (#481)" }, text: [t("Acme ERP 13 → 14 for 2 of 2")], count: 2, result: "applied", address: "Instance/acme-erp/cust-0042" },
  { id: 9003, at: ago(22 * MIN), kind: "pass", who: { name: "pass 311" }, text: [t("nothing to do")], times: 38, first: ago(9 * HOUR) },
  { id: 9002, at: ago(10 * HOUR), kind: "git", who: { name: "lee", via: "#481" }, text: [t("7edde02 “orders v2”")] },
  ...Array.from({ length: 240 }, (_, at) => ({ id: 9001 - at, at: ago(11 * HOUR + at * 47 * MIN), kind: ["write", "pass", "act", "outside"][at % 4], who: at % 4 === 3 ? undefined : { name: ["pass 310", "pass 309", "lee", ""][at % 4] }, text: [t(`${["Upgraded 2 instances of Order Sync", "nothing to do", "synced", "Region changed outside"][at % 4]}, ${at}`)] })),
];

export const waiting = (role) => {
  const [stopped, missing, consent, , window] = headlines();
  const names = ["0101", "0102", "0233"].map((one) => `ACME_KEY_CUST_${one}`);
  return [
    { ...consent, customers: [{ key: "cust-0080", name: "Globex" }], consent: act("sync", role, "") },
    { ...missing, next: [t("Set them where the daemon runs, then sync")], customers: [101, 102, 233].map((at) => ({ key: `cust-0${at}`, name: `cust-0${at}` })), missing: names, copy: names.join("\n"), sync: act("sync", role, "Does now what the pass in 8 min would: 2 changes, 0 deletes.") },
    { ...stopped, customers: [] },
    { id: "approval", state: "blocked", person: true, count: 1, since: ago(40_000), text: [t("Plan 9f31c2a8 is beyond a guard: 611 instances")], next: [t("An approver decides")], link: { view: "plan", digest: PLAN }, customers: [] },
    { ...window, customers: [] },
  ];
};

export function resource(row, role, all) {
  const smiths = row.address === smith.address;
  const drifted = smiths || row.address === jones.address;
  const known = (text) => ({ known: text });
  const values = [
    ...(drifted ? [{ path: ["config variable", "Batch Size"], declared: known("50"), live: known("500"), applied: known("50"), side: "outside", who: { name: "dana@acme.example", at: ago(8 * MIN) }, pass: 311, next: [t("only reported")] }] : []),
    ...(smiths
      ? [
          { path: ["connection “Acme”, input", "API Key"], declared: { secret: true, changed: true, from: "env ACME_KEY_CUST_0042", value: CANARY }, live: { secret: true, changed: false, value: CANARY }, applied: { secret: true, changed: false }, pass: 280, side: "git", next: [t("held: window opens "), { at: ahead(3 * HOUR + 38 * MIN) }] },
          { path: ["config variable", "Notify"], declared: known("ops@smith.example"), live: known("it@smith.example"), applied: known("it@smith.example"), side: "git", commit: { id: "9ac01f2bb", by: "lee" }, pass: 311, next: [t("held: window opens "), { at: ahead(3 * HOUR + 38 * MIN) }] },
        ]
      : []),
  ];
  const same = Array.from({ length: 24 }, (_, at) => ({ path: ["config variable", `Setting ${at + 1}`], declared: known(`value ${at + 1}`), live: at === 5 ? { unknown: "the API refused it", since: ago(24 * MIN) } : known(`value ${at + 1}`), applied: at === 6 ? { absent: true } : known(`value ${at + 1}`), side: "same", next: [] }));
  const lines = (from, to, sign) => Array.from({ length: to - from }, (_, at) => [sign, `  // line ${from + at}`]);
  return {
    ...row,
    ...(smiths ? { also: ["drifted"] } : {}),
    source: { file: `fleets/${row.integration}.yaml`, line: 14, commit: "7edde02a4bc11d1", author: "lee", subject: "orders v2" },
    why: smiths
      ? {
          what: [b("2 of the last 3 executions of flow “Sync orders” failed"), t(" since its deploy at 02:02. First: "), { code: "401 Unauthorized from https://smith.example/api" }],
          since: [{ at: ago(12 * MIN) }, t(". Its last execution before the deploy, 01:58, was good")],
          next: [t("The rollout of 14 stays stopped, this instance stays on 14. 2 changes of git wait for the window, "), { at: ahead(3 * HOUR + 38 * MIN) }, t(". Drift is only reported")],
          can: [[t("hold it as it is")], [t("put Batch Size back or accept it into git", { view: "plan" })], [t("read the failed executions", { ...smith, show: "executions" })]],
        }
      : { what: [t(row.reason)], since: [{ at: row.since }], next: [t(row.state === "inStep" ? "Nothing is to be done" : (row.hint ?? "Only reported"))], can: [] },
    values: { total: values.length + 24, rows: all ? [...values, ...same] : values },
    ...(smiths
      ? {
          definition: {
            from: "13", to: "14", text: [t("2 of 9 steps, flow “Sync orders”")],
            groups: [{ path: "Flow Sync orders", count: 2, changes: [
              { path: ["Flow Sync orders", "step Send to ERP", "input URL"], op: "change", before: known("https://…/v1/orders"), after: known("https://…/v2/orders") },
              { path: ["Flow Sync orders", "step Map lines", "input Code"], op: "change", hunks: [{ old: 119, new: 119, before: 118, lines: [[" ", "for (const line of order.lines) {"], ["-", "  total += line.price * line.qty;"], ["+", "  total += line.price * Number(line.quantity);"], [" ", "}"]] }], folded: 93 },
            ] }, { path: "Flow Long", count: 1, changes: [{ path: ["Flow Long", "input Code"], op: "change", hunks: [{ old: 1, new: 1, before: 0, lines: [...lines(1, 320, "-"), ...lines(1, 320, "+")] }] }] }],
          },
        }
      : {}),
    executions: true,
    connections: [{ name: "Acme", state: row.state === "pending" ? "pending" : "active", since: ago(200 * DAY) }],
    history: [{ id: 9007, at: ago(8 * MIN), kind: "outside", who: { name: "dana@acme.example", via: "in Prismatic" }, text: [t("Changed outside: Batch Size 50 → 500")] }, { id: 9004, at: ago(20 * MIN), kind: "write", who: { name: "commit 7edde02 by lee", via: "“orders v2” (#481)" }, text: [t("Upgraded 13 → 14")] }].slice(drifted ? 0 : 1),
    links: [{ text: "Prismatic", url: "https://app.prismatic.example/designer/SW50" }, { text: "bad", url: "javascript:alert(1)" }],
    acts: [act("hold", role, `Until the hold ends nothing is written to this one instance: no upgrade, and no healing. It stays on ${row.version.running}. It leaves the count of its wave.`), act("sync", role, "Does now what the pass in 8 min would: 2 changes, 0 deletes."), ...(smiths ? [act("rollback", role, "Takes 2 instances back to 13.")] : [])],
  };
}

export const executions = (address, failed) => {
  const rows = address === smith.address
    ? [["failed", 4], ["failed", 12], ["succeeded", 18]].map(([status, min], at) => ({ id: `e${at}`, startedAt: ago(min * MIN), flow: "Sync orders", status, ...(status === "failed" ? { step: "Send to ERP", error: "401 Unauthorized" } : {}) }))
    : Array.from({ length: 20 }, (_, at) => ({ id: `e${at}`, startedAt: ago(at * 10 * MIN), flow: "Sync", status: "succeeded" }));
  return { readAt: ago(2000), complete: true, rows: rows.filter((row) => !failed || row.status === "failed") };
};
