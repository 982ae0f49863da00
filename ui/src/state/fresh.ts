// How fresh what is shown is: the stream, the tenant, and git. What is old is never shown as new.
import { computed, signal } from "@preact/signals";
import type { AsOf } from "../api";
import { now, tick } from "../net/clock";
import type { Standing } from "../net/stream";

/** Of the last answer. */
export const asOf = signal<AsOf | undefined>(undefined);
export const standing = signal<Standing>({ state: "off" });
/** When the daemon was last heard, on this machine's clock. */
export const heardAt = signal<number>(Date.now());
/** Whether the environment is read once a minute, since there is no stream. */
export const polled = computed(() => standing.value.state === "none");
export const gone = computed(() => standing.value.state === "gone" || standing.value.state === "late");

/** Whether the tenant was not read for longer than it should be. */
export const tenantStale = computed(() => {
  tick.value;
  const about = asOf.value;
  if (!about?.observedAt || gone.value) return false;
  return now() - Date.parse(about.observedAt) > about.staleAfter * 1000;
});
export const gitStale = computed(() => {
  const state = asOf.value?.source?.state;
  return !gone.value && (state === "stale" || state === "failed");
});

/** Why nothing may be asked for now; nothing if it may. */
export const noActs = computed(() => (gone.value ? "The daemon does not answer." : undefined));
/** A newer daemon answers than the one that this page is of. */
export const newer = signal(false);
/** Whether a person froze the page. */
export const frozen = signal(false);
