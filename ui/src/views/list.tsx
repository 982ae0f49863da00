// List: what a count opens into. Filtered, counted and paged by the daemon.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { STATES, type Facet, type Row, type Rows } from "../api";
import { A, Mark, St, Time } from "../parts/basic";
import { Failed, Loading } from "../parts/panel";
import { List as Held } from "../state/list";
import { useQuery } from "../state/query";
import { api } from "../state/where";
import * as filter from "../url/filter";
import { query, setQuery } from "../url/router";
import { many, n, STATE } from "../words";

const PAGE = ["sort", "after", "before"];

/** The query of the API is the query of the address. */
function asked(): string {
  const all = filter.toQuery(filter.fromQuery(query.value));
  for (const key of PAGE) {
    const value = query.value.get(key);
    if (value !== null) all.set(key, value);
  }
  all.set("limit", "100");
  all.set("facets", "state,version,wave,label");
  all.set("shape", "page");
  return api("resources", all);
}

/** Other terms begin at the first page; the sorting stays. */
function setTerms(terms: filter.Term[], how: "push" | "replace" = "push"): void {
  const next = filter.toQuery(terms);
  const sort = query.value.get("sort");
  if (sort !== null) next.set("sort", sort);
  setQuery(next, how);
}

export const List = () => {
  const path = asked();
  const entry = useQuery<Rows>(path)!;
  const list = useMemo(() => new Held(), []);
  const shown = useRef<string | undefined>(undefined);
  const data = entry.data.value;
  useEffect(() => {
    if (!data) return;
    if (shown.current === path) list.update(data);
    else list.show(data);
    shown.current = path;
  }, [data, path]);
  const terms = filter.fromQuery(query.value);
  const page = list.page.value;
  // The rows before stay, dimmed, until the new ones are there.
  const old = page !== undefined && data === undefined;
  const problem = entry.problem.value;
  return (
    <section class="card" aria-labelledby="h1">
      <div class="head">
        <h1 id="h1" tabIndex={-1}>
          {page && !old ? many(page.total, "resource") : "Resources"}
        </h1>
        {terms.length > 0 && <span class="soft">{terms.map(filter.label).join(", ")}</span>}
      </div>
      <Field terms={terms} />
      <Chips terms={terms} page={page} />
      {problem && <Failed problem={problem} again={() => void entry.again()} old={page !== undefined} />}
      {page === undefined && !problem && <Loading rows={10} />}
      {page !== undefined && (
        <div class={old ? "old" : ""} aria-busy={old}>
          <News list={list} />
          {list.keys.value.length > 0 ? <Table list={list} /> : !old && <Empty terms={terms} />}
          <Pages page={page} />
        </div>
      )}
    </section>
  );
};

/** Typed text becomes terms 200 ms after the last key. */
const Field = ({ terms }: { terms: filter.Term[] }) => {
  const text = useSignal(filter.print(terms));
  const typing = useRef(false);
  const timer = useRef(0);
  const now = filter.print(terms);
  useEffect(() => {
    if (!typing.current) text.value = now;
  }, [now]);
  const { wrong } = filter.parse(text.value);
  const take = (how: "push" | "replace") => {
    clearTimeout(timer.current);
    setTerms(filter.parse(text.value).terms, how);
  };
  return (
    <form
      class="filter"
      role="search"
      aria-label="Filter this list"
      onSubmit={(event) => {
        event.preventDefault();
        take("push");
      }}
    >
      <label class="sr" for="filter">
        Filter
      </label>
      <input
        id="filter"
        value={text.value}
        placeholder={'state:failing,blocked -label:churned version:<14 "smith hard"'}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={wrong.length > 0 ? "filter-wrong" : undefined}
        onFocus={() => (typing.current = true)}
        onBlur={() => (typing.current = false)}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => take("replace"), 200);
        }}
      />
      {wrong.length > 0 && (
        <p id="filter-wrong" class="bad small" role="status">
          {wrong.map(({ word, near }) => (
            <span key={word}>
              There is no filter <code>{word}</code>.{" "}
              {near !== undefined && (
                <>
                  Did you mean{" "}
                  <button
                    type="button"
                    class="plain"
                    onClick={() => {
                      text.value = text.value.replace(word, word.replace(/^-?[A-Za-z]+:/, (key) => (key.startsWith("-") ? `-${near}:` : `${near}:`)));
                      take("push");
                    }}
                  >
                    {near}:
                  </button>
                  ?
                </>
              )}
            </span>
          ))}
        </p>
      )}
    </form>
  );
};

const Chips = ({ terms, page }: { terms: filter.Term[]; page: Rows | undefined }) => {
  const facets = page?.facets;
  const groups: [string, Facet[]][] = [
    ["version", facets?.version ?? []],
    ["wave", facets?.wave ?? []],
    ["label", facets?.label ?? []],
  ];
  const others = terms.filter((term) => !["state", "version", "wave", "label", "q"].includes(term.key) || term.not);
  return (
    <div class="chips" role="group" aria-label="Filters">
      {STATES.filter((state) => (facets?.state?.[state] ?? 0) > 0 || filter.has(terms, "state", state)).map((state) => (
        <Chip key={state} on={filter.has(terms, "state", state)} click={() => setTerms(filter.toggle(terms, "state", state))}>
          <Mark icon={STATE[state].icon} tone={STATE[state].tone}>
            {STATE[state].word}
          </Mark>{" "}
          {n(facets?.state?.[state] ?? 0)}
        </Chip>
      ))}
      {groups.map(([key, all]) =>
        all.slice(0, 6).map(({ value, count, label }) => (
          <Chip key={key + value} on={filter.has(terms, key, value)} click={() => setTerms(filter.toggle(terms, key, value))}>
            <span class="soft">{key}</span> {label ?? value} {n(count)}
          </Chip>
        )),
      )}
      {others.map((term) => (
        <Chip key={filter.label(term)} on click={() => setTerms(terms.filter((one) => one !== term))}>
          {filter.label(term)}
        </Chip>
      ))}
      {terms.length > 0 && (
        <button type="button" class="plain" onClick={() => setTerms([])}>
          Clear all
        </button>
      )}
    </div>
  );
};

