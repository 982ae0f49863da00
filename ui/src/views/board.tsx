// Fleet board: what is broken, for whom, since when, and what happens by itself.
import { useSignal } from "@preact/signals";
import { STATES, type AsOf, type Headline, type IntegrationPage, type IntegrationRow, type Overview, type VersionCount } from "../api";
import { A, Copy, Mark, Sentence, St, Tally, Time } from "../parts/basic";
import { Card, Read } from "../parts/panel";
import { useOverview } from "../state/overview";
import { useQuery } from "../state/query";
import { api } from "../state/where";
import { BEGIN, many, n, ROLLOUT } from "../words";

export const Board = () => (
  <Read entry={useOverview()} rows={8}>
    {(overview) => {
      if (overview.reading) return <Reading of={overview} />;
      if (overview.totals.instances === 0 && overview.totals.integrations === 0) return <Nothing />;
      return (
        <>
          <Needs of={overview} />
          <CountsBar of={overview} />
          <Integrations of={overview.integrations} />
        </>
      );
    }}
  </Read>
);

/** Before the first pass has ended nothing is known, and no zero is shown. */
const Reading = ({ of }: { of: Overview }) => (
  <Card title="Reading the tenant" id="h1" level={1}>
    <p class="body">
      <Sentence of={of.reading!} />. Nothing is known before that.
    </p>
  </Card>
);

const Nothing = () => (
  <Card title="Nothing is declared yet" id="h1" level={1}>
    <div class="body">
      <p>No manifest declares anything in this environment. Three commands begin:</p>
      <ol class="dots">
        {BEGIN.map((command) => (
          <li key={command}>
            <code>{command}</code> <Copy text={command} what="the command" />
          </li>
        ))}
      </ol>
    </div>
  </Card>
);

const next = (asOf: AsOf) => {
  if (asOf.paused) return <>Paused</>;
  if (asOf.phase === "working") return <>A pass runs</>;
  return asOf.nextPassAt ? <>Next pass <Time at={asOf.nextPassAt} /></> : null;
};

const Needs = ({ of }: { of: Overview }) => {
  const { totals, headlines } = of;
  const persons = headlines.filter((one) => one.person).length;
  const alone = headlines.length - persons;
  return (
    <Card
      title={persons === 0 ? "Nothing needs attention" : `${n(persons)} need${persons === 1 ? "s" : ""} attention`}
      id="h1"
      level={1}
      aside={
        <>
          {alone > 0 && <span class="soft">{n(alone)} {alone === 1 ? "waits by itself" : "wait by themselves"}</span>}
          <span class="soft">
            {many(totals.instances, "instance")} · {many(totals.customers, "customer")} · {many(totals.integrations, "integration")}
          </span>
        </>
      }
      right={<span class="soft small">{next(of.asOf)}</span>}
    >
      {headlines.length === 0 && of.last && (
        <p class="body">
          Last change <Time at={of.last.at} />: <Sentence of={of.last.text} />
        </p>
      )}
      <ol class="needs">
        {headlines.map((one) => (
          <Line key={one.id} of={one} />
        ))}
      </ol>
      {of.more > 0 && (
        <p class="body">
          <A to={{ view: "waiting" }}>and {many(of.more, "more cause")}</A>
        </p>
      )}
    </Card>
  );
};

const Line = ({ of }: { of: Headline }) => (
  <li class={of.person ? "" : "self"}>
    <St state={of.state} count={of.count} />
    <span class="what">
      <Sentence of={of.text} />
    </span>
    <span class="since soft">
      {of.since !== undefined && <Time at={of.since} />}
    </span>
    <span class="next">
      <Sentence of={of.next} />
    </span>
  </li>
);

const CountsBar = ({ of }: { of: Overview }) => (
  <nav class="card counts" aria-label="Instances by state">
    {STATES.filter((state) => state !== "error" || of.counts.error > 0).map((state) => (
      <A key={state} to={{ view: "list", query: { state } }} class={of.counts[state] === 0 ? "zero" : ""}>
        <St state={state} short />
        <strong>{n(of.counts[state])}</strong>
      </A>
    ))}
  </nav>
);

