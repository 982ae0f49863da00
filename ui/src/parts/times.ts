// Times as people read them. Pure: the viewer's zone and the daemon's clock are given.

/** A length of time in its two largest units: `42 s`, `12 min`, `1 h 40 min`, `6 d`. */
export function length(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return h < 6 && min % 60 > 0 ? `${h} h ${min % 60} min` : `${h} h`;
  const d = Math.floor(h / 24);
  return d < 3 && h % 24 > 0 ? `${d} d ${h % 24} h` : `${d} d`;
}

/** `12 min ago`, `in 4 h 38 min`; from a week on the date. */
export function relative(at: number, now: number, zone?: string): string {
  const s = (now - at) / 1000;
  if (Math.abs(s) < 10) return "just now";
  if (s < 0) return `in ${length(-s)}`;
  if (s >= 7 * 86_400) return date(at, now, zone);
  // Of an age the largest unit is enough.
  return `${length(s).split(" ").slice(0, 2).join(" ")} ago`;
}

// Making a format costs more than using it a hundred times.
const formats = new Map<string, Intl.DateTimeFormat>();
function format(options: Intl.DateTimeFormatOptions, zone: string | undefined): Intl.DateTimeFormat {
  const key = `${zone} ${Object.values(options)} ${Object.keys(options)}`;
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone === undefined ? {} : { timeZone: zone }) })));
  return found;
}
const of = (at: number, options: Intl.DateTimeFormatOptions, zone?: string) =>
  format(options, zone).formatToParts(at).reduce<Record<string, string>>((all, { type, value }) => ({ ...all, [type]: value }), {});

/** `Nov 21`, with the year where it is another one. */
export function date(at: number, now: number, zone?: string): string {
  const day = of(at, { day: "numeric", month: "short", year: "numeric" }, zone);
  const short = `${day["month"]} ${day["day"]}`;
  return day["year"] === of(now, { year: "numeric" }, zone)["year"] ? short : `${short}, ${day["year"]}`;
}

/** `02:10 CET`; of another day with its date. */
export function clock(at: number, now: number, zone?: string, seconds = false): string {
  const time = of(at, { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}), hourCycle: "h23", timeZoneName: "short" }, zone);
  const text = `${time["hour"]}:${time["minute"]}${seconds ? `:${time["second"]}` : ""} ${time["timeZoneName"]}`;
  const day = date(at, now, zone);
  return day === date(now, now, zone) || Math.abs(at - now) < 12 * 3_600_000 ? text : `${day}, ${text}`;
}

/** `Sun Nov 29 2026 02:10:41 CET (UTC+1) · 01:10:41 UTC` */
export function exact(at: number, zone?: string): string {
  const all = of(at, { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" }, zone);
  const offset = of(at, { timeZoneName: "longOffset" }, zone)["timeZoneName"]!.replace("GMT", "UTC").replace(/([+-])0?(\d+):00$/, "$1$2");
  const utc = new Date(at).toISOString().slice(11, 19);
  return `${all["weekday"]} ${all["month"]} ${all["day"]} ${all["year"]} ${all["hour"]}:${all["minute"]}:${all["second"]} ${all["timeZoneName"]} (${offset}) · ${utc} UTC`;
}

/** `2026-11-29 01:10:41 UTC` */
export const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** The day, as a line between rows. */
export function day(at: number, zone?: string): string {
  const all = of(at, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, zone);
  return `${all["weekday"]} ${all["month"]} ${all["day"]} ${all["year"]}`;
}
