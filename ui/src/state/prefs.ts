// What a person chose for this browser. Storage may be forbidden; then it lasts as long as the page.
import { effect, signal } from "@preact/signals";

function stored<T extends string>(name: string, values: readonly T[], first: T) {
  let given: string | null = null;
  try {
    given = localStorage.getItem(`prism-gitops.${name}`);
  } catch {
    // Forbidden.
  }
  const chosen = signal(values.find((value) => value === given) ?? first);
  effect(() => {
    const value = chosen.value;
    try {
      if (value === first) localStorage.removeItem(`prism-gitops.${name}`);
      else localStorage.setItem(`prism-gitops.${name}`, value);
    } catch {
      // Forbidden.
    }
  });
  return chosen;
}

export const theme = stored("theme", ["auto", "light", "dark"], "auto");
export const time = stored("time", ["relative", "local", "utc"], "relative");
export const keysOn = stored("keys", ["on", "off"], "on");

export function applyTheme(): void {
  effect(() => {
    if (theme.value === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
  });
}