const Integrations = ({ of }: { of: IntegrationPage }) => {
  const all = useSignal(false);
  const rest = of.total - of.seen;
  return (
    <Card
      title="Integrations"
      id="n2"
      aside={<span class="soft">{rest === 0 ? `${n(of.total)}, worst first` : `${n(of.seen)} with something to see, worst first`}</span>}
    >
      <Table rows={of.rows} />
      {of.next !== undefined && <More after={of.next} seen />}
      {!all.value && rest > 0 && (
        <button type="button" class="fold" onClick={() => (all.value = true)}>
          {many(rest, "integration")} {rest === 1 ? "is" : "are"} in step. Show {rest === 1 ? "it" : "them"}
        </button>
      )}
      {all.value && <More />}
    </Card>
  );
};

/** A page of those in step (or of those with something to see), and a button for the one after it. */
const More = ({ after, seen = false }: { after?: string; seen?: boolean }) => {
  const entry = useQuery<IntegrationPage>(api("integrations", { seen: String(seen), after }));
  const open = useSignal(false);
  return (
    <Read entry={entry}>
      {(page) => (
        <>
          <Table rows={page.rows} name={seen ? "More integrations" : "Integrations in step"} />
          {page.next !== undefined && !open.value && (
            <button type="button" class="fold" onClick={() => (open.value = true)}>
              Show the next {n(page.rows.length)}
            </button>
          )}
          {open.value && page.next !== undefined && <More after={page.next} seen={seen} />}
        </>
      )}
    </Read>
  );
};

const Table = ({ rows, name = "Integrations" }: { rows: IntegrationRow[]; name?: string }) => (
  <div class="scroll" tabIndex={0} role="group" aria-label={name}>
    <table class="cards">
      <caption class="sr">{name}</caption>
      <thead>
        <tr>
          <th scope="col">Integration</th>
          <th scope="col" class="num">Instances</th>
          <th scope="col">Versions</th>
          <th scope="col">Rollout</th>
          <th scope="col">Attention</th>
          <th scope="col">Last change</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Integration key={row.name} of={row} />
        ))}
      </tbody>
    </table>
  </div>
);

const Integration = ({ of }: { of: IntegrationRow }) => (
  <tr data-row>
    <td class="name">
      <A to={{ view: "list", query: { integration: of.name } }}>{of.displayName}</A>
    </td>
    <td class="num" data-k="Instances">
      <A to={{ view: "list", query: { integration: of.name } }}>{n(of.total)}</A>
    </td>
    <td class="wide">
      <Versions of={of} />
    </td>
    <td class={of.rollout ? "wide" : "wide soft none"}>
      {of.rollout ? (
        <A to={{ view: "rollout", integration: of.name }} class="quiet">
          <Mark {...ROLLOUT[of.rollout.state]}>{ROLLOUT[of.rollout.state].word}</Mark>{" "}
          <span class="soft">
            <Sentence of={of.rollout.text} />
          </span>
        </A>
      ) : (
        "none"
      )}
    </td>
    <td class="wide">
      <Tally counts={of.counts} />
    </td>
    <td data-k="Changed">{of.changedAt ? <Time at={of.changedAt} class="soft nowrap" /> : <span class="soft">never</span>}</td>
  </tr>
);

/** Widths of the segments in percent: at least 3 each, so that two of 2,000 are seen. */
export function segments(versions: VersionCount[], total: number): number[] {
  const raw = versions.map(({ count }) => (count === 0 ? 0 : Math.max(3, (count / Math.max(1, total)) * 100)));
  const sum = raw.reduce((all, one) => all + one, 0);
  return sum > 100 ? raw.map((one) => (one / sum) * 100) : raw;
}

const Versions = ({ of }: { of: IntegrationRow }) => {
  const widths = segments(of.versions, of.total);
  let x = 0;
  return (
    <>
      <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="ground" width="100" height="8" />
        {of.versions.map(({ n: version }, index) => {
          const at = x;
          x += widths[index]!;
          return <rect key={version} class={version === of.target ? "target" : "other"} x={at} width={Math.max(0, widths[index]! - (index < of.versions.length - 1 ? 0.7 : 0))} height="8" />;
        })}
      </svg>
      <span class="small">
        {of.versions.map(({ n: version, count }, index) => (
          <span key={version}>
            {index > 0 && " · "}
            <A to={{ view: "list", query: { integration: of.name, version } }}>{version}</A> {n(count)}
          </span>
        ))}
      </span>
    </>
  );
};
