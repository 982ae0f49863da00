// Relay connections: Django-style filters, an order, and pages whose cursors name a record.

import { GraphQLError } from 'graphql';

const PAGING = new Set(['first', 'last', 'after', 'before', 'offset', 'orderBy', 'sortBy']);
const LIMIT = 100;

/** What a filter's suffix does with the stored value and the argument. */
const COMPARISONS = {
  Icontains: (value, wanted) => some(value, (text) => lower(text).includes(lower(wanted))),
  Istartswith: (value, wanted) => some(value, (text) => lower(text).startsWith(lower(wanted))),
  Iexact: (value, wanted) => some(value, (text) => lower(text) === lower(wanted)),
  Fulltext: (value, wanted) => some(value, (text) => lower(text).includes(lower(wanted))),
  Contains: (value, wanted) => some(value, (text) => text === wanted),
  In: (value, wanted) => wanted.includes(value),
  Isnull: (value, wanted) => (value === null) === wanted,
  Gte: (value, wanted) => value !== null && ordered(value, wanted) >= 0,
  Lte: (value, wanted) => value !== null && ordered(value, wanted) <= 0,
};

/** Keeps the records that agree with every filter; null means unset. */
export function filtered(records, args, special = {}) {
  const filters = Object.entries(args).filter(([name, value]) => !PAGING.has(name) && value !== null);
  return filters.reduce((left, [name, wanted]) => {
    const keep = special[name] ?? byPath(name);
    return left.filter((record) => keep(record, wanted));
  }, [...records]);
}

function byPath(name) {
  const parts = name.split('_');
  const compare = parts.length > 1 && COMPARISONS[parts.at(-1)];
  if (compare) parts.pop();
  const path = parts.map((part) => part[0].toLowerCase() + part.slice(1));
  return (record, wanted) => {
    const found = path.reduce((at, part) => at?.[part], record) ?? null;
    const value = found?.id ?? found;
    if (compare) return compare(value, wanted);
    // A name is looked up in any case: nothing says that a server tells case apart.
    return path.at(-1) === 'name' ? some(value, (text) => lower(text) === lower(wanted)) : value === wanted;
  };
}

const lower = (text) => String(text).toLowerCase();
const some = (value, test) => (Array.isArray(value) ? value : [value ?? '']).some(test);

/** Times are compared as times, whatever their offset and precision. */
function ordered(left, right) {
  const time = (value) => (/^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value);
  const [a, b] = [time(left), time(right)];
  // Microseconds are in the text only.
  if (a === b) return left < right ? -1 : Number(left > right);
  return a < b ? -1 : Number(a > b);
}

/** A page of records. Without an order they come by id, which is as good as none. */
export function connection(records, args, context) {
  const all = sorted(records, args);
  const { start, end } = range(all, args, context);
  const mark = (node) => cursor(node, all, context);
  const page = all.slice(start, end);
  return {
    edges: () => page.map((node) => ({ cursor: mark(node), node })),
    nodes: context?.nullNodes ? [...page, null] : page,
    totalCount: all.length,
    pageInfo: {
      hasNextPage: end < all.length,
      hasPreviousPage: start > 0,
      startCursor: page.length ? mark(page[0]) : null,
      endCursor: page.length ? mark(page.at(-1)) : null,
    },
  };
}

function sorted(records, { orderBy, sortBy }) {
  const keys = [...(orderBy ? [orderBy] : []), ...(sortBy ?? [])].filter(Boolean);
  const compare = (left, right) => {
    for (const { field, direction } of keys) {
      const way = ordered(sortValue(left, field), sortValue(right, field));
      if (way) return direction === 'DESC' ? -way : way;
    }
    return ordered(left.id, right.id);
  };
  return records.every((record) => record.id) ? [...records].sort(compare) : records;
}

/** Where an order's field is not the property of the same name. */
const SORTED_BY = {
  INTEGRATION: (record) => record.integration.name,
  CUSTOMER: (record) => record.customer?.name,
  VERSION: (record) => record.integration.versionNumber,
  PUBLISHED_AT: (record) => record.versionCreatedAt,
  LABEL: (record) => record.label,
};

function sortValue(record, field) {
  const camel = field.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  return (SORTED_BY[field]?.(record) ?? record[camel]) ?? '';
}

function range(all, { first, last, after, before, offset }, context) {
  const asked = first ?? last ?? LIMIT;
  if (asked < 0 || asked > LIMIT) {
    throw new GraphQLError(`A page holds 0 to ${LIMIT} records, ${asked} were requested.`);
  }
  const size = Math.min(asked, context?.pageSize ?? LIMIT);
  const low = (after ? position(all, after, context) + 1 : 0) + (offset ?? 0);
  const high = before ? position(all, before, context) : all.length;
  return last !== undefined && last !== null && (first ?? null) === null
    ? { start: Math.max(low, high - size), end: high }
    : { start: low, end: Math.max(low, Math.min(high, low + size)) };
}

/** A cursor names a record; or its place, so that pages shift when a record before it goes. */
function cursor(record, all, context) {
  return context?.offsetCursors ? `at:${all.indexOf(record)}` : `~${record.id.split('').reverse().join('')}`;
}

function position(all, text, context) {
  const place = /^at:(\d+)$/.exec(text);
  const at = place ? Number(place[1]) : all.findIndex((record) => cursor(record, all, context) === text);
  if (at < 0) throw new GraphQLError(`Invalid cursor: ${text}`);
  return at;
}
