// The environment that is looked at.
import { computed } from "@preact/signals";
import { route } from "../url/router";

export const env = computed(() => ("env" in route.value ? (route.value.env ?? "") : ""));

/** A path of the API for this environment. */
export function api(path: string, query?: URLSearchParams | Record<string, string | undefined>): string {
  const all = query instanceof URLSearchParams ? new URLSearchParams(query) : new URLSearchParams();
  if (query && !(query instanceof URLSearchParams)) {
    for (const [key, value] of Object.entries(query)) if (value !== undefined) all.set(key, value);
  }
  all.set("environment", env.value);
  return `${path}?${all}`;
}
