// A replica of a tenant that is behind it: every change reaches it some time later, in order.

import { replayed, taped } from './records.mjs';

export class Replica {
  /** `lag` is the least and the most that a change takes, in milliseconds. */
  constructor(world, lag) {
    Object.assign(this, { world, lag, waiting: [], count: 0, newest: 0 });
  }

  /** A change that will arrive. */
  push(step, made) {
    const [least, most] = this.lag;
    this.count += 1;
    const delay = least + ((this.count * 7919) % (most - least + 1));
    this.newest = Math.max(this.newest, Date.now() + delay);
    this.waiting.push({ at: this.newest, step, made });
  }

  /** The tenant as far as changes have arrived. */
  seen() {
    while (this.waiting.length && this.waiting[0].at <= Date.now()) {
      const { step, made } = this.waiting.shift();
      replayed(made, () => step(this.world));
    }
    return this.world;
  }
}

/** A tenant, with a replica if it is to lag. */
export function withReplica(make, lag) {
  const { result: world, made } = taped(make);
  if (lag) world.replica = new Replica(replayed(made, make), lag);
  return world;
}
