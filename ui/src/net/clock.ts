// The daemon's clock: ages are measured on it, so that a laptop whose clock is wrong does not lie.
import { signal } from "@preact/signals";
import type { AsOf } from "../api";

let server = Date.now();
let local = Date.now();
let steady = performance.now();

/** Takes the daemon's time from an answer. */
export function heard(asOf: AsOf): void {
  server = Date.parse(asOf.now);
  local = Date.now();
  steady = performance.now();
}

/** The daemon's time now. The steady clock stops while a laptop sleeps, the other one may be set back:
 *  the larger one is right, or says too old rather than too new. */
export const now = (): number => server + Math.max(Date.now() - local, performance.now() - steady);

/** The daemon's time at a moment of this machine's clock: it may have been heard before its time was known. */
export const at = (moment: number): number => server + (moment - local);

/** One timer for the page; it stops while the page is hidden. */
export const tick = signal(0);
let timer = 0;
export function run(): void {
  const start = () => {
    clearInterval(timer);
    if (document.hidden) return;
    tick.value++;
    timer = window.setInterval(() => tick.value++, 1000);
  };
  document.addEventListener("visibilitychange", start);
  start();
}
