// What a view shows: one entry for a path, read when it is first shown and again when an event says so.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { AsOf, Refusal } from "../api";
import * as http from "../net/http";
import { now } from "../net/clock";
import { asOf } from "./fresh";

export interface Problem { refusal: Refusal; status: number; path: string; since: number }
export interface Entry<T> {
  path: string;
  data: Signal<T | undefined>;
  problem: Signal<Problem | undefined>;
  busy: Signal<boolean>;
  again(): Promise<void>;
}
interface Held extends Entry<unknown> { shown: number; running?: AbortController; dirty: boolean }

const entries = new Map<string, Held>();

function make(path: string): Held {
  const entry: Held = {
    path,
    data: signal(http.cached(path)),
    problem: signal(undefined),
    busy: signal(false),
    shown: 0,
    dirty: false,
    again: () => read(entry),
  };
  return entry;
}

async function read(entry: Held): Promise<void> {
  // One at a time: what is asked for meanwhile is asked once more after it.
  if (entry.running) return void (entry.dirty = true);
  entry.running = new AbortController();
  entry.busy.value = true;
  try {
    const answer = await http.get<{ asOf?: AsOf }>(entry.path, entry.running.signal);
    if (answer.ok) {
      entry.problem.value = undefined;
      if (!answer.same) entry.data.value = answer.value;
      if (answer.value.asOf && !answer.same) asOf.value = answer.value.asOf;
    } else {
      entry.problem.value = { refusal: answer.refusal, status: answer.status, path: entry.path, since: entry.problem.value?.since ?? now() };
    }
  } catch {
    // Aborted: no view needs it any more.
  }
  delete entry.running;
  entry.busy.value = false;
  if (entry.dirty && entry.shown > 0) {
    entry.dirty = false;
    await read(entry);
  }
}

/** The entry of a path, read now; nothing for no path. */
export function useQuery<T>(path: string | undefined): Entry<T> | undefined {
  const entry = useMemo(() => {
    if (path === undefined) return undefined;
    const found = entries.get(path) ?? make(path);
    entries.set(path, found);
    return found;
  }, [path]);
  useEffect(() => {
    if (!entry) return;
    // It may have been dropped by a view that went in the same moment.
    entries.set(entry.path, entry);
    entry.shown++;
    void read(entry);
    return () => {
      if (--entry.shown > 0) return;
      entry.running?.abort();
      entries.delete(entry.path);
    };
  }, [entry]);
  return entry as Entry<T> | undefined;
}

const waiting = new Set<string>();
let timer = 0;

/** Asks again for what is shown below these paths, together and at most once a second. */
export function refresh(prefixes: string[], spread = 0): void {
  for (const prefix of prefixes) waiting.add(prefix);
  if (timer !== 0) return;
  timer = window.setTimeout(() => {
    const all = [...waiting];
    waiting.clear();
    timer = 0;
    for (const entry of entries.values()) {
      if (entry.shown > 0 && all.some((prefix) => entry.path.startsWith(prefix))) void read(entry);
    }
  }, 300 + Math.random() * spread);
}
