// The addresses of the page: real paths below the base, so that no proxy that logs in drops them.
import type { Link } from "../api";

export type Route =
  | { view: "environments" }
  | { view: "board"; env: string }
  | { view: "list"; env: string }
  | { view: "resource"; env: string; address: string }
  | { view: "customer"; env: string; key: string }
  | { view: "plan"; env: string; digest?: string }
  | { view: "rollouts"; env: string }
  | { view: "rollout"; env: string; integration: string }
  | { view: "timeline"; env: string }
  | { view: "waiting"; env: string }
  | { view: "nowhere"; env?: string; path: string };

const words = (path: string) => path.split("/").filter((word) => word !== "").map(decode);
function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** The route of a path relative to the base. */
export function parse(path: string): Route {
  const [e, env, view, ...rest] = words(path);
  if (e === undefined) return { view: "environments" };
  if (e !== "e" || env === undefined) return { view: "nowhere", path };
  const name = rest.join("/");
  const bare = rest.length === 0;
  if (view === undefined) return { view: "board", env };
  if (view === "list" && bare) return { view, env };
  if (view === "r" && rest.length > 1) return { view: "resource", env, address: name };
  if (view === "c" && !bare) return { view: "customer", env, key: name };
  if (view === "plan" && rest.length < 2) return rest[0] === undefined ? { view, env } : { view, env, digest: rest[0] };
  if (view === "rollout") return bare ? { view: "rollouts", env } : { view, env, integration: name };
  if ((view === "timeline" || view === "waiting") && bare) return { view, env };
  return { view: "nowhere", env, path };
}

/** A slash of a name stays one. */
export const path = (name: string): string => name.split("/").map(encodeURIComponent).join("/");

/** The path of a route, relative to the base. */
export function print(route: Route): string {
  if (route.view === "environments") return "";
  if (route.view === "nowhere") return route.path;
  const root = `e/${encodeURIComponent(route.env)}/`;
  switch (route.view) {
    case "board": return root;
    case "resource": return `${root}r/${path(route.address)}`;
    case "customer": return `${root}c/${path(route.key)}`;
    case "plan": return route.digest === undefined ? `${root}plan` : `${root}plan/${encodeURIComponent(route.digest)}`;
    case "rollouts": return `${root}rollout`;
    case "rollout": return `${root}rollout/${path(route.integration)}`;
    case "list":
    case "timeline":
    case "waiting": return root + route.view;
  }
}

/** Where a link of the daemon leads, relative to the base. */
export function follow(env: string, link: Link): string {
  const query = (all: Record<string, string> = {}) => {
    const text = new URLSearchParams(all).toString();
    return text === "" ? "" : `?${text}`;
  };
  switch (link.view) {
    case "list": return print({ view: "list", env }) + query(link.query);
    case "resource": return print({ view: "resource", env, address: link.address }) + (link.show === undefined ? "" : query({ show: link.show }));
    case "customer": return print({ view: "customer", env, key: link.key });
    case "rollout": return print({ view: "rollout", env, integration: link.integration });
    case "plan": return print(link.digest === undefined ? { view: "plan", env } : { view: "plan", env, digest: link.digest });
    case "waiting": return print({ view: "waiting", env }) + (link.group === undefined ? "" : query({ group: link.group }));
    case "timeline": return print({ view: "timeline", env }) + query(link.query);
  }
}
