// The small parts of every view: icons, states, times, counts, copying, sentences.
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { STATES, type Counts, type Instant, type Link, type Part, type Sentence as Parts, type State } from "../api";
import { now, tick } from "../net/clock";
import { gone } from "../state/fresh";
import { time } from "../state/prefs";
import { env } from "../state/where";
import { follow } from "../url/routes";
import { n, PATHS, STATE, type IconName, type Tone } from "../words";
import * as times from "./times";

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);

export const Mark = ({ icon, tone, children }: { icon: IconName; tone: Tone; children?: ComponentChildren }) => (
  <span class={`st ${tone}`}>
    <Icon name={icon} />
    {children}
  </span>
);

/** A state: icon, word, colour, in this order of importance. */
export const St = ({ state, count, before, short = false }: { state: State; count?: number; before?: number; short?: boolean }) => {
  const { word, icon, tone } = STATE[state];
  const text = before === undefined ? (short ? word.split(",")[0] : word) : `${n(before)} ${word.toLowerCase()}`;
  return (
    <Mark icon={icon} tone={tone}>
      {text}
      {count !== undefined && count > 1 ? ` ${n(count)}` : ""}
    </Mark>
  );
};

/** Counts of some states, the worst first; what is in step is not said. */
export const Tally = ({ counts, all = false }: { counts: Partial<Counts>; all?: boolean }) => {
  const some = STATES.filter((state) => (counts[state] ?? 0) > 0 && (all || state !== "inStep"));
  return (
    <span class="list">
      {some.map((state) => (
        <St key={state} state={state} before={counts[state]!} />
      ))}
      {some.length === 0 && <span class="soft">none</span>}
    </span>
  );
};

type TimeProps = { at: Instant; form?: "age" | "clock" | "short" | "hour" | "both"; class?: string };
/** An instant, as the page is set to show them; the exact one is in its tooltip. */
export const Time = ({ at, form = "age", class: of = "" }: TimeProps) => {
  const ms = Date.parse(at);
  const text = useComputed(() => {
    tick.value;
    const moment = now();
    if (time.value === "utc") return times.utc(ms);
    if (time.value === "local") return times.clock(ms, moment, undefined, true);
    if (form === "hour") return times.clock(ms, ms).replace(/ \S+$/, "");
    if (form === "short") return times.clock(ms, moment).replace(/ \S+$/, "");
    if (form === "clock") return times.clock(ms, moment);
    // An event whose time has passed is not announced while the daemon does not answer.
    if (ms > moment + 9999 && gone.value) return `was due ${times.clock(ms, moment)}`;
    if (form === "both") return `${times.clock(ms, moment)}, ${times.relative(ms, moment)}`;
    return times.relative(ms, moment);
  });
  return (
    <time dateTime={at} class={of} onPointerEnter={(event) => (event.currentTarget.title ||= times.exact(ms))}>
      {text}
    </time>
  );
};

const to = (link: Link) => follow(env.value, link);
type AProps = { to: Link; children: ComponentChildren; class?: string; "aria-label"?: string; "data-open"?: boolean };
export const A = ({ to: link, children, ...rest }: AProps) => (
  <a href={to(link)} {...rest}>
    {children}
  </a>
);

const one = (part: Part, index: number) => {
  if ("at" in part) return <Time key={index} at={part.at} form={Date.parse(part.at) > now() ? "both" : "clock"} />;
  if ("secs" in part) return times.length(part.secs);
  if ("code" in part) return <code key={index}>{part.code}</code>;
  const text = part.strong ? <b key={index}>{part.t}</b> : part.t;
  return part.to ? <A key={index} to={part.to} class="in">{text}</A> : text;
};
/** A sentence of the daemon. Its texts become text nodes only. */
export const Sentence = ({ of }: { of: Parts }) => <>{of.map(one)}</>;

/** The same without links, for titles and names. */
export const plain = (parts: Parts): string =>
  parts.map((part) => ("t" in part ? part.t : "code" in part ? part.code : "secs" in part ? times.length(part.secs) : times.clock(Date.parse(part.at), now()))).join("");

/** Copies; says so for 3 seconds. */
export const Copy = ({ text, what, children }: { text: string; what: string; children?: ComponentChildren }) => {
  const said = useSignal("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = "Copied";
    } catch {
      said.value = "Not allowed here: select and copy it";
    }
    setTimeout(() => (said.value = ""), 3000);
  };
  return (
    <>
      <button type="button" class={children ? "btn" : "copy"} aria-label={children ? undefined : `Copy ${what}`} title={`Copy ${what}`} onClick={() => void copy()}>
        <Icon name="copy" />
        {children}
      </button>
      <span role="status" class="small soft">
        {said}
      </span>
    </>
  );
};

/** A link out of the page. */
export const Out = ({ text, url, button = true }: { text: string; url: string; button?: boolean }) =>
  /^https?:/.test(url) ? (
    <a class={button ? "btn" : ""} href={url} target="_blank" rel="noopener noreferrer">
      {text}
      <Icon name="out" />
      <span class="sr"> (opens in a new tab)</span>
    </a>
  ) : null;
