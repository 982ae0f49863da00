// Server-sent events from a `fetch`, so that the status, Retry-After and a token are in our hands.

export interface Message { event: string; data: string; id?: string }

/** Takes text in any chunks; gives the messages that are complete. Lines end with LF, CR or both. */
export function parser(found: (message: Message) => void): (chunk: string) => void {
  let rest = "";
  let event = "";
  let data: string[] = [];
  let id: string | undefined;
  const line = (text: string) => {
    if (text === "") {
      if (data.length > 0) found({ event: event || "message", data: data.join("\n"), ...(id === undefined ? {} : { id }) });
      event = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) id = value;
  };
  return (chunk) => {
    rest += chunk;
    for (;;) {
      const end = rest.search(/[\r\n]/);
      // A CR at the end may be the first half of a line's end.
      if (end < 0 || (rest[end] === "\r" && end === rest.length - 1)) return;
      line(rest.slice(0, end));
      rest = rest.slice(end + (rest.startsWith("\r\n", end) ? 2 : 1));
    }
  };
}

/** How long to wait before the next try after `failures` failures, in milliseconds: doubled, at most a minute, spread over all of it. */
export function wait(failures: number, retryAfter: number | undefined, chance: () => number): number {
  if (retryAfter !== undefined) return retryAfter * 1000;
  const most = Math.min(60_000, 1000 * 2 ** Math.max(0, failures - 1));
  return Math.max(250, Math.round(most * chance()));
}

/** Seconds of a Retry-After; a date is not used by the daemon. */
export function retryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/.test(header.trim()) ? Number(header) : undefined;
}
