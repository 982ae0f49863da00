// Keys: off in fields and dialogs, and as a whole where a person says so.
import { signal } from "@preact/signals";
import { print } from "../url/routes";
import { go } from "../url/router";
import { keysOn, time } from "./prefs";
import { env } from "./where";

export const sheet = signal(false);
export const KEYS: [string, string][] = [
  ["/ or Ctrl K", "search"],
  ["?", "this sheet"],
  ["g then f r p w t", "Fleet, Rollouts, Plan, Waiting, Timeline"],
  ["j k", "row after, row before"],
  ["Enter, o", "open the row, in a new tab"],
  ["[ ]", "page before, next page"],
  [".", "take in what is new"],
  ["x", "show all, or the differences"],
  ["c y", "copy the page's link, the row's address"],
  ["t", "times: relative, local, UTC"],
  ["Esc", "close, then clear"],
];

const TABS = { f: "board", r: "rollouts", p: "plan", w: "waiting", t: "timeline" } as const;
let gAt = 0;

const rows = () => [...document.querySelectorAll<HTMLElement>("main [data-row]")];
const current = () => document.activeElement?.closest<HTMLElement>("[data-row]");
const opener = (row: HTMLElement) => row.querySelector<HTMLElement>("[data-open], a");

function step(by: number): void {
  const all = rows();
  const at = all.indexOf(current()!);
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
  const link = next && opener(next);
  link?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const copy = (text: string | null | undefined) => {
  if (text) navigator.clipboard?.writeText(text).catch(() => {});
};

function act(key: string): boolean {
  if (gAt !== 0 && performance.now() - gAt < 1500 && key in TABS && env.value !== "") {
    gAt = 0;
    go(print({ view: TABS[key as keyof typeof TABS], env: env.value }));
    return true;
  }
  gAt = 0;
  switch (key) {
    case "/": document.getElementById("search")?.focus(); return true;
    case "?": sheet.value = true; return true;
    case "g": gAt = performance.now(); return true;
    case "j": step(1); return true;
    case "k": step(-1); return true;
    case "o": {
      const link = current() && opener(current()!);
      if (link instanceof HTMLAnchorElement) window.open(link.href, "_blank", "noopener");
      return true;
    }
    case "[":
    case "]":
    case ".":
    case "x": document.querySelector<HTMLElement>(`main [data-key="${key}"]`)?.click(); return true;
    case "c": copy(location.href); return true;
    case "y": copy(current()?.dataset["row"] || document.querySelector("[data-address]")?.textContent); return true;
    case "t": time.value = time.value === "relative" ? "local" : time.value === "local" ? "utc" : "relative"; return true;
    default: return false;
  }
}

export function listen(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      document.getElementById("search")?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as Element;
    if (keysOn.value === "off" || target.closest("input, textarea, select, dialog") || document.querySelector("dialog[open]")) return;
    if (act(event.key)) event.preventDefault();
  });
}
