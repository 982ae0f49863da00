// One connection for events: live → late (no byte for 35 s) → gone, tried again with longer and longer waits.
import { parser, retryAfter, wait, type Message } from "./sse";
import { url } from "./http";

export type Standing = { state: "off" | "live" | "late" | "signed-out" | "none" } | { state: "gone"; next: number; why: string };
const QUIET = 35_000;

export interface Stream { stop(): void; now(): void }

/** Follows the events of an environment. `next` of a standing is in milliseconds of this machine's clock. */
export function follow(env: string, on: { message(message: Message): void; standing(standing: Standing): void }): Stream {
  let failures = 0;
  let last: string | undefined;
  let stopped = false;
  // A daemon that does not know the thin shape sends whole rows, which are passed over.
  let shape = "shape=thin&";
  let running: AbortController | undefined;
  let timer = 0;

  const again = (why: string, after?: number) => {
    if (stopped) return;
    const ms = wait(++failures, after, Math.random);
    on.standing({ state: "gone", next: Date.now() + ms, why });
    timer = window.setTimeout(open, ms);
  };

  async function open(): Promise<void> {
    clearTimeout(timer);
    running?.abort();
    const mine = (running = new AbortController());
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (last !== undefined) headers["last-event-id"] = last;
    let late = 0;
    const heard = () => {
      clearTimeout(late);
      late = window.setTimeout(() => on.standing({ state: "late" }), QUIET);
    };
    try {
      const response = await fetch(url(`events?${shape}environment=${encodeURIComponent(env)}`), { headers, cache: "no-store", signal: mine.signal });
      if (response.status === 401 || response.status === 403) return on.standing({ state: "signed-out" });
      if (response.status === 404) return on.standing({ state: "none" });
      if (response.status === 400 && shape !== "") {
        shape = "";
        return void open();
      }
      if (!response.ok || !response.body) return again(`HTTP ${response.status}`, retryAfter(response.headers.get("retry-after")));
      failures = 0;
      on.standing({ state: "live" });
      heard();
      const take = parser((message) => {
        if (message.id !== undefined) last = message.id;
        on.message(message);
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        on.standing({ state: "live" });
        heard();
        take(value);
      }
      if (!mine.signal.aborted) again("the connection ended");
    } catch {
      if (!mine.signal.aborted) again("the daemon does not answer");
    } finally {
      clearTimeout(late);
    }
  }

  void open();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      running?.abort();
    },
    now: () => void open(),
  };
}
