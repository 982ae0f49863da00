// Filters: text that a person types ⇄ terms ⇄ the query of the address, which is the query of the API.
// A comma is or, another term is and; `!` in front of a value (`-` in front of a typed term) is not.

export interface Term { key: string; not: boolean; values: string[] }
/** Keys in the order in which they are written. */
export const KEYS = ["q", "state", "customer", "integration", "fleet", "version", "wave", "label", "sync", "health", "disposition", "kind", "since", "changedBy"] as const;
const KNOWN: readonly string[] = KEYS;
const LABELS: Record<string, string> = { changedBy: "changed by", q: "text" };

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"?`;
const PIECE = String.raw`(?:${QUOTED}|[^\s",]+)`;
const TERM = new RegExp(String.raw`(-?)(?:([A-Za-z]+):)?(${PIECE}(?:,${PIECE})*|,+)`, "g");

/** Text typed in the filter field, as terms; words of a wrong key are given back, each with the nearest right one. */
export function parse(text: string): { terms: Term[]; wrong: { word: string; near?: string }[] } {
  const terms: Term[] = [];
  const wrong: { word: string; near?: string }[] = [];
  for (const [whole, minus = "", key, raw = ""] of text.matchAll(TERM)) {
    if (key === undefined) {
      const word = raw.startsWith('"') ? unquote(raw) : minus + raw;
      if (word !== "") terms.push({ key: "q", not: false, values: [word] });
    } else if (KNOWN.includes(key)) {
      const values = [...raw.matchAll(new RegExp(PIECE, "g"))].map(([piece]) => unquote(piece)).filter((one) => one !== "");
      if (values.length > 0) terms.push({ key, not: minus === "-", values });
    } else {
      const near = nearest(key);
      wrong.push(near === undefined ? { word: whole } : { word: whole, near });
    }
  }
  return { terms, wrong };
}

const unquote = (text: string) => (text.startsWith('"') ? text.slice(1).replace(/(^|[^\\])((?:\\\\)*)"$/, "$1$2").replace(/\\(.)/g, "$1") : text);
const quote = (text: string) => (/^[^\s",:\\-][^\s",:\\]*$/.test(text) ? text : `"${text.replace(/(["\\])/g, "\\$1")}"`);

/** Terms as one would type them. */
export function print(terms: Term[]): string {
  const one = (term: Term) => {
    if (term.key === "q") return term.values.map(quote).join(" ");
    return `${term.not ? "-" : ""}${term.key}:${term.values.map(quote).join(",")}`;
  };
  return terms.map(one).join(" ");
}

/** Terms as parameters, in one order. A comma or an exclamation mark of a value has a backslash in front. */
export function toQuery(terms: Term[]): URLSearchParams {
  const query = new URLSearchParams();
  const escape = (value: string) => value.replace(/[\\,!]/g, "\\$&");
  for (const key of KEYS) {
    for (const term of terms.filter((one) => one.key === key)) {
      query.append(key, (term.not ? "!" : "") + term.values.map(escape).join(","));
    }
  }
  return query;
}

/** The terms of a query; parameters of other meaning (sort, page) are passed over. */
export function fromQuery(query: URLSearchParams): Term[] {
  return KEYS.flatMap((key) =>
    query.getAll(key).flatMap((given) => {
      const not = given.startsWith("!");
      const pieces = (not ? given.slice(1) : given).match(/(?:\\.|[^\\,])+/g) ?? [];
      const values = pieces.map((piece) => piece.replace(/\\(.)/g, "$1"));
      return values.length > 0 ? [{ key, not, values }] : [];
    }),
  );
}

/** A term for people. */
export const label = (term: Term): string => `${LABELS[term.key] ?? term.key}${term.not ? " not" : ""}: ${term.values.join(" or ")}`;

/** Whether a term with this one value is among them. */
export const has = (terms: Term[], key: string, value: string): boolean =>
  terms.some((term) => term.key === key && !term.not && term.values.includes(value));

/** With the value, or without it where it was there. */
export function toggle(terms: Term[], key: string, value: string): Term[] {
  const found = terms.find((term) => term.key === key && !term.not);
  if (!found) return [...terms, { key, not: false, values: [value] }];
  const values = found.values.includes(value) ? found.values.filter((one) => one !== value) : [...found.values, value];
  return terms.flatMap((term) => (term !== found ? [term] : values.length > 0 ? [{ ...term, values }] : []));
}

function nearest(word: string): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const key of KEYS) {
    const far = distance(word.toLowerCase(), key.toLowerCase());
    if (far < least) [best, least] = [key, far];
  }
  return best;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
