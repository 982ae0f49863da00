// What a person asked for: said where it was asked, until the daemon says what came of it.
import { signal } from "@preact/signals";
import type { ActEvent, ActStatus, Asked, Refusal } from "../api";
import * as http from "../net/http";
import { now } from "../net/clock";

export interface Given { what: string; at: number; status: ActStatus | "sending" | "unconfirmed"; id?: string; text?: string }
/** By the place where it was asked. */
export const acts = signal<Record<string, Given>>({});
const UNCONFIRMED = 10_000;
/** Events that came before the answer to the request. */
const early = new Map<string, ActEvent>();

function put(place: string, given: Given | undefined): void {
  const { [place]: _, ...rest } = acts.value;
  acts.value = given ? { ...rest, [place]: given } : rest;
}
export const dismiss = (place: string) => put(place, undefined);

/** Asks; a refusal is given back, to be shown in the dialog that asked. */
export async function ask(place: string, what: string, method: "POST" | "DELETE", path: string, body: unknown, key: string): Promise<{ status: number; refusal: Refusal } | undefined> {
  put(place, { what, at: now(), status: "sending" });
  const answer = await http.act<Asked>(method, path, body, key);
  if (!answer.ok) {
    put(place, undefined);
    return answer;
  }
  const { id, status, text } = answer.value;
  put(place, { what, at: now(), status, ...(id === undefined ? {} : { id }), ...(text === undefined ? {} : { text }) });
  const event = early.get(id);
  if (event) heardOfAct(event);
  window.setTimeout(() => {
    const given = acts.value[place];
    if (given?.id === id && given.status === "asked") put(place, { ...given, status: "unconfirmed" });
  }, UNCONFIRMED);
  return undefined;
}

export function heardOfAct(event: ActEvent): void {
  const found = Object.entries(acts.value).find(([, given]) => given.id === event.id);
  if (found) put(found[0], { ...found[1], status: event.status, ...(event.text === undefined ? {} : { text: event.text }) });
  else early.set(event.id, event);
  for (const oldest of early.keys()) {
    if (early.size <= 20) break;
    early.delete(oldest);
  }
}
