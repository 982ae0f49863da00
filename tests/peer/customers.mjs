// Customers, and the internal one that owns what integrations are tested with.

import { Listing } from './schema.mjs';
import { filtered } from './pages.mjs';
import { Refusal, assign, existing, globalId, labelSet, now } from './records.mjs';

export class Customers {
  constructor(world) {
    this.world = world;
    this.system = this.record({ name: 'System', isSystem: true });
    this.all = [this.system];
  }

  get(id) {
    return existing(this.all, id);
  }

  list(args) {
    return new Listing(filtered(this.all, args));
  }

  create(input) {
    this.check(input, null);
    const customer = this.record(input);
    this.all.push(customer);
    return customer;
  }

  update({ id, labels, ...input }) {
    const customer = this.get(id);
    this.check(input, customer);
    if (labels) customer.labels = labelSet(labels);
    assign(customer, input, ['name', 'description', 'externalId', 'concurrentExecutionLimit']);
    return customer;
  }

  delete({ id }) {
    const customer = this.get(id);
    if (this.world.instances.all.some((it) => it.customer === customer)) {
      throw new Refusal('__all__', ['The customer has instances.']);
    }
    this.all = this.all.filter((it) => it !== customer);
    return customer;
  }

  check(input, self) {
    for (const field of ['name', 'externalId']) {
      const taken = input[field] && this.all.some((it) => it !== self && it[field] === input[field]);
      if (taken) throw new Refusal(field, [`Customer with this ${field} already exists.`]);
    }
    if (input.name === '') throw new Refusal('name', ['This field may not be blank.']);
  }

  record({ name, description, externalId, labels, concurrentExecutionLimit = null, isSystem = false }) {
    const { world } = this;
    return {
      id: globalId('Customer'), name, description: description ?? '', externalId: externalId ?? null,
      labels: labelSet(labels), concurrentExecutionLimit, isSystem, createdAt: now(), updatedAt: now(), org: world.organization,
      instances(args) {
        return world.instances.list(args, world.instances.all.filter((it) => it.customer === this));
      },
    };
  }
}
