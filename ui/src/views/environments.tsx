// Environments: a table where there are several, the worst first.
import { useEffect } from "preact/hooks";
import { STATES } from "../api";
import { St } from "../parts/basic";
import { Card, Loading } from "../parts/panel";
import { session, sessionError } from "../state/session";
import { go } from "../url/router";
import { n } from "../words";

export const Environments = () => {
  const all = session.value?.environments;
  const only = all?.length === 1 ? all[0] : undefined;
  useEffect(() => {
    if (only) go(`e/${encodeURIComponent(only.name)}/`, "replace");
  }, [only?.name]);
  if (only) return null;
  const rank = (state: (typeof STATES)[number] | undefined) => (state === undefined ? STATES.length : STATES.indexOf(state));
  return (
    <Card title="Environments" id="h1" level={1}>
      {sessionError.value !== undefined && <p class="failed" role="alert">{sessionError.value}</p>}
      {!all && sessionError.value === undefined && <Loading />}
      {all && (
        <div class="scroll" tabIndex={0} role="group" aria-label="Environments">
          <table class="cards">
            <caption class="sr">Environments</caption>
            <thead>
              <tr>
                <th scope="col">Environment</th>
                <th scope="col">State</th>
                <th scope="col">Need a person</th>
                <th scope="col">Says</th>
              </tr>
            </thead>
            <tbody>
              {[...all].sort((a, b) => rank(a.state) - rank(b.state)).map((one) => (
                <tr key={one.name} data-row={one.name}>
                  <td class="name">
                    <a href={`e/${encodeURIComponent(one.name)}/`} data-open>
                      {one.name}
                    </a>{" "}
                    <span class="soft small">{one.organization}</span>
                  </td>
                  <td class="state">{one.state ? <St state={one.state} /> : <span class="soft">not known</span>}</td>
                  <td data-k="Need a person">{n(one.person ?? 0)}</td>
                  <td class="wide">{one.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
};
