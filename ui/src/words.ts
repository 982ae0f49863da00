// Every text of the page itself. What is said of a resource comes from the daemon.
import type { RolloutState, State } from "./api";

export type Tone = "bad" | "warn" | "ask" | "move" | "ok" | "still" | "act";
export type IconName = keyof typeof PATHS;

/** 16 px strokes with distinct outlines. */
export const PATHS = {
  bad: "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6",
  block: "M8 1.7a6.3 6.3 0 1 0 0 12.6A6.3 6.3 0 0 0 8 1.7M3.6 3.6l8.8 8.8",
  ask: "M8 1.8a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M2.3 14.3c.5-3.3 2.8-5 5.7-5s5.2 1.7 5.7 5",
  drift: "M2.5 5.5h11M2.5 10.5h11M11.5 1.8l-7 12.4",
  move: "M1.8 8h12M9.3 3.3L14 8l-4.7 4.7",
  held: "M5.3 2.5v11M10.7 2.5v11",
  off: "M8 1.7a6.3 6.3 0 1 0 0 12.6A6.3 6.3 0 0 0 8 1.7M5 8h6",
  unk: "M5.2 5.5a2.8 2.8 0 1 1 4 2.8c-.8.5-1.2 1-1.2 2M8 13.2v.1",
  ok: "M2.5 8.5l3.7 3.7 7.3-8",
  clock: "M8 1.7a6.3 6.3 0 1 0 0 12.6A6.3 6.3 0 0 0 8 1.7M8 4.3V8l2.6 1.8",
  live: "M8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3M3.8 12.2a6 6 0 0 1 0-8.4M12.2 3.8a6 6 0 0 1 0 8.4",
  find: "M7 2.4a4.6 4.6 0 1 0 0 9.2 4.6 4.6 0 0 0 0-9.2M10.5 10.5l4 4",
  out: "M6 3H3v10h10v-3M9 2.5h4.5V7M13 3L7.5 8.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  user: "M8 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6M2.5 14c.8-3 2.8-4.5 5.5-4.5s4.7 1.5 5.5 4.5",
  lock: "M3 7h10v7H3zM5.3 7V5a2.7 2.7 0 0 1 5.4 0v2",
  grid: "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
  wave: "M2 13h3V9h4V5.5h5M14 2v3.5",
  plan: "M3 2h10v12H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  error: "M8 1.8l6.5 12H1.5zM8 6v3.5M8 11.6v.1",
} as const;

/** The words of a state; a new state does not compile without them. */
export const STATE: Record<State, { word: string; icon: IconName; tone: Tone }> = {
  error: { word: "Apply failed", icon: "bad", tone: "bad" },
  failing: { word: "Failing", icon: "bad", tone: "bad" },
  blocked: { word: "Blocked", icon: "block", tone: "warn" },
  pending: { word: "Needs a person", icon: "ask", tone: "ask" },
  drifted: { word: "Drifted", icon: "drift", tone: "move" },
  unknown: { word: "Unknown", icon: "unk", tone: "still" },
  changing: { word: "Changing", icon: "move", tone: "move" },
  held: { word: "Held", icon: "held", tone: "still" },
  off: { word: "Off, as declared", icon: "off", tone: "still" },
  inStep: { word: "In step", icon: "ok", tone: "still" },
};

export const ROLLOUT: Record<RolloutState, { word: string; icon: IconName; tone: Tone }> = {
  settled: { word: "Settled", icon: "ok", tone: "still" },
  moving: { word: "Moving", icon: "move", tone: "move" },
  soaking: { word: "Soaking", icon: "clock", tone: "move" },
  waiting: { word: "Waits", icon: "held", tone: "still" },
  standing: { word: "Stands still", icon: "held", tone: "warn" },
  stopped: { word: "Stopped", icon: "held", tone: "bad" },
  "going-back": { word: "Goes back", icon: "move", tone: "warn" },
  withdrawn: { word: "Withdrawn", icon: "off", tone: "still" },
  paused: { word: "Paused", icon: "held", tone: "warn" },
  finished: { word: "Finished", icon: "ok", tone: "still" },
};

export const KIND = { pass: "pass", write: "write", outside: "outside", act: "act", rollout: "rollout", git: "git" } as const;

export const BEGIN = ["prism-gitops init my-project", "prism-gitops export > my-project/all.yaml", "prism-gitops plan my-project"];

const count = new Intl.NumberFormat();
/** An exact count, by locale. */
export const n = (value: number): string => count.format(value);
/** `1 instance`, `2 instances`. */
export const many = (value: number, one: string, more = `${one}s`): string => `${n(value)} ${value === 1 ? one : more}`;