const Chip = ({ on, click, children }: { on: boolean; click: () => void; children: preact.ComponentChildren }) => (
  <button type="button" class="chip" aria-pressed={on} onClick={click}>
    {children}
  </button>
);

/** What came and went is said, and taken in on demand. */
const News = ({ list }: { list: Held }) => {
  const rest = list.rest.value;
  if (!rest) return null;
  const text = [rest.come > 0 && `${n(rest.come)} newer`, rest.left > 0 && `${n(rest.left)} gone`].filter(Boolean).join(", ") || "The order is another one";
  return (
    <p class="news" role="status">
      {text}.{" "}
      <button type="button" class="plain" data-key="." onClick={() => list.take()}>
        Show
      </button>
    </p>
  );
};

const COLUMNS: [string, string | undefined][] = [
  ["State", "state"],
  ["Customer", "customer"],
  ["Integration", "integration"],
  ["Version → target", "version"],
  ["Wave", "wave"],
  ["Reason", undefined],
  ["Since", "since"],
];

const Table = ({ list }: { list: Held }) => {
  const sort = query.value.get("sort") ?? "state";
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Resources">
      <table class="cards">
        <caption class="sr">Resources</caption>
        <thead>
          <tr>
            {COLUMNS.map(([title, key]) => (
              <th key={title} scope="col" aria-sort={key === undefined ? undefined : sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none"}>
                {key === undefined ? (
                  title
                ) : (
                  <button type="button" class="sort" onClick={() => setQuery({ sort: sort === key ? `-${key}` : key, after: undefined, before: undefined })}>
                    {title}
                    {sort === key ? " ↑" : sort === `-${key}` ? " ↓" : ""}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.keys.value.map((key) => (
            <Line key={key} list={list} address={key} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

/** One row has its own signals, so that an event redraws it and nothing else. */
const Line = ({ list, address }: { list: Held; address: string }) => {
  const { row, gone, changed } = list.of(address);
  const of = row.value;
  return (
    <tr data-row={address} class={gone.value ? "gone" : changed.value > 0 ? `new${changed.value % 2}` : ""}>
      <td class="state">
        <St state={of.state} />
        {gone.value && <span class="small soft block">not in this list any more</span>}
      </td>
      <td class="name">
        <A to={{ view: "resource", address: of.address }} data-open>
          {of.customer ?? of.displayName}
        </A>
      </td>
      <td data-k="Integration">{of.integrationName ?? of.integration ?? of.kind}</td>
      <td data-k="Version">
        <Version of={of} />
      </td>
      <td data-k="Wave">{of.wave ?? <span class="soft">none</span>}</td>
      <td class="wide reason">{of.reason}</td>
      <td data-k="Since">{of.since ? <Time at={of.since} class="soft nowrap" /> : null}</td>
    </tr>
  );
};

export const Version = ({ of }: { of: Row }) => {
  const { running, target } = of.version;
  if (running === undefined) return <span class="soft">none{target !== undefined && ` → ${target}`}</span>;
  return <span class="nowrap">{target === undefined || target === running ? running : `${running} → ${target}`}</span>;
};

const Pages = ({ page }: { page: Rows }) =>
  page.prev === undefined && page.next === undefined ? null : (
  <nav class="pages" aria-label="Pages">
    <button type="button" class="btn" data-key="[" aria-disabled={page.prev === undefined ? "true" : undefined} onClick={() => page.prev !== undefined && setQuery({ before: page.prev, after: undefined })}>
      Page before
    </button>
    <span class="soft">
      {n(page.resources.length)} of {n(page.total)}
    </span>
    <button type="button" class="btn" data-key="]" aria-disabled={page.next === undefined ? "true" : undefined} onClick={() => page.next !== undefined && setQuery({ after: page.next, before: undefined })}>
      Next page
    </button>
  </nav>
);

/** Which term to drop, with the count that this would give. */
const Empty = ({ terms }: { terms: filter.Term[] }) => (
  <div class="body">
    <p>Nothing matches{terms.length > 1 ? " all of these" : ""}.</p>
    <ul class="dots">
      {terms.map((term) => (
        <Without key={filter.label(term)} term={term} rest={terms.filter((one) => one !== term)} />
      ))}
    </ul>
  </div>
);
const Without = ({ term, rest }: { term: filter.Term; rest: filter.Term[] }) => {
  const all = filter.toQuery(rest);
  all.set("limit", "1");
  all.set("shape", "page");
  const entry = useQuery<Rows>(api("resources", all));
  return (
    <li>
      <button type="button" class="plain" onClick={() => setTerms(rest)}>
        Without “{filter.label(term)}”
      </button>
      {entry?.data.value && `: ${n(entry.data.value.total)}`}
    </li>
  );
};
