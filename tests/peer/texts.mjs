// What a server may make of the texts it is sent, and how it may quote them.

/** An input as it is kept. */
export function settled(value, options, key) {
  if (Array.isArray(value)) return value.map((item) => settled(item, options, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, settled(inner, options, name)]));
  }
  if (typeof value !== 'string' || key === 'definition') return value;
  if (key === 'values') return JSON.stringify(settled(JSON.parse(value), options));
  const text = options.reformats && key === 'value' ? reformatted(value) : value;
  return options.trims ? text.trim() : text;
}

/** The same value in other words. */
function reformatted(text) {
  if (/^\s*(\S+\s+){4}\S+\s*$/.test(text) && /^[\d\s*/,-]+$/.test(text)) return text.trim().split(/\s+/).join(' ');
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text)) return new Date(text).toISOString().replace('Z', '000+00:00');
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(ordered(JSON.parse(text)), null, 1);
  } catch {
    return text;
  }
}

function ordered(value) {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, ordered(value[key])]));
}

/** Forms in which an error quotes a text. */
const FORMS = {
  plain: (text) => text,
  escaped: (text) => text.replace(/./gsu, (it) => `\\u${it.codePointAt(0).toString(16).padStart(4, '0')}`),
  percent: (text) => encodeURIComponent(text).replace(/[!'()*~._-]/g, (it) => `%${it.charCodeAt(0).toString(16)}`),
  entities: (text) => text.replace(/[^A-Za-z0-9]/gu, (it) => `&#${it.codePointAt(0)};`),
  base64: (text) => Buffer.from(text).toString('base64'),
  cut: (text) => `${text.slice(0, Math.max(8, text.length - 4))}...`,
};

/** Remembers what was said, and quotes it in every error. */
export class Echo {
  constructor(form) {
    if (form && !(form in FORMS)) throw new Error(`unknown form: ${form}`);
    this.form = FORMS[form];
    this.said = new Set();
  }

  hear(value) {
    if (!this.form) return;
    if (typeof value === 'object' && value !== null) return Object.values(value).forEach((inner) => this.hear(inner));
    if (typeof value !== 'string' || value.length > 2000) return;
    let inner = null;
    try { inner = JSON.parse(value); } catch { /* a text like any other */ }
    if (typeof inner === 'object' && inner !== null) return this.hear(inner);
    if (value.length >= 6) this.said.add(value);
  }

  /** The answer, with quotations in its errors. */
  quoting(result) {
    if (!this.form || !this.said.size) return result;
    const tail = ` (context: ${[...this.said].slice(-200).map((text) => `'${this.form(text)}'`).join(', ')})`;
    const payloads = Object.entries(result.data ?? {}).map(([key, payload]) => [key, payload?.errors ? {
      ...payload, errors: payload.errors.map((it) => ({ ...it, messages: it.messages?.map((text) => text + tail) })),
    } : payload]);
    return {
      ...result,
      ...(result.errors && { errors: result.errors.map((it) => ({ ...(it.toJSON?.() ?? it), message: it.message + tail })) }),
      ...(result.data && { data: Object.fromEntries(payloads) }),
    };
  }
}
