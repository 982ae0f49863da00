// Integrations: a sequence of one draft and its published versions, all of them records.

import { Listing } from './schema.mjs';
import { filtered } from './pages.mjs';
import { canonical, dump, unpinned } from './definition.mjs';
import { settled } from './texts.mjs';
import { Refusal, assign, existing, globalId, labelSet, now, uuid } from './records.mjs';

const MARKETPLACE = ['AVAILABLE_AND_DEPLOYABLE', 'AVAILABLE_NOT_DEPLOYABLE', 'NOT_AVAILABLE_IN_MARKETPLACE'];
const METADATA = ['name', 'description', 'category'];

export class Integrations {
  constructor(world) {
    this.world = world;
    this.sequences = [];
  }

  get all() {
    return this.sequences.flatMap((sequence) => [sequence.draft, ...sequence.versions]);
  }

  get(id) {
    return existing(this.all, id);
  }

  list({ allVersions, ...filters }) {
    const every = allVersions || filters.versionNumber !== undefined;
    return new Listing(filtered(every ? this.all : this.sequences.map((it) => it.draft), filters, SPECIAL));
  }

  draft(id) {
    const found = this.get(id);
    if (found.sequence.draft !== found) throw new Refusal('id', ['A published version cannot be changed.']);
    return found;
  }

  /** Without an id, or with an empty one, a new integration; else the draft in place. */
  import({ definition, integrationId }) {
    const value = this.read(definition);
    const draft = integrationId ? this.draft(integrationId) : this.create();
    return write(draft, value, { labels: value.labels });
  }

  /** By name, from a definition or from next to nothing. */
  made({ name, definition, description, labels }) {
    if (name.trim() === '') throw new Refusal('name', ['This field may not be blank.']);
    const value = this.read(definition ?? starter(name));
    const draft = write(this.create(), { ...value, name, ...(description && { description }) }, { labels: value.labels });
    if (labels && !this.world.options.forgetLabels) draft.labels = labelSet(labels);
    return draft;
  }

  /** A definition as it is kept. */
  read(definition) {
    const value = canonical(definition, this.world.components);
    const texts = [...METADATA, 'labels'].filter((key) => value[key] !== undefined);
    return { ...value, ...Object.fromEntries(texts.map((key) => [key, settled(value[key], this.world.options)])) };
  }

  create() {
    const sequence = { id: uuid(), versions: [] };
    sequence.draft = new Integration(this.world, sequence);
    this.sequences.push(sequence);
    this.world.instances.addSystem(sequence.draft);
    return sequence.draft;
  }

  update({ id, definition, labels, ...input }) {
    const draft = this.draft(id);
    if (input.name === '') throw new Refusal('name', ['This field may not be blank.']);
    if (definition) write(draft, this.read(definition), {});
    const named = METADATA.filter((name) => input[name] !== undefined && input[name] !== null);
    draft.value = { ...draft.value, ...Object.fromEntries(named.map((name) => [name, input[name]])) };
    assign(draft, input, ['templateConfiguration', 'avatarUrl']);
    if (labels) draft.labels = labelSet(labels);
    return draft;
  }

  publish({ id, comment, attributes }) {
    const draft = this.draft(id);
    const { sequence } = draft;
    const version = Object.assign(new Integration(this.world, sequence), {
      labels: draft.labels,
      versionNumber: sequence.versions.length + 1,
      versionComment: comment || null,
      versionAttributes: this.world.attributes(attributes),
      versionCreatedAt: now(),
      versionCreatedBy: this.world.user,
      versionIsAvailable: true,
    });
    write(version, draft.value, { labels: draft.labels });
    sequence.versions.push(version);
    return version;
  }

  setAvailable({ id, available }) {
    const version = this.get(id);
    if (version.sequence.draft === version) throw new Refusal('id', ['Only a published version has an availability.']);
    version.versionIsAvailable = available;
    return version;
  }

  setMarketplace({ id, ...input }) {
    const version = this.get(id);
    const configuration = input.marketplaceConfiguration?.toUpperCase();
    if (configuration && !MARKETPLACE.includes(configuration)) {
      throw new Refusal('marketplaceConfiguration', [`${configuration} is not one of the choices.`]);
    }
    assign(version, { ...input, marketplaceConfiguration: configuration },
      ['marketplaceConfiguration', 'allowMultipleMarketplaceInstances']);
    version.overview = input.overview ?? '';
    return version;
  }

  delete({ id }) {
    const draft = this.draft(id);
    const used = this.world.instances.all.some((it) => !it.isSystem && it.integration.sequence === draft.sequence);
    if (used) throw new Refusal('__all__', ['The integration has instances.']);
    this.sequences = this.sequences.filter((it) => it !== draft.sequence);
    this.world.instances.all = this.world.instances.all.filter((it) => it.integration !== draft);
    return draft;
  }
}

/** What an integration holds that was created without a definition. */
function starter(name) {
  const component = { key: 'webhook-triggers', version: 'LATEST', isPublic: true };
  const trigger = { name: 'Trigger', isTrigger: true, inputs: {}, action: { key: 'webhook', component } };
  return JSON.stringify({ definitionVersion: 7, name, flows: [{ name: 'Flow 1', isSynchronous: false, steps: [trigger] }] });
}

const SPECIAL = {
  hasInstances: (record, wanted) => record.users().length > 0 === wanted,
  marketplace: (record, wanted) => (record.marketplaceConfiguration !== 'NOT_AVAILABLE_IN_MARKETPLACE') === wanted,
};

