// Timeline: what happened between two moments, and who did it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { HistoryRow, Timeline as T } from "../api";
import { A, Mark, Sentence, Time } from "../parts/basic";
import { Card, Read } from "../parts/panel";
import { ChangeLine } from "../parts/value";
import * as times from "../parts/times";
import { useQuery } from "../state/query";
import { api } from "../state/where";
import { query, setQuery } from "../url/router";
import { n, type IconName, type Tone } from "../words";

const KINDS: Record<HistoryRow["kind"], { icon: IconName; tone: Tone }> = {
  pass: { icon: "clock", tone: "still" },
  write: { icon: "plan", tone: "act" },
  outside: { icon: "drift", tone: "move" },
  act: { icon: "user", tone: "ask" },
  rollout: { icon: "wave", tone: "still" },
  git: { icon: "copy", tone: "still" },
};
const ASKED = ["kind", "customer", "who", "integration", "before", "after", "q", "at"];

export const Timeline = () => {
  const all = Object.fromEntries(ASKED.map((key) => [key, query.value.get(key) ?? undefined]));
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Card title="Timeline" id="h1" level={1} right={<span class="soft small">{zone}</span>}>
      <Filters />
      <Read entry={useQuery<T>(api("timeline", all))} rows={10}>
        {(of) => (
          <>
            <Rows of={of} />
            <nav class="pages" aria-label="Pages">
              {query.value.get("before") !== null && (
                <button type="button" class="btn" data-key="[" onClick={() => setQuery({ before: undefined })}>
                  The newest
                </button>
              )}
              {of.next !== undefined ? (
                <button type="button" class="btn" data-key="]" onClick={() => setQuery({ before: of.next, at: undefined })}>
                  Older
                </button>
              ) : of.since === undefined ? null : (
                <span class="soft">
                  The history begins <Time at={of.since} form="clock" />
                  {of.keptDays !== undefined && ` (kept ${n(of.keptDays)} d)`}
                </span>
              )}
            </nav>
          </>
        )}
      </Read>
    </Card>
  );
};

const Filters = () => {
  const kinds = new Set((query.value.get("kind") ?? "").split(",").filter(Boolean));
  const toggle = (kind: string) => {
    const next = new Set(kinds);
    if (!next.delete(kind)) next.add(kind);
    setQuery({ kind: [...next].join(","), before: undefined });
  };
  return (
    <div class="chips" role="group" aria-label="Filters">
      {(["customer", "integration", "who"] as const).map((key) => (
        <label key={key} class="field">
          <span class="sr">{key}</span>
          <input
            value={query.value.get(key) ?? ""}
            placeholder={`${key}…`}
            autocomplete="off"
            onChange={(event) => setQuery({ [key]: event.currentTarget.value.trim(), before: undefined })}
          />
        </label>
      ))}
      {(Object.keys(KINDS) as HistoryRow["kind"][]).map((kind) => (
        <button key={kind} type="button" class="chip" aria-pressed={kinds.has(kind)} onClick={() => toggle(kind)}>
          <Mark {...KINDS[kind]}>{kind}</Mark>
        </button>
      ))}
    </div>
  );
};

const Rows = ({ of }: { of: T }) => {
  // Rows that came since stay out until they are asked for, so that nothing moves under one's eyes.
  const top = useSignal<number | undefined>(undefined);
  const first = of.rows[0]?.id;
  useEffect(() => {
    top.value ??= first;
  }, [first]);
  if (of.rows.length === 0) return <p class="body">Nothing in this span.</p>;
  const newer = top.value === undefined ? [] : of.rows.filter((row) => row.id > top.value!);
  const rows = of.rows.slice(newer.length);
  let last = "";
  return (
    <>
      {newer.length > 0 && (
        <p class="news" role="status">
          {n(newer.length)} newer.{" "}
          <button type="button" class="plain" data-key="." onClick={() => (top.value = first)}>
            Show
          </button>
        </p>
      )}
      <ol class="timeline">
        {rows.map((row) => {
          const day = times.day(Date.parse(row.at));
          const line = day !== last && <h2 class="day">{day}</h2>;
          last = day;
          return (
            <li key={row.id}>
              {line}
              <Event of={row} />
            </li>
          );
        })}
      </ol>
    </>
  );
};

const Event = ({ of }: { of: HistoryRow }) => {
  const here = query.value.get("at") === String(of.id);
  const open = here || query.value.get("open") === String(of.id);
  const more = (of.changes?.length ?? 0) > 0 || of.address !== undefined;
  return (
    <div class={here ? "event here" : "event"} data-row={String(of.id)}>
      <A to={{ view: "timeline", query: { at: String(of.id) } }} class="when">
        <Time at={of.at} form="hour" />
      </A>
      <Mark {...KINDS[of.kind]}>{of.kind}</Mark>
      <span class="who">
        {of.who?.name ?? "not known by whom"}
        {of.who?.via !== undefined && <span class="soft"> {of.who.via}</span>}
      </span>
      <span class="what">
        <Sentence of={of.text} />
        {of.times !== undefined && of.times > 1 && <span class="soft"> · {n(of.times)} times{of.first !== undefined && <> since <Time at={of.first} form="clock" /></>}</span>}
        {of.result !== undefined && <span class="soft"> · {of.result}</span>}
      </span>
      {more && (
        <button type="button" class="plain" aria-expanded={open} onClick={() => setQuery({ open: open ? undefined : String(of.id), at: undefined }, "replace")}>
          {open ? "close" : "more"}
          <span class="sr"> of event {of.id}</span>
        </button>
      )}
      {open && more && (
        <div class="whole">
          {of.changes?.map((change) => <ChangeLine key={change.path.join("\0")} of={{ ...change, op: "change" }} />)}
          {of.address !== undefined && (
            <A to={{ view: "resource", address: of.address }} class="mono break">
              {of.address}
            </A>
          )}
        </div>
      )}
    </div>
  );
};
