// One stream for a browser: the tab that holds the lock reads it and passes on what it hears.
import { BASE } from "../url/router";
import { follow, type Standing, type Stream } from "./stream";
import type { Message } from "./sse";

type Word = { message: Message } | { standing: Standing } | { ask: "standing" | "now" };
export interface Listener { message(message: Message): void; standing(standing: Standing): void }

/** Follows an environment's events, by this tab's own stream or by that of the tab that leads. */
export function lead(env: string, listener: Listener): Stream {
  const name = `prism-gitops ${BASE.pathname} ${env}`;
  // Without a secure context there are no locks: each tab that is looked at has its own stream.
  if (!navigator.locks || typeof BroadcastChannel === "undefined") return alone(env, listener);
  const channel = new BroadcastChannel(name);
  const stop = new AbortController();
  let own: Stream | undefined;
  let standing: Standing = { state: "off" };
  const hear = (next: Standing) => {
    standing = next;
    listener.standing(next);
  };
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if ("message" in data) listener.message(data.message);
    else if ("standing" in data) hear(data.standing);
    else if (own && data.ask === "now") own.now();
    else if (own) channel.postMessage({ standing } satisfies Word);
  };
  const led = async () => {
    // It may have been stopped between the lock's granting and this.
    if (stop.signal.aborted) return;
    own = follow(env, {
      message(message) {
        channel.postMessage({ message } satisfies Word);
        listener.message(message);
      },
      standing(next) {
        // Each byte says `live`; only a change is news to the others.
        if (next.state !== "live" || standing.state !== "live") channel.postMessage({ standing: next } satisfies Word);
        hear(next);
      },
    });
    await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
  };
  navigator.locks.request(name, { signal: stop.signal }, led).catch(() => {});
  channel.postMessage({ ask: "standing" } satisfies Word);
  return {
    stop() {
      own?.stop();
      stop.abort();
      channel.close();
    },
    now: () => (own ? own.now() : channel.postMessage({ ask: "now" } satisfies Word)),
  };
}

const HIDDEN = 5 * 60_000;

function alone(env: string, listener: Listener): Stream {
  let own: Stream | undefined = follow(env, listener);
  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = window.setTimeout(() => {
        own?.stop();
        own = undefined;
        listener.standing({ state: "off" });
      }, HIDDEN);
    } else {
      own ??= follow(env, listener);
    }
  };
  document.addEventListener("visibilitychange", look);
  return {
    stop() {
      document.removeEventListener("visibilitychange", look);
      clearTimeout(timer);
      own?.stop();
    },
    now: () => own?.now(),
  };
}