/** Puts a definition into a record, with flows and variables of its own. */
function write(record, value, { labels }) {
  record.value = value;
  if (labels !== undefined || !record.flowRecords) record.labels = labelSet(labels);
  record.flowRecords = value.flows.map((flow, index) => flowRecord(record, flow, index));
  record.variables = (value.requiredConfigVars ?? []).map((variable, index) => variableRecord(record, variable, index));
  record.updatedAt = now();
  return record;
}

class Integration {
  constructor(world, sequence) {
    Object.defineProperty(this, 'world', { value: world });
    Object.defineProperty(this, 'sequence', { value: sequence });
    Object.assign(this, {
      id: globalId('Integration'), createdAt: now(), updatedAt: now(), customer: null, overview: null,
      isCodeNative: false, templateConfiguration: 'NOT_AVAILABLE', marketplaceConfiguration: MARKETPLACE[2],
      allowMultipleMarketplaceInstances: false, versionIsAvailable: false, versionCreatedAt: null, versionAttributes: null,
      hasOutdatedComponents: false, value: {},
    });
  }

  get name() { return this.value.name; }
  get description() { return this.value.description || null; }
  get category() { return this.value.category || null; }
  get documentation() { return this.value.documentation || null; }
  get endpointType() { return this.value.endpointType?.toUpperCase(); }
  get configPages() { return JSON.stringify(this.value.configPages); }
  get versionSequenceId() { return this.sequence.id; }
  get versionIsLatest() { return this === this.sequence.versions.at(-1); }
  get flows() { return new Listing(this.flowRecords); }
  get requiredConfigVariables() { return new Listing(this.variables); }
  get systemInstance() { return this.world.instances.all.find((it) => it.isSystem && it.integration === this.sequence.draft); }

  /** A draft has the number its publication would get; a version is given its own. */
  get versionNumber() { return this.number ?? this.sequence.versions.length + 1; }
  set versionNumber(number) { this.number = number; }

  get hasUnpublishedChanges() {
    const published = this.sequence.versions.at(-1);
    return this === this.sequence.draft && (!published || dump(published.value) !== dump(this.value));
  }

  definition({ useLatestComponentVersions }) {
    return dump(useLatestComponentVersions ? unpinned(this.value) : this.value);
  }

  users() {
    return this.world.instances.all.filter((it) => !it.isSystem && it.integration.sequence === this.sequence);
  }

  instances(args) {
    return this.world.instances.list(args, this.users());
  }

  versionSequence(args) {
    return new Listing(filtered([this.sequence.draft, ...this.sequence.versions], args));
  }

  versionAt({ id, versionNumber, latestAvailable }) {
    const { versions } = this.sequence;
    if (id) return versions.find((it) => it.id === id) ?? null;
    if (latestAvailable) return versions.findLast((it) => it.versionIsAvailable) ?? null;
    return versions.find((it) => it.versionNumber === versionNumber) ?? null;
  }

  get instanceStats() {
    const counts = Object.groupBy?.(this.users(), (it) => it.integration.versionNumber) ?? {};
    const nodes = Object.entries(counts).map(([number, list]) => ({ versionNumber: Number(number), instanceCount: list.length }));
    return { totalInstanceCount: this.users().length, versionDistribution: { nodes } };
  }
}

function flowRecord(integration, flow, sortOrder) {
  const id = globalId('IntegrationFlow');
  const url = `${integration.world.url}/trigger/${id}`;
  return {
    id, integration, sortOrder, name: flow.name, description: flow.description || null,
    stableKey: flow.stableKey ?? null, isSynchronous: flow.isSynchronous ?? false, isAgentFlow: flow.isAgentFlow,
    endpointSecurityType: flow.endpointSecurityType.toUpperCase(), testUrl: url, value: flow,
  };
}

const text = (value) => (value === undefined || value === null || value === '' ? null
  : typeof value === 'string' ? value : JSON.stringify(value));

function variableRecord(integration, variable, sortOrder) {
  const collection = { valuelist: 'VALUELIST', keyvaluelist: 'KEYVALUELIST' }[variable.collectionType] ?? null;
  const template = connectionTemplate(integration.world, variable);
  return {
    id: globalId('RequiredConfigVariable'), integration, sortOrder, key: variable.key,
    stableKey: variable.stableKey ?? null, stableId: uuid(),
    dataType: String(variable.dataType ?? 'string').toUpperCase(), collectionType: collection,
    defaultValue: text(variable.defaultValue), description: variable.description || null,
    orgOnly: variable.orgOnly ?? null, pickList: variable.pickList ?? null, connection: template,
    meta: variable.meta ? JSON.stringify(variable.meta) : null, inputs: inputRecords(variable),
    onPremiseConnectionConfig: String(variable.onPremiseConnectionConfig ?? 'disallowed').toUpperCase(),
    scheduleType: variable.scheduleType?.toUpperCase() ?? null, timeZone: variable.timeZone ?? null, value: variable,
  };
}

function connectionTemplate(world, { connection }) {
  if (!connection) return null;
  const component = world.components.latest(connection.component.key, connection.component.isPublic ?? true);
  return component.connections.records.find((it) => it.key === connection.key) ?? null;
}

function inputRecords({ inputs }) {
  if (!inputs) return null;
  return new Listing(Object.entries(inputs).map(([name, input]) => ({
    id: globalId('Expression'), name, type: String(input.type ?? 'value').toUpperCase(),
    value: input.meta?.writeOnly ? '' : String(input.value ?? ''), hasValue: Boolean(input.value),
    meta: input.meta ? JSON.stringify(input.meta) : null,
  })));
}
