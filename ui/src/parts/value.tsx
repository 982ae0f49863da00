// Values and how they differ. A secret is never here: the daemon says only whether it changed.
import { useSignal } from "@preact/signals";
import type { Hunk, HunkLine, Value as V, ValueChange } from "../api";
import { n } from "../words";
import { Icon, Time } from "./basic";

export const Value = ({ of }: { of: V }) => {
  if ("secret" in of) {
    return (
      <span class="soft">
        <Icon name="lock" /> {of.changed ? "changed" : "never shown"}
        {of.from !== undefined && <span class="small block break">{of.from}</span>}
      </span>
    );
  }
  if ("absent" in of) return <span class="soft">not set</span>;
  if ("unknown" in of) {
    return (
      <span class="unread">
        could not be read{of.since !== undefined && <> since <Time at={of.since} form="clock" /></>}: {of.unknown}
      </span>
    );
  }
  return <span class="val">{of.known === "" ? "empty text" : of.known}</span>;
};

const short = (value: V | undefined) => value === undefined || !("known" in value) || (value.known.length <= 60 && !value.known.includes("\n"));

/** `Flow X › step Y › input Z` with the last words in bold. */
export const Path = ({ of }: { of: string[] }) => (
  <>
    {of.map((word, index) => (
      <span key={index}>
        {index > 0 && " › "}
        <b>{word}</b>
      </span>
    ))}
  </>
);

export const ChangeLine = ({ of }: { of: ValueChange }) => (
  <div>
    <p class="path small">
      <Path of={of.path} />
      {of.blank && <span class="soft"> (white space only)</span>}
      {of.hunks === undefined && short(of.before) && short(of.after) && (
        <>
          : {of.before && <Value of={of.before} />} <b>→</b> {of.after ? <Value of={of.after} /> : <span class="soft">removed</span>}
        </>
      )}
    </p>
    {of.hunks !== undefined && <Hunks of={of.hunks} after={of.folded ?? 0} name={of.path.join(" › ")} />}
    {of.hunks === undefined && !(short(of.before) && short(of.after)) && <Hunks of={[whole(of)]} after={0} name={of.path.join(" › ")} />}
  </div>
);

function whole(of: ValueChange): Hunk {
  const lines = (value: V | undefined, sign: "-" | "+") => (value && "known" in value ? value.known.split("\n").map((text): HunkLine => [sign, text]) : []);
  return { old: 1, new: 1, before: 0, lines: [...lines(of.before, "-"), ...lines(of.after, "+")] };
}

const Fold = ({ lines }: { lines: number }) => (lines > 0 ? <div class="fold soft">{n(lines)} unchanged lines</div> : null);

const Hunks = ({ of, after, name }: { of: Hunk[]; after: number; name: string }) => (
  <div role="group" aria-label={`Changes of ${name}`} class="scroll" tabIndex={0}>
    {of.map((hunk, index) => (
      <div key={index}>
        <Fold lines={hunk.before} />
        <Lines of={hunk} />
      </div>
    ))}
    <Fold lines={after} />
  </div>
);

/** Rows of a hunk; what is unchanged around it was left out by the daemon. */
const Lines = ({ of }: { of: Hunk }) => {
  const open = useSignal(false);
  let old = of.old;
  let next = of.new;
  const rows = of.lines.map(([sign, text], index) => {
    const number = sign === "+" ? next : old;
    if (sign !== "+") old++;
    if (sign !== "-") next++;
    const pair = sign === "-" ? of.lines[index + 1] : sign === "+" ? of.lines[index - 1] : undefined;
    const other = pair && pair[0] !== " " && pair[0] !== sign ? pair[1] : undefined;
    return { sign, text, number, other };
  });
  // A long one is drawn when a person asks.
  const most = open.value ? rows.length : 100;
  return (
    <>
      {rows.slice(0, most).map(({ sign, text, number, other }, index) => (
        <div key={index} class={`line${sign === "+" ? " add" : sign === "-" ? " del" : ""}`}>
          <i>{number}</i>
          <span>
            {sign === "+" ? <span class="sr">added</span> : sign === "-" ? <span class="sr">removed</span> : null}
            {sign === "-" ? "−" : sign}
          </span>
          <span class="code">{other === undefined ? text : words(text, other)}</span>
        </div>
      ))}
      {most < rows.length && (
        <button type="button" class="fold" onClick={() => (open.value = true)}>
          {n(rows.length - most)} more lines. Show
        </button>
      )}
    </>
  );
};

/** What differs between two lines, by what they share at both ends. */
export function ends(text: string, other: string): [start: number, end: number] {
  let start = 0;
  while (start < text.length && start < other.length && text[start] === other[start]) start++;
  let end = 0;
  while (end < text.length - start && end < other.length - start && text[text.length - 1 - end] === other[other.length - 1 - end]) end++;
  return [start, text.length - end];
}
const words = (text: string, other: string) => {
  const [start, end] = ends(text, other);
  return (
    <>
      {text.slice(0, start)}
      {start < end && <b>{text.slice(start, end)}</b>}
      {text.slice(end)}
    </>
  );
};
