// Waiting: what waits for a person, the oldest first, and what exactly they must do.
import { useSignal } from "@preact/signals";
import type { Waiting as W, WaitingGroup } from "../api";
import { ActButton, Result } from "../parts/act";
import { A, Copy, Sentence, St, Time } from "../parts/basic";
import { Card, Read } from "../parts/panel";
import * as http from "../net/http";
import { useQuery } from "../state/query";
import { noActs } from "../state/fresh";
import { api } from "../state/where";
import { query } from "../url/router";
import { many, n } from "../words";

export const Waiting = () => (
  <Read entry={useQuery<W>(api("waiting"))} rows={6}>
    {(of) => {
      const persons = of.groups.filter((group) => group.person);
      const alone = of.groups.filter((group) => !group.person);
      const waits = alone.reduce((sum, group) => sum + group.count, 0);
      return (
        <>
          <Card
            title={persons.length === 0 ? "Nobody is waited for" : `${n(persons.length)} need${persons.length === 1 ? "s" : ""} a person`}
            id="h1"
            level={1}
            aside={<span class="soft">{waits === 0 ? "nothing waits by itself" : `${n(waits)} ${waits === 1 ? "waits by itself" : "wait by themselves"}`}</span>}
          >
            <ol class="waiting">
              {persons.map((group) => (
                <Group key={group.id} of={group} />
              ))}
            </ol>
          </Card>
          {alone.length > 0 && (
            <Card title="By themselves" id="alone">
              <ol class="waiting">
                {alone.map((group) => (
                  <Group key={group.id} of={group} />
                ))}
              </ol>
            </Card>
          )}
        </>
      );
    }}
  </Read>
);

const Group = ({ of }: { of: WaitingGroup }) => {
  const here = query.value.get("group") === of.id;
  const place = `waiting ${of.id}`;
  return (
    <li class={here ? "here" : ""} data-row={of.id}>
      {of.since === undefined ? <span class="soft since" /> : <Time at={of.since} class="soft since" />}
      <St state={of.state} count={of.count} />
      <div class="what">
        <p>
          <Sentence of={of.text} />
        </p>
        <p>
          <Sentence of={of.next} />
        </p>
        {of.customers.length > 0 && (
          <p class="small soft">
            {of.customers.map((customer, index) => (
              <span key={customer.key}>
                {index > 0 && ", "}
                <A to={{ view: "customer", key: customer.key }}>{customer.name}</A>
              </span>
            ))}
            {of.count > of.customers.length && ` and ${n(of.count - of.customers.length)} more`}
          </p>
        )}
        {of.missing && of.missing.length > 0 && (
          <details open={here}>
            <summary>{many(of.missing.length, "name")}</summary>
            <pre class="names" tabIndex={0} aria-label="Names">
              {of.missing.join("\n")}
            </pre>
          </details>
        )}
        <Result place={place} />
      </div>
      <div class="acts">
        {of.copy !== undefined && (
          <Copy text={of.copy} what="the names">
            Copy the names
          </Copy>
        )}
        {of.consent && <Consent of={of} />}
        {of.sync && <ActButton place={place} act={of.sync} label="Sync" asking={{ verb: "Sync now", title: "Sync now", says: of.sync.says ? [of.sync.says] : [], path: api("acts/sync") }} />}
        <A to={of.link} class="btn">
          Open
        </A>
      </div>
    </li>
  );
};

/** The link of consent is fetched on the click, goes to the clipboard, and is never in the document. */
const Consent = ({ of }: { of: WaitingGroup }) => {
  const said = useSignal("");
  const why = noActs.value ?? (of.consent!.allowed ? undefined : (of.consent!.why ?? "not allowed"));
  const copy = async () => {
    if (why !== undefined) return;
    const answer = await http.act<{ url: string }>("POST", api(`waiting/${encodeURIComponent(of.id)}/link`), undefined, crypto.randomUUID?.());
    if (!answer.ok) return void (said.value = answer.refusal.error);
    try {
      await navigator.clipboard.writeText(answer.value.url);
      said.value = "Copied: send it to them.";
    } catch {
      said.value = "The browser does not allow copying here.";
    }
  };
  return (
    <>
      <button type="button" class="btn" aria-disabled={why === undefined ? undefined : "true"} title={why} onClick={() => void copy()}>
        Copy the link…
      </button>
      <span role="status" class="small soft">
        {said}
      </span>
    </>
  );
};
