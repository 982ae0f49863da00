// Resource: why it is as it is, who changed what, and what will be done.
import { useSignal } from "@preact/signals";
import type { Act, Executions, Resource as R, ValueRow } from "../api";
import { ActButton, Result, type Asking } from "../parts/act";
import { A, Copy, Icon, Mark, Out, Sentence, St, Time } from "../parts/basic";
import { Short } from "../parts/history";
import { Card, Read } from "../parts/panel";
import { ChangeLine, Value } from "../parts/value";
import { useQuery } from "../state/query";
import { api } from "../state/where";
import { path } from "../url/routes";
import { query, setQuery } from "../url/router";
import { many, n, STATE } from "../words";
import { Version } from "./list";

export const Resource = ({ address }: { address: string }) => (
  <Read entry={useQuery<R>(api(`resources/${path(address)}`, { shape: "page", values: query.value.get("show") === "all" ? "all" : undefined }))} rows={10}>
    {(of) => (
      <>
        <Top of={of} />
        <Why of={of} />
        <div class="two">
          <div class="stack">
            <Values of={of} />
            {of.definition && <Definition of={of.definition} />}
          </div>
          <div class="stack">
            <Facts of={of} />
            {of.executions === true && <Runs address={address} />}
            <Card title="History" id="hist" right={<A to={{ view: "timeline", query: { q: of.address } }}>All</A>}>
              <Short rows={of.history} />
            </Card>
          </div>
        </div>
      </>
    )}
  </Read>
);

const Top = ({ of }: { of: R }) => (
  <div class="pad stack tight">
    <nav class="crumb" aria-label="Where">
      <A to={{ view: "list", query: {} }}>Fleet</A>
      {of.integration !== undefined && (
        <>
          <span aria-hidden="true">›</span>
          <A to={{ view: "list", query: { integration: of.integration } }}>{of.integrationName ?? of.integration}</A>
        </>
      )}
      {of.customer !== undefined && of.customerKey !== undefined && (
        <>
          <span aria-hidden="true">›</span>
          <A to={{ view: "customer", key: of.customerKey }}>{of.customer}</A>
        </>
      )}
    </nav>
    <div class="title">
      <h1 id="h1" tabIndex={-1}>
        {of.displayName}
      </h1>
      <St state={of.state} />
      {of.also?.map((state) => <St key={state} state={state} />)}
      <div class="acts">
        <Acts of={of} />
        {of.links.map(({ text, url }) => (
          <Out key={url} text={text} url={url} />
        ))}
      </div>
    </div>
    <Result place={`resource ${of.address}`} />
    <p class="small soft">
      <span class="mono break" data-address>
        {of.address}
      </span>
      <Copy text={of.address} what="the address" />
      {of.source && (
        <>
          {" "}
          · declared at{" "}
          <span class="mono">
            {of.source.file}:{of.source.line}
          </span>
        </>
      )}
      {[...new Set(of.acts.flatMap((act) => (act.allowed || act.why === undefined ? [] : [act.why])))].map((why) => ` · ${why}`)}
    </p>
  </div>
);

const LABEL: Record<string, string> = { hold: "Hold…", release: "End the hold", sync: "Sync now", rollback: "Roll back…" };

/** What each act asks before it is done; what it does is said by the daemon. */
function asking(of: R, act: Act): Asking {
  const says = act.says ? [act.says] : [];
  const body = { address: of.address };
  switch (act.name) {
    case "hold": return { verb: `Hold ${of.displayName}`, title: `Hold ${of.displayName}`, says, path: api("holds"), reason: true, until: true, body };
    case "release": return { verb: "End the hold", title: `End the hold of ${of.displayName}`, says, method: "DELETE", path: api("holds", { address: of.address }), reason: true };
    case "sync": return { verb: "Sync now", title: "Sync now", says, path: api("acts/sync") };
    case "rollback": return { verb: "Roll back", title: `Roll ${of.displayName} back`, says, path: api(`rollouts/${path(of.integration ?? "")}/abort`), reason: true, confirm: 1, body: { back: true, version: of.version.target } };
    case "pause":
    case "resume":
    case "approve":
    case "abort": return { verb: act.name, title: act.name, says, path: api(`acts/${act.name}`), reason: true };
  }
}

