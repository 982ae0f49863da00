// What the daemon answers: the types of `crates/api`, as the page reads them. Every sentence, state and next
// step is the daemon's; the page only makes links and times of their parts.

/** An instant, RFC 3339 in UTC. */
export type Instant = string;
/** `Kind/name`; the name may hold slashes. */
export type Address = string;

/** The one word of a row: the first of these that applies, as the engine decided. */
export const STATES = ["error", "failing", "blocked", "pending", "drifted", "unknown", "changing", "held", "off", "inStep"] as const;
export type State = (typeof STATES)[number];
export type Counts = Record<State, number>;

/** Where a part of a sentence leads: a view of this page, never a URL. */
export type Link =
  | { view: "list"; query: Record<string, string> }
  | { view: "resource"; address: Address; show?: "all" | "history" | "executions" }
  | { view: "customer"; key: string }
  | { view: "rollout"; integration: string }
  | { view: "plan"; digest?: string }
  | { view: "waiting"; group?: string }
  | { view: "timeline"; query?: Record<string, string> };

/** A part of a sentence. `secs` is a length of time, `at` an instant that the page shows in the viewer's zone. */
export type Part = { t: string; to?: Link; strong?: boolean } | { at: Instant } | { secs: number } | { code: string };
export type Sentence = Part[];

/** How old an answer is, and what it rests on. In every answer. */
export interface AsOf {
  now: Instant;
  environment: string;
  generation: number;
  /** The last successful read of the tenant. */
  observedAt?: Instant;
  sweptAt?: Instant;
  /** Seconds after `observedAt` from which what is shown is old. */
  staleAfter: number;
  phase: "idle" | "working" | "stopped";
  paused?: { reason: string; since: Instant; until?: Instant | null };
  nextPassAt?: Instant;
  source?: { state: "waiting" | "current" | "stale" | "failed"; commit?: string; head?: string; since?: Instant; message?: string };
}

export interface Who { name: string; kind?: string; via?: string }

export interface Headline {
  id: string;
  state: State;
  /** Whether it waits for a person. */
  person: boolean;
  count: number;
  text: Sentence;
  since?: Instant;
  next: Sentence;
  who?: Who;
  link: Link;
}

export interface VersionCount { n: string; count: number }
export type RolloutState = "settled" | "moving" | "soaking" | "waiting" | "standing" | "stopped" | "going-back" | "withdrawn" | "paused" | "finished";

export interface IntegrationRow {
  name: string;
  displayName: string;
  total: number;
  target?: string;
  versions: VersionCount[];
  counts: Partial<Counts>;
  rollout?: { state: RolloutState; text: Sentence };
  changedAt?: Instant;
}
/** `total` counts all, `seen` those with something to see; `rows` are a page of these. */
export interface IntegrationPage { asOf?: AsOf; total: number; seen: number; rows: IntegrationRow[]; next?: string }

export interface Overview {
  asOf: AsOf;
  organization?: string;
  totals: { instances: number; customers: number; integrations: number };
  counts: Counts;
  /** At most 7, one for each cause. */
  headlines: Headline[];
  /** Causes beyond those. */
  more: number;
  integrations: IntegrationPage;
  open: { rollouts: number; plan: number; waiting: number };
  /** The last change, where nothing needs attention. */
  last?: { at: Instant; text: Sentence };
  /** How far the first reading is, before the first pass has ended. */
  reading?: Sentence;
}

export interface Row {
  address: Address;
  displayName: string;
  customer?: string;
  customerKey?: string;
  kind: string;
  integration?: string;
  integrationName?: string;
  fleet?: string;
  state: State;
  sync: string;
  health: string;
  disposition: string;
  reason: string;
  hint?: string;
  actions: string[];
  retryAt?: Instant;
  version: { running?: string; target?: string; deployed?: boolean };
  wave?: string;
  labels: string[];
  since?: Instant;
  changedAt?: Instant;
  hold?: { until?: Instant; reason: string; by?: string };
  drift?: { at?: Instant; by?: string; fields: string[] };
  lastFailure?: { at: Instant; flow: string; error?: string };
}
export interface Facet { value: string; count: number; label?: string }
export interface Rows {
  asOf: AsOf;
  generation: number;
  total: number;
  resources: Row[];
  next?: string;
  prev?: string;
  facets?: { state?: Partial<Counts>; version?: Facet[]; integration?: Facet[]; wave?: Facet[]; label?: Facet[] };
}

/** A value on one of the three sides. A secret's value, length and digest are never in it. */
export type Value =
  | { known: string; lines?: number }
  | { absent: true }
  | { unknown: string; since?: Instant }
  | { secret: true; changed: boolean; from?: string };

export type Side = "same" | "outside" | "git" | "both";
export interface ValueRow {
  path: string[];
  declared: Value;
  live: Value;
  applied: Value;
  /** Absent where it is not known what was applied last. */
  side?: Side;
  who?: Who & { at?: Instant };
  commit?: { id: string; by?: string };
  pass?: number;
  next: Sentence;
}

export type HunkLine = [sign: " " | "-" | "+", text: string];
export interface Hunk { old: number; new: number; before: number; lines: HunkLine[] }
export interface ValueChange {
  path: string[];
  op: "add" | "remove" | "change";
  before?: Value;
  after?: Value;
  hunks?: Hunk[];
  /** Unchanged lines after the last hunk. */
  folded?: number;
  blank?: boolean;
}

/** Something that a person may ask for; one that they may not is shown with the reason. */
export interface Act { name: ActName; allowed: boolean; needs?: string; why?: string; says?: Sentence }
export type ActName = "sync" | "hold" | "release" | "rollback" | "pause" | "resume" | "approve" | "abort";

