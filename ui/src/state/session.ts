// Who looks, and what they may do.
import { signal } from "@preact/signals";
import type { Session } from "../api";
import * as http from "../net/http";

export const session = signal<Session | undefined>(undefined);
export const sessionError = signal<string | undefined>(undefined);
/** Whether the dialog that asks for a token is open. */
export const signingIn = signal(false);
/** The build that this page was loaded from, to see a newer daemon. */
export const build = signal<string | undefined>(undefined);

export function take(next: Session): void {
  http.setCsrf(next.csrf);
  build.value ??= next.build;
  session.value = next;
  sessionError.value = undefined;
}

export async function load(): Promise<void> {
  const answer = await http.get<Session & { asOf?: never }>("session");
  if (answer.ok) return take(answer.value);
  // A daemon without sessions lets the page read as every other client may; what it keeps is in its status.
  const status = answer.status === 404 ? await http.get<Status>("status?resources=false") : answer;
  if (!status.ok) return void (sessionError.value = status.refusal.error);
  const all = "environments" in status.value ? status.value.environments : [status.value];
  const environments = all.map(({ environment, tenant }) => (tenant ? { name: environment, organization: tenant.organization } : { name: environment }));
  take({ name: "reader", role: "reader", via: "an open interface", can: ["read"], environments, build: "" });
}

/** Of `/status`, what is used where there is no `/session`. */
interface One { environment: string; tenant?: { organization: string } | null; asOf?: never }
type Status = One | { environments: One[]; asOf?: never };

/** Gives the token to the daemon, which answers with a cookie; the token is kept nowhere. */
export async function signIn(token: string): Promise<string | undefined> {
  const answer = await http.act<Session>("POST", "session", { token });
  if (!answer.ok) return answer.refusal.error;
  http.forget();
  take(answer.value);
  signingIn.value = false;
  return undefined;
}

export async function signOut(): Promise<void> {
  await http.act("DELETE", "session");
  http.forget();
  await load();
}

http.onSignedOut(() => (signingIn.value = true));
