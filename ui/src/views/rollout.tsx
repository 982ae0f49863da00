// Rollout: how far it is, what holds it, what it broke, and when it goes on.
import type { Act, Gate, Rollout as R, RolloutSummary, Rollouts as All, Wave } from "../api";
import { ActButton, Result, type Asking } from "../parts/act";
import { A, Mark, Sentence, Time } from "../parts/basic";
import { Card, Read } from "../parts/panel";
import { useQuery } from "../state/query";
import { api } from "../state/where";
import { path } from "../url/routes";
import { n, ROLLOUT, type IconName, type Tone } from "../words";

const name = (of: RolloutSummary) => `${of.displayName} ${of.from === undefined ? "" : `${of.from} → `}${of.to ?? ""}`;

export const Rollouts = () => (
  <Read entry={useQuery<All>(api("rollouts"))} rows={6}>
    {(of) => (
      <Card title="Rollouts" id="h1" level={1} aside={<span class="soft">open ones first</span>}>
        {of.rows.length === 0 && <p class="body">No rollout is open. {of.last && <Sentence of={of.last} />}</p>}
        {of.rows.length > 0 && (
          <div class="scroll" tabIndex={0} role="group" aria-label="Rollouts">
            <table class="cards">
              <caption class="sr">Rollouts</caption>
              <thead>
                <tr>
                  {["Integration", "State", "Moved", "Since", "Next"].map((title) => (
                    <th key={title} scope="col">
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {of.rows.map((row) => (
                  <tr key={row.integration} data-row={row.integration}>
                    <td class="name">
                      <A to={{ view: "rollout", integration: row.integration }} data-open>
                        {name(row)}
                      </A>
                    </td>
                    <td class="state">
                      <Mark {...ROLLOUT[row.state]}>{row.says}</Mark>
                    </td>
                    <td data-k="Moved">
                      {n(row.moved)} of {n(row.total)}
                    </td>
                    <td data-k="Since">{row.since && <Time at={row.since} class="soft nowrap" />}</td>
                    <td class="wide">
                      <Sentence of={row.next} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
    )}
  </Read>
);

export const Rollout = ({ integration }: { integration: string }) => (
  <Read entry={useQuery<R>(api(`rollouts/${path(integration)}`))} rows={10}>
    {(of) => (
      <>
        <div class="pad stack tight">
          <nav class="crumb" aria-label="Where">
            <a href={`e/${encodeURIComponent(of.asOf.environment)}/rollout`}>Rollouts</a>
            <span aria-hidden="true">›</span>
            <A to={{ view: "list", query: { integration } }}>{of.displayName}</A>
          </nav>
          <div class="title">
            <h1 id="h1" tabIndex={-1}>
              {name(of)}
            </h1>
            <Mark {...ROLLOUT[of.state]}>{of.says}</Mark>
            <span class="soft">
              {n(of.moved)} of {n(of.total)} moved
              {of.since !== undefined && <> · since <Time at={of.since} form="both" /></>}
              {of.commit && ` · commit ${of.commit.id.slice(0, 7)}${of.commit.by === undefined ? "" : ` by ${of.commit.by}`}`}
            </span>
          </div>
        </div>
        <div class="waves">
          {of.waves.map((wave, index) => (
            <WaveCard key={wave.name} of={wave} number={index + 1} integration={integration} />
          ))}
        </div>
        {of.newlyFailed.length > 0 && <NewlyFailed of={of} />}
        <Decide of={of} />
      </>
    )}
  </Read>
);

const WAVE: Record<Wave["state"], [IconName, Tone]> = {
  closed: ["held", "still"],
  open: ["move", "move"],
  soaking: ["clock", "move"],
  waiting: ["held", "still"],
  passed: ["ok", "ok"],
  standing: ["held", "warn"],
  stopped: ["bad", "bad"],
  held: ["held", "still"],
};

const WaveCard = ({ of, number, integration }: { of: Wave; number: number; integration: string }) => (
  <Card title={`${number} · ${of.name}`} id={`w${number}`} class="wave" right={<Mark icon={WAVE[of.state][0]} tone={WAVE[of.state][1]}>{of.says}</Mark>}>
    <dl class="facts">
      <dt>Moved</dt>
      <dd>
        <A to={{ view: "list", query: { integration } }}>
          {n(of.moved)} of {n(of.members)}
        </A>
      </dd>
      <dt>Who</dt>
      <dd>{of.who}</dd>
      {of.soak && (
        <>
          <dt>Soak</dt>
          <dd>
            {of.soak.needs}
            {of.soak.endsAt !== undefined && <>, ends <Time at={of.soak.endsAt} form="both" /></>}
          </dd>
        </>
      )}
      {of.out && (
        <>
          <dt>Left out</dt>
          <dd>
            <Sentence of={of.out} />
          </dd>
        </>
      )}
      {of.eta && (
        <>
          <dt>Expected</dt>
          <dd>
            <Sentence of={of.eta} />
          </dd>
        </>
      )}
    </dl>
    {of.gate.length > 0 && (
      <ul class="gate">
        {of.gate.map((gate) => (
          <GateLine key={gate.name} of={gate} />
        ))}
      </ul>
    )}
  </Card>
);

/** A gate has three answers; the one that could not be read holds the wave. */
const GateLine = ({ of }: { of: Gate }) => (
  <li>
    {of.holds === null ? (
      <Mark icon="unk" tone="warn"><span class="sr">could not be read</span></Mark>
    ) : of.holds ? (
      <Mark icon="ok" tone="ok"><span class="sr">holds</span></Mark>
    ) : (
      <Mark icon="bad" tone="bad"><span class="sr">does not hold</span></Mark>
    )}
    <span>
      {of.text}
      {of.why !== undefined && <span class="small soft block">{of.why}</span>}
    </span>
    <span class="soft">
      <b class={of.holds === false ? "bad" : ""}>{of.value}</b>
      {of.readAt !== undefined && <span class="small block">read <Time at={of.readAt} form="short" /></span>}
    </span>
  </li>
);

const NewlyFailed = ({ of }: { of: R }) => (
  <Card title="Newly failed" id="failed" aside={<span class="soft">good before its deploy, failed since</span>}>
    <div class="scroll" tabIndex={0} role="group" aria-label="Newly failed">
      <table class="cards">
        <caption class="sr">Newly failed</caption>
        <thead>
          <tr>
            {["Customer", "Before", "Since the deploy", "First error", "When"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.newlyFailed.map((one) => (
            <tr key={one.address} data-row={one.address}>
              <td class="name">
                <A to={{ view: "resource", address: one.address }} data-open>
                  {one.customer}
                </A>
              </td>
              <td data-k="Before">{one.goodAt ? <>good, <Time at={one.goodAt} form="short" /></> : "not known"}</td>
              <td data-k="Since the deploy">
                {n(one.failed)} of {n(one.of)} failed
              </td>
              <td class="wide val">{one.error}</td>
              <td data-k="When">
                <Time at={one.at} form="both" class="soft" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Card>
);

const LABEL: Record<string, string> = { pause: "Pause…", resume: "Go on", abort: "Roll back…", approve: "Approve past the gate…" };

function asking(of: R, act: Act): Asking {
  const says = act.says ? [act.says] : [];
  const risky = act.name === "abort" || act.name === "approve";
  const verbs: Record<string, string> = { pause: `Pause ${name(of)}`, resume: `Go on with ${name(of)}`, abort: `Roll ${of.displayName} ${of.to ?? ""} back`, approve: `Let ${name(of)} pass` };
  const verb = verbs[act.name] ?? act.name;
  return {
    verb,
    title: verb,
    says,
    path: api(`rollouts/${path(of.integration)}/${act.name}`),
    reason: true,
    ...(risky ? { confirm: of.confirm ?? of.moved } : {}),
    body: { version: of.to, ...(act.name === "abort" ? { back: true } : {}) },
  };
}

const Decide = ({ of }: { of: R }) => (
  <div class={`card decide${of.state === "stopped" ? " bad-line" : ""}`} role="region" aria-label="Decide">
    <span>
      <Sentence of={of.next} />
    </span>
    <Result place={`rollout ${of.integration}`} />
    <span class="acts">
      {of.acts.map((act) => (
        <ActButton key={act.name} place={`rollout ${of.integration}`} act={act} label={LABEL[act.name] ?? act.name} asking={asking(of, act)} />
      ))}
    </span>
  </div>
);
