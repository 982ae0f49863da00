// Customer: what they run, whether it is healthy, and what was done to them.
import type { Customer as C } from "../api";
import { ActButton, Result } from "../parts/act";
import { A, Copy, Mark, Out, Sentence, St, Tally, Time } from "../parts/basic";
import { Short } from "../parts/history";
import { Card, Read } from "../parts/panel";
import { useQuery } from "../state/query";
import { api } from "../state/where";
import { path } from "../url/routes";
import { many, n } from "../words";
import { Version } from "./list";

export const Customer = ({ name }: { name: string }) => (
  <Read entry={useQuery<C>(api(`customers/${path(name)}`))} rows={8}>
    {(of) => (
      <>
        <Top of={of} />
        <Instances of={of} />
        <div class="two">
          <Card title="What happened to them" id="hist" right={<A to={{ view: "timeline", query: { customer: of.customer.key } }}>All</A>}>
            <Short rows={of.history} />
          </Card>
          <Connections of={of} />
        </div>
      </>
    )}
  </Read>
);

const Top = ({ of }: { of: C }) => {
  const { customer } = of;
  const hold = of.acts.find((act) => act.name === "hold");
  const place = `customer ${customer.key}`;
  return (
    <div class="pad stack tight">
      <nav class="crumb" aria-label="Where">
        <A to={{ view: "list", query: {} }}>Fleet</A>
      </nav>
      <div class="title">
        <h1 id="h1" tabIndex={-1}>
          {customer.name}
        </h1>
        <div class="acts">
          <ActButton
            place={place}
            act={hold}
            label="Hold all…"
            asking={{ verb: `Hold all of ${customer.name}`, title: `Hold all of ${customer.name}`, says: hold?.says ? [hold.says] : [], path: api("holds"), reason: true, until: true, body: { customer: customer.key } }}
          />
          {of.links.map(({ text, url }) => (
            <Out key={url} text={text} url={url} />
          ))}
        </div>
      </div>
      <Result place={place} />
      <p class="small soft">
        <span class="mono">{customer.externalId ?? customer.key}</span>
        <Copy text={customer.externalId ?? customer.key} what="the id" />
        {customer.labels.length > 0 && ` · labels ${customer.labels.join(", ")}`}
        {customer.zone !== undefined && ` · ${customer.zone}`}
      </p>
      {of.alike && of.alike.length > 0 && (
        <p>
          {many(of.alike.length, "other customer has", "other customers have")} the same name:{" "}
          {of.alike.map((other, index) => (
            <span key={other.key}>
              {index > 0 && ", "}
              <A to={{ view: "customer", key: other.key }}>
                {other.name} ({other.key})
              </A>
            </span>
          ))}
        </p>
      )}
      <p class="list">
        <Tally counts={of.counts} all />
        {of.last && (
          <span class="soft">
            Last change <Time at={of.last.at} />: <Sentence of={of.last.text} />
          </span>
        )}
      </p>
      {of.missing.length > 0 && (
        <p>
          Missing: <code>{of.missing.join(", ")}</code> <Copy text={of.missing.join("\n")} what="the names" />
        </p>
      )}
    </div>
  );
};

const Instances = ({ of }: { of: C }) => (
  <Card
    title={many(of.total, "instance")}
    id="instances"
    right={of.total > of.rows.length && <A to={{ view: "list", query: { customer: of.customer.key } }}>All {n(of.total)}</A>}
  >
    {of.rows.length === 0 ? (
      <p class="body">
        No instance of theirs is managed here.
        {of.unmanaged && of.unmanaged.length > 0 && ` ${many(of.unmanaged.length, "is", "are")} live and unmanaged: ${of.unmanaged.join(", ")}`}
      </p>
    ) : (
      <div class="scroll" tabIndex={0} role="group" aria-label="Instances of this customer">
        <table class="cards">
          <caption class="sr">Instances of this customer</caption>
          <thead>
            <tr>
              {["State", "Instance", "Version", "Wave", "Last failure", "Last change"].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.rows.map((row) => (
              <tr key={row.address} data-row={row.address}>
                <td class="state">
                  <St state={row.state} />
                </td>
                <td class="name">
                  <A to={{ view: "resource", address: row.address }} data-open>
                    {row.displayName}
                  </A>
                </td>
                <td data-k="Version">
                  <Version of={row} />
                </td>
                <td data-k="Wave">{row.wave ?? <span class="soft">none</span>}</td>
                <td class="wide reason">
                  {row.lastFailure ? (
                    <>
                      <Time at={row.lastFailure.at} form="clock" /> {row.lastFailure.flow}
                      {row.lastFailure.error !== undefined && `: ${row.lastFailure.error}`}
                    </>
                  ) : (
                    <span class="soft">none known</span>
                  )}
                </td>
                <td data-k="Changed">{row.changedAt ? <Time at={row.changedAt} class="soft nowrap" /> : <span class="soft">never</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </Card>
);

const CONNECTION = { active: ["ok", "ok", "active"], pending: ["ask", "ask", "waits for consent"], error: ["bad", "bad", "error"], unknown: ["unk", "still", "unknown"] } as const;
const Connections = ({ of }: { of: C }) => (
  <Card title="Connections" id="connections">
    <ul class="rows">
      {of.connections.map((one) => (
        <li key={one.address + one.name}>
          <span>{one.name}</span>
          <Mark icon={CONNECTION[one.state][0]} tone={CONNECTION[one.state][1]}>
            {CONNECTION[one.state][2]}
          </Mark>
          <p class="small soft">
            {one.since !== undefined && <>since <Time at={one.since} form="age" /> · </>}
            {one.group !== undefined ? <A to={{ view: "waiting", group: one.group }}>what to do</A> : <A to={{ view: "resource", address: one.address }}>{one.address}</A>}
          </p>
        </li>
      ))}
      {of.connections.length === 0 && <li class="soft">None.</li>}
    </ul>
  </Card>
);
