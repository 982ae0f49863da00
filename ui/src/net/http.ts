// Requests to the daemon: relative to the base, with the CSRF token, and errors as data.
import type { AsOf, Refusal } from "../api";
import { BASE } from "../url/router";
import { heard } from "./clock";

export type Answer<T> = { ok: true; value: T; same: boolean } | { ok: false; status: number; refusal: Refusal };
type Kept = { etag: string; value: unknown };

/** What was answered last, by path, so that the daemon can say that it is the same. */
const kept = new Map<string, Kept>();
const KEPT = 50;
let csrf: string | undefined;
let signedOut: () => void = () => {};

export const setCsrf = (token: string | undefined) => void (csrf = token);
export const onSignedOut = (then: () => void) => void (signedOut = then);
/** Another person sees other things. */
export const forget = () => kept.clear();
export const url = (path: string) => new URL(`api/v1/${path}`, BASE);

/** What the cache has, shown until the answer is there. */
export const cached = <T>(path: string): T | undefined => kept.get(path)?.value as T | undefined;

export async function get<T extends { asOf?: AsOf }>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  const old = kept.get(path);
  const headers: Record<string, string> = { accept: "application/json" };
  if (old) headers["if-none-match"] = old.etag;
  const answer = await send<T>(path, { headers, ...(signal ? { signal } : {}) }, old?.value as T | undefined);
  if (answer.ok && answer.value?.asOf && !answer.same) heard(answer.value.asOf);
  return answer;
}

/** `key` is the act's: sent twice, it is done once. */
export function act<T>(method: "POST" | "DELETE", path: string, body?: unknown, key?: string): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (csrf !== undefined) headers["x-csrf-token"] = csrf;
  if (key !== undefined) headers["idempotency-key"] = key;
  return send<T>(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function send<T>(path: string, init: RequestInit, old?: T): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(url(path), { credentials: "same-origin", cache: "no-store", ...init });
  } catch (cause) {
    if ((cause as Error).name === "AbortError") throw cause;
    return failure(0, { error: "The daemon does not answer.", code: "no-answer" });
  }
  if (response.status === 304 && old !== undefined) return { ok: true, value: old, same: true };
  if (response.status === 401) signedOut();
  let value: unknown;
  try {
    value = response.status === 204 ? {} : await response.json();
  } catch {
    return failure(response.status, { error: `The answer is not the daemon's (HTTP ${response.status}).`, code: "not-json" });
  }
  if (!response.ok) return failure(response.status, value as Refusal);
  const etag = response.headers.get("etag");
  if (etag !== null && init.method === undefined) keep(path, { etag, value });
  return { ok: true, value: value as T, same: false };
}

const failure = (status: number, refusal: Refusal): Answer<never> => ({ ok: false, status, refusal });

function keep(path: string, entry: Kept): void {
  kept.delete(path);
  kept.set(path, entry);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
}
