// Search: customers, instances, integrations, addresses and commits; arrows and Enter.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Search as Found } from "../api";
import * as http from "../net/http";
import { api, env } from "../state/where";
import { follow } from "../url/routes";
import { go } from "../url/router";
import { n } from "../words";
import { Icon, St } from "./basic";

const TITLE = { customer: "Customers", instance: "Instances", integration: "Integrations", address: "Addresses", commit: "Commits" } as const;

export const Search = () => {
  const text = useSignal("");
  const found = useSignal<Found | undefined>(undefined);
  const said = useSignal("");
  const at = useSignal(-1);
  const open = useSignal(false);
  const running = useRef<AbortController | undefined>(undefined);
  const timer = useRef(0);
  const box = useRef<HTMLFormElement>(null);

  useEffect(() => {
    const out = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) open.value = false;
    };
    document.addEventListener("pointerdown", out);
    return () => document.removeEventListener("pointerdown", out);
  }, []);

  const ask = async () => {
    running.current?.abort();
    const q = text.value.trim();
    if (q === "") {
      found.value = undefined;
      open.value = false;
      return;
    }
    const mine = (running.current = new AbortController());
    try {
      const answer = await http.get<Found & { asOf?: never }>(api("search", { q, limit: "12" }), mine.signal);
      if (mine.signal.aborted) return;
      said.value = answer.ok ? (answer.value.groups.length === 0 ? `Nothing is named like “${q}”.` : "") : answer.refusal.error;
      found.value = answer.ok ? answer.value : undefined;
      open.value = true;
      at.value = -1;
    } catch {
      // A newer question was asked.
    }
  };
  const hits = () => found.value?.groups.flatMap((group) => group.hits.map((hit) => follow(env.value, hit.link))) ?? [];
  const leave = (href: string) => {
    open.value = false;
    text.value = "";
    found.value = undefined;
    go(href);
  };
  const key = (event: KeyboardEvent) => {
    const all = hits();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (all.length > 0) at.value = (at.value + step + all.length) % all.length;
    } else if (event.key === "Escape") {
      // First it closes, then it clears.
      if (open.value) open.value = false;
      else text.value = "";
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = all[at.value] ?? (all.length === 1 ? all[0] : undefined);
      if (chosen !== undefined) leave(chosen);
      else if (text.value.trim() !== "") leave(follow(env.value, { view: "list", query: { q: text.value.trim() } }));
    }
  };
  let index = -1;
  return (
    <form ref={box} class="find" role="search" onSubmit={(event) => event.preventDefault()}>
      <Icon name="find" />
      <input
        id="search"
        role="combobox"
        aria-label="Search customers, instances, integrations and addresses"
        aria-expanded={open.value}
        aria-controls="hits"
        aria-autocomplete="list"
        aria-activedescendant={at.value >= 0 ? `hit-${at.value}` : undefined}
        placeholder="Customer, instance, integration or address"
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => void ask(), 200);
        }}
        onKeyDown={key}
      />
      <kbd aria-hidden="true">/</kbd>
      <div id="hits" class="hits card" role="listbox" aria-label="Found" hidden={!open.value}>
        {found.value?.groups.map((group) => (
          <div key={group.kind} role="group" aria-label={TITLE[group.kind]}>
            <div class="soft small hithead" aria-hidden="true">
              {TITLE[group.kind]} {n(group.total)}
            </div>
            {group.hits.map((hit) => {
              const mine = ++index;
              const href = follow(env.value, hit.link);
              return (
                <div
                  key={href}
                  id={`hit-${mine}`}
                  role="option"
                  aria-selected={at.value === mine}
                  class={at.value === mine ? "hit on" : "hit"}
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => leave(href)}
                >
                  <b>{hit.label}</b> <span class="soft small">{hit.detail}</span> {hit.state && <St state={hit.state} />}
                </div>
              );
            })}
            {group.all && group.total > group.hits.length && (
              <a class="small hit" href={follow(env.value, group.all)} onClick={() => (open.value = false)}>
                All {n(group.total)} in the list
              </a>
            )}
          </div>
        ))}
      </div>
      <span class="sr" role="status">
        {said}
      </span>
      {open.value && said.value !== "" && <p class="hits card body" aria-hidden="true">{said}</p>}
    </form>
  );
};
