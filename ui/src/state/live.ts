// Events to what is shown: each one says what has to be asked for again.
import { effect, signal } from "@preact/signals";
import type { ActEvent } from "../api";
import { lead } from "../net/leader";
import type { Message } from "../net/sse";
import type { Stream } from "../net/stream";
import { asOf, frozen, heardAt, newer, standing } from "./fresh";
import { heardOfAct } from "./act";
import { refresh } from "./query";
import { build, session, sessionError, signingIn } from "./session";

const ASKED: Record<string, string[]> = {
  "resources.changed": ["overview", "integrations", "resources", "customers"],
  headlines: ["overview", "waiting"],
  plan: ["plans", "overview", "waiting"],
  rollout: ["rollouts", "overview", "waiting"],
  timeline: ["timeline"],
  source: ["overview"],
  paused: ["overview", "timeline"],
  resumed: ["overview", "timeline"],
  "pass.finished": ["overview", "plans", "waiting"],
  act: ["timeline"],
};
const ALL = ["overview", "integrations", "resources", "customers", "plans", "rollouts", "timeline", "waiting"];
/** Parts to ask for once the page moves again. */
const held = new Set<string>();
let stream: Stream | undefined;
export const streamOf = signal<string | undefined>(undefined);

function ask(parts: string[], spread = 0): void {
  if (frozen.value) parts.forEach((part) => held.add(part));
  else refresh(parts, spread);
}

function hear({ event, data }: Message): void {
  heardAt.value = Date.now();
  if (event === "reset") return ask(ALL, 2000);
  const about = JSON.parse(data) as Record<string, unknown>;
  // What was read again without a change is younger now.
  if (event === "observed" && typeof about["observedAt"] === "string" && asOf.value) asOf.value = { ...asOf.value, observedAt: about["observedAt"] };
  if (event === "act") heardOfAct(about as unknown as ActEvent);
  if (event === "status" && typeof about["build"] === "string" && build.value !== undefined) newer.value = about["build"] !== build.value;
  ask(ASKED[event] ?? []);
}

export function start(): void {
  let was = standing.value.state;
  effect(() => {
    const env = streamOf.value;
    // Another person may hear other things; before it is known who looks nothing is asked.
    const known = session.value !== undefined || sessionError.value !== undefined;
    session.value?.name;
    stream?.stop();
    stream = undefined;
    if (env === undefined || !known) return;
    stream = lead(env, {
      message: hear,
      standing(next) {
        if (next.state === "live") heardAt.value = Date.now();
        // After each gap what is shown is asked for again, not all at the same moment.
        if (next.state === "live" && (was === "gone" || was === "late")) ask(ALL, 2000);
        if (next.state === "signed-out") signingIn.value = true;
        was = next.state;
        if (next.state !== "live" || standing.peek().state !== "live") standing.value = next;
      },
    });
  });
  let role: string | undefined;
  effect(() => {
    const now = session.value?.role;
    // Another role is offered other acts.
    if (role !== undefined && now !== role) refresh(ALL);
    role = now;
  });
  effect(() => {
    if (frozen.value || held.size === 0) return;
    refresh([...held]);
    held.clear();
  });
  setInterval(() => {
    if (standing.peek().state === "none" && !document.hidden) refresh(ALL);
  }, 60_000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && standing.peek().state !== "live") stream?.now();
  });
}

export const tryNow = () => stream?.now();
