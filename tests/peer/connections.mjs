// Connections that instances share, and their values for customers. What a write leaves out is gone, a customer has
// one value at most, and a connection of the organization has none.

import { Listing } from './schema.mjs';
import { filtered } from './pages.mjs';
import { Refusal, existing, globalId, now } from './records.mjs';

const WORDS = { variableScope: ['ORG', 'CUSTOMER'], managedBy: ['ORG', 'CUSTOMER'] };

export class Connections {
  constructor(world) {
    this.world = world;
    this.all = [];
  }

  get(id) {
    return existing(this.all, id);
  }

  list({ includeCustomer: _, ...filters }) {
    return new Listing(filtered(this.all, filters));
  }

  values({ isTest = null, ...filters }) {
    const all = this.all.flatMap((it) => it.values);
    return new Listing(filtered(isTest === null ? all : all.filter((it) => it.isTest === isTest), filters));
  }

  value(id) {
    return existing(this.all.flatMap((it) => it.values), id);
  }

  create({ key, stableKey, variableScope, managedBy = 'ORG', description = '', connection, inputs = [] }) {
    if (this.all.some((it) => it.stableKey === stableKey)) {
      throw new Refusal('stableKey', ['Scoped config variable with this Stable key already exists.']);
    }
    const kind = existing(this.world.components.all.flatMap((it) => it.connections.records), connection);
    const scoped = new Scoped(this.world, {
      key, stableKey, description, kind, variableScope: word('variableScope', variableScope), managedBy: word('managedBy', managedBy),
    });
    scoped.stored = stored(kind, inputs);
    this.all.push(scoped);
    return scoped;
  }

  update({ id, key, description, inputs, redeploy }) {
    const scoped = this.get(id);
    scoped.key = key ?? scoped.key;
    scoped.description = description ?? scoped.description;
    if (inputs) scoped.stored = stored(scoped.connection, inputs);
    if (redeploy) scoped.values.forEach((it) => this.deploy(it));
    return scoped;
  }

  delete({ id }) {
    const scoped = this.get(id);
    if (scoped.isInUse) throw new Refusal('id', ['It is used by instances.']);
    this.all = this.all.filter((it) => it !== scoped);
    return scoped;
  }

  createValue({ scopedConfigVariable, customer, inputs = [], isTest = false }) {
    const scoped = this.get(scopedConfigVariable);
    const owner = this.world.customers.get(customer);
    if (scoped.values.some((it) => it.customer === owner && it.isTest === isTest)) {
      throw new Refusal('__all__', ['The customer has a value of it already.']);
    }
    const value = new Value(this.world, scoped, owner, isTest);
    value.stored = stored(scoped.connection, inputs);
    scoped.values.push(value);
    return value;
  }

  updateValue({ id, inputs, redeploy }) {
    const value = this.value(id);
    if (inputs) value.stored = stored(value.scopedConfigVariable.connection, inputs);
    if (redeploy) this.deploy(value);
    return value;
  }

  deploy(value) {
    value.bound().filter((it) => it.lastDeployedAt).forEach((it) => this.world.instances.deploy({ id: it.id, force: true }));
  }
}

function word(field, text) {
  const upper = text.toUpperCase();
  if (!WORDS[field].includes(upper)) throw new Refusal(field, [`"${text}" is not a valid choice.`]);
  return upper;
}

function stored(kind, inputs) {
  const wrong = inputs.find(({ type }) => (type ?? 'value') !== 'value');
  if (wrong) throw new Refusal('inputs', [`${wrong.name}: type must be value.`]);
  return Object.fromEntries(inputs.map(({ name, value }) => [name, value ?? '']));
}

/** Its inputs: those of the component, with what is stored; secrets only as "there is one". */
function shown(owner, kind, values, mask) {
  const names = new Set([...kind.fields.map((it) => it.key), ...Object.keys(values)]);
  return new Listing([...names].map((name) => {
    const value = values[name] ?? '';
    const secret = kind.fields.find((it) => it.key === name)?.type === 'PASSWORD';
    return { id: `${owner}${name}`, name, type: 'VALUE', hasValue: value !== '', value: secret && value !== '' ? mask : value };
  }));
}

class Scoped {
  constructor(world, { kind, ...fields }) {
    Object.defineProperty(this, 'world', { value: world });
    Object.defineProperty(this, 'stored', { value: {}, writable: true });
    Object.defineProperty(this, 'values', { value: [] });
    Object.assign(this, fields, { id: globalId('ScopedConfigVariable'), connection: kind, customer: null, createdAt: now(), updatedAt: now() });
  }

  get status() { return this.variableScope === 'ORG' ? 'ACTIVE' : null; }
  get isInUse() { return this.values.some((it) => it.isInUse); }
  inputs() { return shown(this.id, this.connection, this.stored, this.world.options.mask); }

  customerConfigVariables({ isTest = null, ...filters }) {
    return new Listing(filtered(isTest === null ? this.values : this.values.filter((it) => it.isTest === isTest), filters));
  }
}

class Value {
  constructor(world, scoped, customer, isTest) {
    Object.defineProperty(this, 'world', { value: world });
    Object.defineProperty(this, 'stored', { value: {}, writable: true });
    Object.assign(this, {
      id: globalId('CustomerConfigVariable'), scopedConfigVariable: scoped, customer, isTest, status: 'ACTIVE', createdAt: now(), updatedAt: now(),
    });
  }

  bound() {
    return this.world.instances.all.filter((it) => [...it.values.values()].some((value) => value.customerConfigVariableId === this.id));
  }

  get isInUse() { return this.bound().length > 0; }
  inputs() { return shown(this.id, this.scopedConfigVariable.connection, this.stored, this.world.options.mask); }
}