const Acts = ({ of }: { of: R }) => (
  <>
    {of.acts.map((act, index) => (
      <ActButton key={act.name} place={`resource ${of.address}`} act={act} label={LABEL[act.name] ?? act.name} asking={asking(of, act)} main={index === 0} />
    ))}
  </>
);

const Why = ({ of }: { of: R }) => (
  <dl class={`card why say ${STATE[of.state].tone}-edge`}>
    <dt>What</dt>
    <dd>
      <Sentence of={of.why.what} />
    </dd>
    <dt>Since</dt>
    <dd>
      <Sentence of={of.why.since} />
    </dd>
    <dt>Next</dt>
    <dd>
      <Sentence of={of.why.next} />
    </dd>
    {of.why.can.length > 0 && (
      <>
        <dt>You can</dt>
        <dd>
          {of.why.can.map((one, index) => (
            <span key={index}>
              {index > 0 && ", "}
              <Sentence of={one} />
            </span>
          ))}
        </dd>
      </>
    )}
  </dl>
);

const Values = ({ of }: { of: R }) => {
  const { rows, total, next } = of.values;
  const differing = rows.filter((row) => row.side !== "same");
  const agreeing = rows.filter((row) => row.side === "same");
  const all = query.value.get("show") === "all";
  const title = differing.length === 0 ? "No difference" : many(differing.length, "difference");
  return (
    <Card
      title={title}
      id="values"
      aside={total > 0 && <span class="soft">of {many(total, "value")}; {n(total - differing.length)} agree</span>}
      right={
        total > differing.length && (
          <button type="button" class="plain" data-key="x" onClick={() => setQuery({ show: all ? undefined : "all" })}>
            {all ? "Show the differences only" : `Show all ${n(total)}`}
          </button>
        )
      }
    >
      {differing.length === 0 && !all && <p class="body soft">Nothing is live otherwise than git declares it.</p>}
      {(differing.length > 0 || all) && <Three rows={[...differing, ...(all ? agreeing : [])]} />}
      {all && next !== undefined && <p class="body soft">The first {n(rows.length)} of {n(total)}; the others are in <code>prism-gitops get config</code>.</p>}
    </Card>
  );
};

const Three = ({ rows }: { rows: ValueRow[] }) => (
  <div class="scroll" tabIndex={0} role="group" aria-label="Values on three sides">
    <table class="cards three">
      <caption class="sr">Declared, live and last applied values</caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Declared in git</th>
          <th scope="col">Live in Prismatic</th>
          <th scope="col">Last applied</th>
          <th scope="col">Next</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.path.join("\0")}>
            <th scope="row" class="name">
              {row.path.at(-1)}
              <div class="small soft">{row.path.slice(0, -1).join(" › ")}</div>
            </th>
            <td data-k="Declared" class={row.side === "git" || row.side === "both" ? "git" : ""}>
              <Value of={row.declared} />
              {(row.side === "git" || row.side === "both") && <Tag icon="plan" tone="act" text="new in git" small={row.commit && `${row.commit.id.slice(0, 7)}${row.commit.by === undefined ? "" : ` by ${row.commit.by}`}`} />}
            </td>
            <td data-k="Live" class={row.side === "outside" || row.side === "both" ? "drift" : ""}>
              <Value of={row.live} />
              {(row.side === "outside" || row.side === "both") && (
                <>
                  <Tag icon="drift" tone="move" text="changed outside" />
                  <span class="small break">
                    {row.who ? row.who.name : "not known by whom"}
                    {row.who?.at !== undefined && <>, <Time at={row.who.at} form="short" /></>}
                  </span>
                </>
              )}
            </td>
            <td data-k="Last applied">
              <Value of={row.applied} />
              {row.pass !== undefined && <div class="small soft">pass {row.pass}</div>}
            </td>
            <td data-k="Next">
              <Sentence of={row.next} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const Tag = ({ icon, tone, text, small }: { icon: "plan" | "drift"; tone: "act" | "move"; text: string; small?: string | undefined }) => (
  <span class={`tag ${tone}`}>
    <Icon name={icon} />
    {text}
    {small !== undefined && <span class="small block ink">{small}</span>}
  </span>
);

