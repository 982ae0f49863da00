// Plan: what will be done, why, how much of the fleet it is, and whether it may.
import { useSignal } from "@preact/signals";
import type { Plan as P, PlanGroup, PlanSteps } from "../api";
import { ActButton, Result } from "../parts/act";
import { A, Copy, Mark, plain, Sentence, Time } from "../parts/basic";
import { Card, Read } from "../parts/panel";
import { ChangeLine } from "../parts/value";
import { useQuery } from "../state/query";
import { api } from "../state/where";
import { n } from "../words";

export const Plan = ({ digest }: { digest?: string | undefined }) => (
  <Read entry={useQuery<P>(api(`plans/${encodeURIComponent(digest ?? "latest")}`, { shape: "groups" }))} rows={8}>
    {(of) => (
      <>
        <Top of={of} />
        {of.refused && (
          <p class="card say warn-edge body">
            <Mark icon="block" tone="warn">A guard refuses it:</Mark> <Sentence of={of.refused} />
          </p>
        )}
        <Groups of={of} />
        <Guards of={of} />
        <Decide of={of} />
      </>
    )}
  </Read>
);

const short = (digest: string) => digest.slice(0, 8);

const Top = ({ of }: { of: P }) => (
  <div class="pad stack tight">
    <div class="title">
      <h1 id="h1" tabIndex={-1}>
        Plan <span class="mono big">{short(of.digest)}</span>
      </h1>
      <Copy text={of.digest} what="the whole digest" />
      <span class="soft">
        made <Time at={of.madeAt} form="both" />
        {of.revision.commit !== undefined && (
          <>
            , from <span class="mono">{of.revision.commit.slice(0, 7)}</span> {of.revision.subject !== undefined && `“${of.revision.subject}”`} {of.revision.by !== undefined && `by ${of.revision.by}`}
          </>
        )}
      </span>
    </div>
    {of.supersededBy && (
      <p class="news" role="status">
        A newer plan was made: <Sentence of={of.supersededBy.text} /> <A to={{ view: "plan", digest: of.supersededBy.digest }}>Go to {short(of.supersededBy.digest)}</A>
      </p>
    )}
    <p>
      <Sentence of={of.summary} />
    </p>
    <p class="soft small">
      <Sentence of={of.cost} />
    </p>
    {of.approval && (
      <p>
        Approved by <b>{of.approval.by}</b> <Time at={of.approval.at} form="both" />: {of.approval.reason}
      </p>
    )}
  </div>
);

const Groups = ({ of }: { of: P }) => (
  <Card title={of.groups.length === 0 ? "Nothing to do" : "What will be done"} id="groups" aside={of.groups.length > 0 && <span class="soft">equal changes are one row</span>}>
    {of.groups.length === 0 && <p class="body">The tenant matches {of.revision.commit?.slice(0, 7) ?? "the manifests"}.</p>}
    <ul class="rows groups">
      {of.groups.map((group) => (
        <Group key={group.id} digest={of.digest} of={group} />
      ))}
    </ul>
    {of.next !== undefined && <p class="body soft">The first {n(of.groups.length)} groups. All of them: <code>prism-gitops plan</code></p>}
    {of.rest && (
      <p class="body soft">
        <Sentence of={of.rest} /> <A to={{ view: "waiting" }}>Waiting</A>
      </p>
    )}
  </Card>
);

const Group = ({ digest, of }: { digest: string; of: PlanGroup }) => {
  const open = useSignal(false);
  return (
    <li>
      <span>
        <b>
          <Sentence of={of.text} />
        </b>
        <span class="small soft block">
          {of.disposition}
          {of.exceptions !== undefined && ` · ${of.exceptions}`}
        </span>
      </span>
      <span class="groupright">
        <b>{n(of.count)}</b>{" "}
        {of.query && (
          <A to={{ view: "list", query: of.query }} aria-label={`List of ${plain(of.text)}`}>
            list
          </A>
        )}{" "}
        <button type="button" class="plain" aria-expanded={open.value} aria-label={`Steps of ${plain(of.text)}`} onClick={() => (open.value = !open.value)}>
          {open.value ? "close" : "steps"}
        </button>
      </span>
      {open.value && (
        <div class="whole">
          {of.example && <ChangeLine of={of.example} />}
          <Steps digest={digest} id={of.id} />
        </div>
      )}
    </li>
  );
};

const Steps = ({ digest, id }: { digest: string; id: string }) => (
  <Read entry={useQuery<PlanSteps>(api(`plans/${encodeURIComponent(digest)}/groups/${encodeURIComponent(id)}`, { limit: "100" }))} rows={3}>
    {(of) => (
      <>
        <ul class="rows">
          {of.rows.map((step) => (
            <li key={step.address}>
              <A to={{ view: "resource", address: step.address }} class="mono break">
                {step.address}
              </A>
              <span class="soft">{step.result}</span>
              <p class="small">
                <Sentence of={step.text} />
              </p>
            </li>
          ))}
        </ul>
        {of.total > of.rows.length && <p class="small soft">The first {n(of.rows.length)} of {n(of.total)}</p>}
      </>
    )}
  </Read>
);

const HOLDS = { true: ["ok", "ok", "holds"], false: ["bad", "bad", "does not hold"], null: ["unk", "warn", "could not be read"] } as const;
const Guards = ({ of }: { of: P }) => (
  <Card title="Guards" id="guards">
    <ul class="gate">
      {of.guards.map((guard) => {
        const [icon, tone, word] = HOLDS[`${guard.holds}`];
        return (
          <li key={guard.name}>
            <Mark icon={icon} tone={tone}>
              <span class="sr">{word}</span>
            </Mark>
            <span>{guard.text}</span>
            <span class="soft">
              <b class={guard.holds === false ? "bad" : ""}>{guard.value}</b>
              {guard.limit !== "" && `, limit ${guard.limit}`}
            </span>
          </li>
        );
      })}
    </ul>
  </Card>
);

const Decide = ({ of }: { of: P }) => {
  const approve = of.acts.find((act) => act.name === "approve");
  if (of.groups.length === 0 || of.approval) return null;
  const beyond = of.guards.some((guard) => guard.holds === false);
  const superseded = of.supersededBy && approve ? { ...approve, allowed: false, why: "a newer plan was made: go there first" } : approve;
  return (
    <div class={`card decide${beyond ? " bad-line" : ""}`} role="region" aria-label="Decide">
      <span>
        <Sentence of={of.says[0] ?? []} />
      </span>
      <Result place={`plan ${of.digest}`} />
      <span class="acts">
        <ActButton
          place={`plan ${of.digest}`}
          act={superseded}
          label={`Approve ${short(of.digest)}…`}
          asking={{
            verb: `Approve plan ${short(of.digest)}`,
            title: `Approve this plan for ${of.asOf.environment}`,
            says: of.says,
            path: api(`plans/${encodeURIComponent(of.digest)}/approvals`),
            reason: true,
            ...(beyond ? { confirm: of.impact.confirm } : {}),
          }}
        />
      </span>
    </div>
  );
};
