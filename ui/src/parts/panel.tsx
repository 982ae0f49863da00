// A part of a view that is read by itself: it loads, fails and grows old alone.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { gone } from "../state/fresh";
import type { Entry, Problem } from "../state/query";
import { Copy, Time } from "./basic";

/** Nothing for 300 ms, then rows of the final height. */
export const Loading = ({ rows = 4 }: { rows?: number }) => {
  const late = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => (late.value = true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" role="status">
      <span class="sr">Loading</span>
      {late.value && Array.from({ length: rows }, (_, index) => <div key={index} class="bone" />)}
    </div>
  );
};

/** What failed, which request, since when; it stays until it is read. */
export const Failed = ({ problem, again, old }: { problem: Problem; again: () => void; old: boolean }) => {
  const { refusal, status, path, since } = problem;
  const whole = `${refusal.error} (${status === 0 ? "no answer" : `HTTP ${status}`}, ${refusal.code}) GET /api/v1/${path}`;
  if (status === 404 && refusal.code === "not-found") {
    return (
      <div class="body" role="status">
        <p>
          <b>This daemon does not answer this question.</b> It is older than the page, or does not have this part yet.
        </p>
        <p class="small soft">
          HTTP 404 to <code class="break">GET api/v1/{path}</code>
        </p>
      </div>
    );
  }
  return (
    <div class="failed" role="alert">
      <p>
        <b>{old ? "This could not be read again." : "This could not be read."}</b> {refusal.error}
        {refusal.suggestion !== undefined && <> Did you mean <code>{refusal.suggestion}</code>?</>}
      </p>
      <p class="small soft">
        {status === 0 ? "No answer" : `HTTP ${status}`} to <code class="break">GET api/v1/{path}</code>, since <Time at={new Date(since).toISOString()} form="clock" />
        {old && ". What is shown is from before."}
      </p>
      <div class="acts left">
        <button type="button" class="btn" onClick={again}>
          Try again
        </button>
        <Copy text={whole} what="the error">
          Copy
        </Copy>
      </div>
    </div>
  );
};

/** What is read, or what is there instead of it. */
export function Read<T>({ entry, rows, children }: { entry: Entry<T> | undefined; rows?: number; children: (data: T) => ComponentChildren }) {
  if (!entry) return null;
  const data = entry.data.value;
  const problem = entry.problem.value;
  return (
    <>
      {problem && !(gone.value && data !== undefined) && <Failed problem={problem} again={() => void entry.again()} old={data !== undefined} />}
      {data !== undefined ? children(data) : problem ? null : <Loading rows={rows ?? 4} />}
    </>
  );
}

export const Card = ({ title, id, aside, right, level = 2, children, class: of = "" }: { title: ComponentChildren; id: string; aside?: ComponentChildren; right?: ComponentChildren; level?: 1 | 2; children?: ComponentChildren; class?: string }) => {
  const H = level === 1 ? "h1" : "h2";
  return (
    <section class={`card ${of}`} aria-labelledby={id}>
      <div class="head">
        <H id={id} tabIndex={level === 1 ? -1 : undefined}>
          {title}
        </H>
        {aside}
        {right && <span class="right">{right}</span>}
      </div>
      {children}
    </section>
  );
};