const Definition = ({ of }: { of: NonNullable<R["definition"]> }) => (
  <Card title={`What ${of.to} changed`} id="def" aside={<span class="soft"><Sentence of={of.text} /></span>}>
    {of.groups.map((group, index) => (
      <details key={group.path} open={index < 3}>
        <summary>
          {group.path} <span class="soft">{many(group.count, "change")}</span>
        </summary>
        {group.changes.map((change) => (
          <ChangeLine key={change.path.join("\0")} of={change} />
        ))}
        {group.count > group.changes.length && <p class="path small soft">and {n(group.count - group.changes.length)} more</p>}
      </details>
    ))}
  </Card>
);

const CONNECTION = { active: ["ok", "ok"], pending: ["ask", "ask"], error: ["bad", "bad"], unknown: ["unk", "still"] } as const;

const Facts = ({ of }: { of: R }) => (
  <Card title="Facts" id="facts">
    <dl class="facts">
      <dt>Version</dt>
      <dd>
        <Version of={of} />
        {of.version.deployed === false && <span class="warn"> not deployed</span>}
      </dd>
      {of.wave !== undefined && (
        <>
          <dt>Wave</dt>
          <dd>{of.wave}</dd>
        </>
      )}
      <dt>Labels</dt>
      <dd>{of.labels.length > 0 ? of.labels.join(", ") : <span class="soft">none</span>}</dd>
      <dt>Changed</dt>
      <dd>{of.changedAt ? <Time at={of.changedAt} form="both" /> : <span class="soft">never</span>}</dd>
      <dt>Hold</dt>
      <dd>
        {of.hold ? (
          <>
            {of.hold.reason}
            {of.hold.by !== undefined && `, by ${of.hold.by}`}
            {of.hold.until !== undefined && <>, until <Time at={of.hold.until} form="both" /></>}
          </>
        ) : (
          <span class="soft">none</span>
        )}
      </dd>
      <dt>Connections</dt>
      <dd>
        {of.connections.map((one) => (
          <div key={one.name}>
            {one.name}{" "}
            <Mark icon={CONNECTION[one.state][0]} tone={CONNECTION[one.state][1]}>
              {one.state}
            </Mark>
          </div>
        ))}
        {of.connections.length === 0 && <span class="soft">none</span>}
      </dd>
    </dl>
  </Card>
);

/** Executions cost requests to Prismatic: they are read when a person asks, and say as of when. */
const Runs = ({ address }: { address: string }) => {
  const asked = useSignal(query.value.get("show") === "executions");
  const failed = useSignal(false);
  return (
    <Card title="Executions" id="runs" right={asked.value && <label class="small"><input type="checkbox" checked={failed.value} onChange={(event) => (failed.value = event.currentTarget.checked)} /> failed only</label>}>
      {asked.value ? (
        <Ran address={address} failed={failed.value} />
      ) : (
        <div class="body">
          <button type="button" class="btn" onClick={() => (asked.value = true)}>
            Read the last 20
          </button>
        </div>
      )}
    </Card>
  );
};

const RUN = { succeeded: ["ok", "still", "Succeeded"], failed: ["bad", "bad", "Failed"], running: ["move", "move", "Runs"] } as const;
const Ran = ({ address, failed }: { address: string; failed: boolean }) => (
  <Read entry={useQuery<Executions>(api("executions", { address, limit: "20", failed: failed ? "true" : undefined }))} rows={3}>
    {(of) => (
      <>
        <ul class="rows">
          {of.rows.map((run) => (
            <li key={run.id}>
              <Mark icon={RUN[run.status][0]} tone={RUN[run.status][1]}>
                {RUN[run.status][2]}
              </Mark>
              <Time at={run.startedAt} form="short" class="soft" />
              <p class="small break">
                {run.flow}
                {run.step !== undefined && ` · ${run.step}`}
                {run.error !== undefined && `: ${run.error}`}
                {run.link !== undefined && <> <Out text="Prismatic" url={run.link} button={false} /></>}
              </p>
            </li>
          ))}
          {of.rows.length === 0 && <li class="soft">None{failed ? " failed" : ""}.</li>}
        </ul>
        <p class="body small soft">
          Read <Time at={of.readAt} />
          {!of.complete && ". Not all could be read"}
        </p>
      </>
    )}
  </Read>
);
