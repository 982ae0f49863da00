// The address of the page as a signal. Links are plain ones that are followed here; the base is read once,
// since a later change of the address does not move it.
import { computed, signal } from "@preact/signals";
import { parse, type Route } from "./routes";

export const BASE = new URL(document.baseURI);

const here = () => location.pathname + location.search;
const where = signal({ href: here(), hash: location.hash, scroll: 0, turn: 0 });
const inBase = (path: string) => (path.startsWith(BASE.pathname) ? path.slice(BASE.pathname.length) : path.slice(1));

export const route = computed<Route>(() => parse(inBase(where.value.href.split("?")[0]!)));
export const query = computed(() => new URLSearchParams(where.value.href.split("?")[1] ?? ""));
export const hash = computed(() => where.value.hash);
/** Grows with every change of the view, not with changes of its query; where to scroll then. */
export const turn = computed(() => ({ turn: where.value.turn, scroll: where.value.scroll }));
/** The address without its fragment: what a link within the page has to begin with, since there is a base. */
export const current = computed(() => where.value.href);

let entry = 0;
history.scrollRestoration = "manual";
const keep = () => history.replaceState({ ...(history.state as object | null), scroll: scrollY }, "");

/** Goes to an address relative to the base; nothing if it is there already. */
export function go(href: string, how: "push" | "replace" = "push"): void {
  const to = new URL(href, BASE);
  const path = to.pathname + to.search;
  if (path === where.value.href && to.hash === location.hash) return;
  const same = to.pathname === where.value.href.split("?")[0];
  if (how === "push") {
    keep();
    history.pushState({ entry: ++entry }, "", to);
  } else {
    history.replaceState(history.state, "", to);
  }
  where.value = { href: path, hash: to.hash, scroll: same ? -1 : 0, turn: where.value.turn + (same ? 0 : 1) };
}

/** Sets parameters of the view; one that is undefined or empty is left out. */
export function setQuery(parts: Record<string, string | undefined> | URLSearchParams, how: "push" | "replace" = "push"): void {
  const next = parts instanceof URLSearchParams ? parts : new URLSearchParams(query.value);
  if (!(parts instanceof URLSearchParams)) {
    for (const [key, value] of Object.entries(parts)) {
      if (value === undefined || value === "") next.delete(key);
      else next.set(key, value);
    }
  }
  const text = next.toString();
  const path = where.value.href.split("?")[0]!;
  go(text === "" ? path : `${path}?${text}`, how);
}

export function listen(): void {
  addEventListener("popstate", (event) => {
    const scroll = (event.state as { scroll?: number } | null)?.scroll ?? 0;
    const same = here().split("?")[0] === where.value.href.split("?")[0];
    where.value = { href: here(), hash: location.hash, scroll, turn: where.value.turn + (same ? 0 : 1) };
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const to = new URL(link.href);
    const ours = to.origin === BASE.origin && to.pathname.startsWith(BASE.pathname) && link.target === "" && !link.download;
    // A fragment of this very view is the browser's to scroll to.
    if (!ours || (to.pathname + to.search === where.value.href && to.hash !== "")) return;
    event.preventDefault();
    go(to.href);
  });
}
