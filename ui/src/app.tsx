// The frame: header, tabs, bars, and the view of the address.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./parts/basic";
import { Bars, Chip } from "./parts/bars";
import { Me, SignIn, Sheet } from "./parts/session";
import { Search } from "./parts/search";
import { asOf, gone } from "./state/fresh";
import { sheet } from "./state/keys";
import { streamOf } from "./state/live";
import { useOverview } from "./state/overview";
import { session, signingIn } from "./state/session";
import { env } from "./state/where";
import { current, go, route, turn } from "./url/router";
import { print, type Route } from "./url/routes";
import { Board } from "./views/board";
import { Customer } from "./views/customer";
import { Environments } from "./views/environments";
import { List } from "./views/list";
import { Nowhere } from "./views/nowhere";
import { Plan } from "./views/plan";
import { Resource } from "./views/resource";
import { Rollout, Rollouts } from "./views/rollout";
import { Timeline } from "./views/timeline";
import { Waiting } from "./views/waiting";
import { n, type IconName } from "./words";

const View = ({ of }: { of: Route }) => {
  switch (of.view) {
    case "environments": return <Environments />;
    case "board": return <Board />;
    case "list": return <List />;
    case "resource": return <Resource key={of.address} address={of.address} />;
    case "customer": return <Customer key={of.key} name={of.key} />;
    case "plan": return <Plan digest={of.digest} />;
    case "rollouts": return <Rollouts />;
    case "rollout": return <Rollout integration={of.integration} />;
    case "timeline": return <Timeline />;
    case "waiting": return <Waiting />;
    case "nowhere": return <Nowhere path={of.path} env={of.env} />;
  }
};

const TITLE: Record<Route["view"], string> = { environments: "Environments", board: "Fleet", list: "List", resource: "", customer: "", plan: "Plan", rollouts: "Rollouts", rollout: "Rollout", timeline: "Timeline", waiting: "Waiting", nowhere: "Nothing here" };

export const App = () => {
  const at = route.value;
  useEffect(() => {
    streamOf.value = env.value === "" ? undefined : env.value;
  }, [env.value]);
  return (
    <>
      <a class="skip" href={`${current.value}#main`}>
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href={env.value === "" ? "./" : print({ view: "board", env: env.value })}>
          prism-gitops
        </a>
        <Environment />
        {env.value !== "" && <Search />}
        {env.value !== "" && <Chip />}
        <Me />
        <button type="button" class="env help" aria-label="Settings and keys" title="Settings and keys" onClick={() => (sheet.value = true)}>
          ?
        </button>
      </header>
      {env.value !== "" && <Tabs />}
      <Bars />
      <main id="main" class={gone.value ? "stale" : ""}>
        <View of={at} />
      </main>
      <Moves />
      {signingIn.value && <SignIn />}
      {sheet.value && <Sheet />}
    </>
  );
};

const Environment = () => {
  const all = session.value?.environments ?? [];
  const here = all.find((one) => one.name === env.value);
  if (env.value === "") return null;
  if (all.length < 2) {
    return (
      <span class="env">
        {env.value} <span class="soft small">{here?.organization}</span>
      </span>
    );
  }
  return (
    <select class="env" aria-label="Environment" value={env.value} onChange={(event) => go(print({ view: "board", env: event.currentTarget.value }))}>
      {all.map((one) => (
        <option key={one.name} value={one.name}>
          {one.name}
        </option>
      ))}
    </select>
  );
};

const TABS: [Route["view"][], "board" | "rollouts" | "plan" | "waiting" | "timeline", string, IconName, "rollouts" | "plan" | "waiting" | undefined][] = [
  [["board", "list", "resource", "customer"], "board", "Fleet", "grid", undefined],
  [["rollouts", "rollout"], "rollouts", "Rollouts", "wave", "rollouts"],
  [["plan"], "plan", "Plan", "plan", "plan"],
  [["waiting"], "waiting", "Waiting", "ask", "waiting"],
  [["timeline"], "timeline", "Timeline", "clock", undefined],
];
const Tabs = () => {
  const open = useOverview()?.data.value?.open;
  return (
    <nav class="tabs" aria-label="Views">
      {TABS.map(([views, view, text, icon, count]) => (
        <a key={view} href={print({ view, env: env.value })} aria-current={views.includes(route.value.view) ? "page" : undefined}>
          <Icon name={icon} />
          <span>
            {text} {count !== undefined && open !== undefined && open[count] > 0 && <span class="pill">{n(open[count])}</span>}
          </span>
        </a>
      ))}
    </nav>
  );
};

/** After a change of view: the title, the focus, where to scroll, and one sentence for screen readers. */
const Moves = () => {
  const said = useSignal("");
  const first = useRef(true);
  const { turn: count, scroll } = turn.value;
  const overview = useOverview()?.data.value;
  const persons = overview?.headlines.filter((one) => one.person).length ?? 0;
  const view = route.value;
  // The heading of a view is there when its answer is.
  useEffect(() => {
    const name = () => document.getElementById("h1")?.textContent || TITLE[view.view];
    const set = () => {
      const attention = persons > 0 && view.view === "board" ? "" : name();
      const need = persons > 0 ? `${n(persons)} need attention` : "";
      const title = [need, attention === need ? "" : attention, env.value, "prism-gitops"].filter(Boolean).join(" · ");
      if (document.title !== title) document.title = title;
    };
    set();
    const watch = new MutationObserver(set);
    watch.observe(document.getElementById("main")!, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, [count, persons, view.view]);
  useLayoutEffect(() => {
    if (scroll >= 0) restore(scroll);
  }, [turn.value]);
  useLayoutEffect(() => {
    if (first.current) return void (first.current = false);
    const main = document.getElementById("main")!;
    let tries = 0;
    const focus = () => {
      const heading = document.getElementById("h1");
      if (!heading && tries++ < 50) return void requestAnimationFrame(focus);
      (heading ?? main).focus({ preventScroll: true });
      said.value = heading?.textContent ?? TITLE[view.view];
    };
    requestAnimationFrame(focus);
  }, [count]);
  asOf.value;
  return (
    <div class="sr" role="status">
      {said}
    </div>
  );
};

/** Scrolls there once the page is tall enough, for a second at most. */
function restore(y: number): void {
  const until = performance.now() + 1000;
  const go = () => {
    if (y > document.documentElement.scrollHeight - innerHeight && performance.now() < until) return void requestAnimationFrame(go);
    scrollTo(0, y);
  };
  go();
}
