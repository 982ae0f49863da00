// Scripted faults: the nth request that runs a root field goes wrong in a given way.
//
// A fault is `{"field": "publishIntegration", "nth": 1, "kind": "lost"}`; `field` may also be
// "*" for any request or "write" for any mutation. `count` (1) says how many in a row. POST /faults
// puts another script in place of this one.

/** Kinds that answer before anything is done, and those that spoil the answer of what was done. */
const BEFORE = {
  throttle: [429, { detail: 'Request was throttled. Expected available in 1 second.' }],
  'throttle-after': [429, { detail: 'Request was throttled. Expected available in 1 second.' }, { 'retry-after': '1' }],
  unavailable: [503, '<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>', { 'content-type': 'text/html' }],
  refused: 'hang up',
  complains: [200, { errors: [{ message: 'Something went wrong.' }], data: null }],
};
const AFTER = { lost: 'hang up', truncated: 'half', html: 'page', exit: 'exit', throttled: 'throttled' };
/** Kinds where a mutation is refused in its payload, and where somebody else writes just before. */
const OTHER = ['refuses', 'shift'];

export class Faults {
  constructor(scripted) {
    this.script(scripted);
  }

  script(scripted) {
    this.scripted = scripted.map((fault) => ({ nth: 1, count: 1, field: '*', seen: 0, ...fault }));
    const unknown = this.scripted.find(({ kind }) => !(kind in BEFORE) && !(kind in AFTER) && !OTHER.includes(kind));
    if (unknown) throw new Error(`unknown kind of fault: ${unknown.kind}`);
  }

  /** What is to go wrong with a request: `{before}`, `{after}`, `{refuses}` or `{shift}`, or nothing. */
  next({ fields, isWrite }) {
    const hits = this.scripted.filter((fault) => {
      if (fault.field !== '*' && !(fault.field === 'write' && isWrite) && !fields.includes(fault.field)) return false;
      fault.seen += 1;
      return fault.seen >= fault.nth && fault.seen < fault.nth + fault.count;
    });
    const kind = hits[0]?.kind;
    return { before: BEFORE[kind], after: AFTER[kind], refuses: kind === 'refuses', shift: kind === 'shift' };
  }
}
