// Acts: a button that says why it is off, a dialog whose friction follows the impact, and what came of it.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Act as Allowed, Refusal, Sentence as Parts } from "../api";
import { acts, ask, dismiss } from "../state/act";
import { noActs } from "../state/fresh";
import { session, signingIn } from "../state/session";
import { Copy, Sentence, Time } from "./basic";
import { Dialog } from "./dialog";

export interface Asking {
  /** What the button and the dialog's title say; the verb and the object. */
  verb: string;
  title: string;
  says: Parts[];
  method?: "POST" | "DELETE";
  path: string;
  /** A reason is kept in the history. */
  reason?: boolean;
  until?: boolean;
  /** A number that is typed, for what cannot be taken back easily. */
  confirm?: number;
  body?: Record<string, unknown>;
}

/** One place of an act is one result: `place` names it. */
export const ActButton = ({ place, act, label, asking, main = false }: { place: string; act: Allowed | undefined; label: string; asking: Asking; main?: boolean }) => {
  const open = useSignal(false);
  const id = useId();
  const signedOut = session.value?.role === "reader";
  const why = noActs.value ?? (act === undefined ? "The daemon does not offer it here." : act.allowed ? undefined : (act.why ?? `needs ${act.needs ?? "another role"}`));
  const off = why !== undefined && !(signedOut && !noActs.value && act !== undefined);
  const click = () => {
    if (off) return;
    if (signedOut && act && !act.allowed) signingIn.value = true;
    else open.value = true;
  };
  return (
    <>
      <button type="button" class={`btn${main && !off ? " main" : ""}`} aria-disabled={off ? "true" : undefined} aria-describedby={why === undefined ? undefined : id} title={why} onClick={click}>
        {label}
      </button>
      {why !== undefined && (
        <span class="sr" id={id}>
          {why}
        </span>
      )}
      {open.value && <AskDialog place={place} asking={asking} close={() => (open.value = false)} />}
    </>
  );
};

const AskDialog = ({ place, asking, close }: { place: string; asking: Asking; close: () => void }) => {
  const id = useId();
  // Made when the dialog opens: a second click is the same act.
  const key = useSignal(crypto.randomUUID?.() ?? String(Math.random()).slice(2)).value;
  const reason = useSignal("");
  const until = useSignal("");
  const typed = useSignal("");
  const wrong = useSignal<{ status: number; refusal: Refusal } | undefined>(undefined);
  const field = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const who = session.value;

  const missing = (): string | undefined => {
    if (asking.reason && reason.value.trim() === "") return "reason";
    if (asking.until && Number.isNaN(Date.parse(until.value))) return "until";
    if (asking.confirm !== undefined && typed.value.replaceAll(/[\s,.]/g, "") !== String(asking.confirm)) return "confirm";
    return undefined;
  };
  const run = async () => {
    field.value = missing();
    if (field.value !== undefined) return void document.getElementById(`${id}-${field.value}`)?.focus();
    if (busy.value) return;
    busy.value = true;
    const body = {
      ...asking.body,
      ...(asking.reason ? { reason: reason.value.trim() } : {}),
      ...(asking.until ? { until: new Date(until.value).toISOString() } : {}),
      ...(asking.confirm !== undefined ? { confirm: asking.confirm } : {}),
    };
    const has = Object.keys(body).length > 0;
    wrong.value = await ask(place, asking.verb, asking.method ?? "POST", asking.path, has ? body : undefined, key);
    busy.value = false;
    if (wrong.value?.refusal.field !== undefined) field.value = wrong.value.refusal.field;
    if (!wrong.value) close();
  };
  const says = (name: string, text: string) =>
    field.value === name && (
      <span class="bad small" id={`${id}-${name}-e`}>
        {wrong.value?.refusal.field === name ? wrong.value.refusal.error : text}
      </span>
    );
  const about = (name: string) => ({ id: `${id}-${name}`, "aria-invalid": field.value === name ? ("true" as const) : undefined, "aria-describedby": field.value === name ? `${id}-${name}-e` : undefined });
  return (
    <Dialog title={asking.title} id={id} close={close}>
      {asking.says.map((sentence, index) => (
        <p key={index}>
          <Sentence of={sentence} />
        </p>
      ))}
      {asking.reason && (
        <label>
          <span>
            Reason <span class="soft small">is kept in the history with your name{who ? `, ${who.name}` : ""}</span>
          </span>
          <textarea rows={2} {...about("reason")} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
          {says("reason", "Say why: others will read it.")}
        </label>
      )}
      {asking.until && (
        <label>
          <span>
            Until <span class="soft small">{Intl.DateTimeFormat().resolvedOptions().timeZone}</span>
          </span>
          <input type="datetime-local" {...about("until")} value={until.value} onInput={(event) => (until.value = event.currentTarget.value)} />
          {says("until", "Say when it ends.")}
        </label>
      )}
      {asking.confirm !== undefined && (
        <label>
          <span>Type {asking.confirm} to confirm</span>
          <input inputMode="numeric" autocomplete="off" {...about("confirm")} value={typed.value} onInput={(event) => (typed.value = event.currentTarget.value)} />
          {says("confirm", `That is not ${asking.confirm}.`)}
        </label>
      )}
      {wrong.value && wrong.value.refusal.field === undefined && (
        <div class="failed" role="alert">
          <p>
            <b>{wrong.value.status === 409 ? "Refused: it is not what it was." : "Refused."}</b> {wrong.value.refusal.error}
          </p>
          {wrong.value.refusal.differs && (
            <ul class="dots">
              {wrong.value.refusal.differs.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )}
        </div>
      )}
      <div class="acts left">
        <button type="button" class={asking.confirm === undefined ? "btn main" : "btn"} aria-disabled={busy.value ? "true" : undefined} onClick={() => void run()}>
          {asking.verb}
        </button>
        <button type="button" class="btn" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
};

const WORDS = { sending: "Is sent", asked: "Asked", done: "Done", refused: "Refused", failed: "Failed", unconfirmed: "Not confirmed yet" } as const;
const TONES = { sending: "soft", asked: "soft", done: "ok", refused: "bad", failed: "bad", unconfirmed: "warn" } as const;

/** What came of what was asked at a place, until it is dismissed. */
export const Result = ({ place }: { place: string }) => {
  const given = acts.value[place];
  if (!given) return <div role="status" />;
  return (
    <div role="status" class="result">
      <b class={TONES[given.status]}>{WORDS[given.status]}</b> {given.what} <Time at={new Date(given.at).toISOString()} form="clock" class="soft" />
      {given.text !== undefined && <>: {given.text}</>}
      {given.status === "unconfirmed" && given.id !== undefined && (
        <>
          {" "}
          Request <code>{given.id}</code> <Copy text={given.id} what="the request's id" />
        </>
      )}{" "}
      {given.status !== "sending" && given.status !== "asked" && (
        <button type="button" class="plain" onClick={() => dismiss(place)}>
          Dismiss
        </button>
      )}
    </div>
  );
};