export interface HistoryRow {
  id: number;
  at: Instant;
  kind: "pass" | "write" | "outside" | "act" | "rollout" | "git";
  who?: Who;
  text: Sentence;
  address?: Address;
  count?: number;
  changes?: { path: string[]; before?: Value; after?: Value }[];
  result?: string;
  /** Of equal rows that follow each other: how often, and since when. */
  times?: number;
  first?: Instant;
}
export interface Connection { name: string; state: "active" | "pending" | "error" | "unknown"; since?: Instant; group?: string }

export interface Resource extends Row {
  asOf: AsOf;
  also?: State[];
  source?: { file: string; line: number; commit?: string; author?: string; subject?: string };
  why: { what: Sentence; since: Sentence; next: Sentence; can: Sentence[] };
  values: { total: number; rows: ValueRow[]; next?: string };
  definition?: { from: string; to: string; text: Sentence; groups: { path: string; count: number; changes: ValueChange[] }[] };
  connections: Connection[];
  history: HistoryRow[];
  links: { text: string; url: string }[];
  acts: Act[];
  /** Whether the daemon reads executions when it is asked. */
  executions?: boolean;
}

export interface Executions {
  asOf: AsOf;
  /** When they were read from Prismatic. */
  readAt: Instant;
  complete: boolean;
  rows: { id: string; startedAt: Instant; endedAt?: Instant; flow: string; step?: string; status: "succeeded" | "failed" | "running"; error?: string; link?: string }[];
}

export interface Customer {
  asOf: AsOf;
  customer: { key: string; name: string; externalId?: string; labels: string[]; zone?: string };
  /** Others of the same name. */
  alike?: { key: string; name: string }[];
  counts: Partial<Counts>;
  total: number;
  last?: { at: Instant; text: Sentence };
  rows: Row[];
  connections: (Connection & { address: Address })[];
  missing: string[];
  history: HistoryRow[];
  unmanaged?: string[];
  links: { text: string; url: string }[];
  acts: Act[];
}

export interface Guard { name: string; text: string; limit: string; value: string; holds: boolean | null; approvable: boolean }
export interface PlanGroup { id: string; text: Sentence; count: number; disposition: string; held: boolean; query?: Record<string, string>; example?: ValueChange; exceptions?: string }
export interface Plan {
  asOf: AsOf;
  digest: string;
  madeAt: Instant;
  revision: { commit?: string; subject?: string; by?: string };
  /** A guard that refuses it, in one sentence; absent where none does. */
  refused?: Sentence;
  summary: Sentence;
  impact: { instances: number; customers: number; confirm: number };
  cost: Sentence;
  guards: Guard[];
  groups: PlanGroup[];
  next?: string;
  rest?: Sentence;
  approval?: { by: string; at: Instant; reason: string };
  supersededBy?: { digest: string; text: Sentence };
  says: Sentence[];
  acts: Act[];
}
export interface PlanSteps { asOf: AsOf; id: string; total: number; rows: { address: Address; text: Sentence; result?: string }[]; next?: string }

export interface Gate { name: string; text: string; limit: string; value: string; holds: boolean | null; readAt?: Instant; why?: string }
export interface Wave {
  name: string;
  who: string;
  state: "closed" | "open" | "soaking" | "waiting" | "passed" | "standing" | "stopped" | "held";
  says: string;
  members: number;
  moved: number;
  soak?: { needs: string; endsAt?: Instant };
  gate: Gate[];
  eta?: Sentence;
  out?: Sentence;
}
export interface RolloutSummary { integration: string; displayName: string; from?: string; to?: string; state: RolloutState; says: string; moved: number; total: number; since?: Instant; next: Sentence }
export interface Rollouts { asOf: AsOf; rows: RolloutSummary[]; last?: Sentence }
export interface Rollout extends RolloutSummary {
  asOf: AsOf;
  commit?: { id: string; by?: string };
  waves: Wave[];
  newlyFailed: { address: Address; customer: string; goodAt?: Instant; failed: number; of: number; error: string; at: Instant }[];
  acts: Act[];
  confirm?: number;
}

export interface Timeline { asOf: AsOf; since?: Instant; keptDays?: number; rows: HistoryRow[]; next?: string }
export interface WaitingGroup extends Headline {
  customers: { key: string; name: string }[];
  missing?: string[];
  /** Lines for the clipboard, such as the names of secrets. Never a link of consent. */
  copy?: string;
  /** Whether a consent link may be fetched for it. */
  consent?: Act;
  sync?: Act;
}
export interface Waiting { asOf: AsOf; groups: WaitingGroup[] }

export interface Search { groups: { kind: "customer" | "instance" | "integration" | "address" | "commit"; total: number; hits: { label: string; detail?: string; state?: State; link: Link }[]; all?: Link }[] }

export interface Session {
  name: string;
  role: "reader" | "viewer" | "operator" | "approver";
  via: string;
  csrf?: string;
  expiresAt?: Instant;
  can: string[];
  environments: { name: string; organization?: string; state?: State; text?: string; person?: number }[];
  build: string;
}

/** An act was accepted: what came of it follows as an event `act`. */
export interface Asked { id: string; status: ActStatus; text?: string }
export type ActStatus = "asked" | "done" | "refused" | "failed";
export interface ActEvent { id: string; status: ActStatus; text?: string }

/** A refusal, as every route gives it. */
export interface Refusal { error: string; code: string; field?: string; suggestion?: string; needs?: string; you?: string; digest?: string; differs?: string[] }

/** Events, thin: they say that something changed, and the page asks for what it shows. */
export interface ResourcesChanged { generation: number; total: number; addresses: Address[]; counts: Counts }
