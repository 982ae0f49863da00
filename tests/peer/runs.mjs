// Executions: a flow that is tested runs for a moment and then has succeeded.

import { setTimeout as later } from 'node:timers';
import { GraphQLError } from 'graphql';
import { Listing } from './schema.mjs';
import { filtered } from './pages.mjs';
import { existing, globalId, now } from './records.mjs';

const RUN_MS = 120;

export class Runs {
  constructor(world) {
    this.world = world;
    this.all = [];
  }

  get(id) {
    return existing(this.all, id);
  }

  list(args, records = this.all) {
    return new Listing(filtered(records, args));
  }

  flow(id) {
    return existing(this.world.integrations.all.flatMap((it) => it.flowRecords), id);
  }

  flowConfig(id) {
    return existing(this.world.instances.all.flatMap((it) => it.flows()), id);
  }

  testFlow({ id, payload, headers, asynchronous }) {
    const flow = this.flow(id);
    checkHeaders(headers);
    const execution = this.start({ flow, integration: flow.integration, isTestExecution: true });
    return { flow, execution, ...reply(payload, asynchronous || !flow.isSynchronous) };
  }

  testFlowConfig({ id, payload, headers }) {
    const flowConfig = this.flowConfig(id);
    checkHeaders(headers);
    const { instance, flow } = flowConfig;
    const execution = this.start({ flow, flowConfig, instance, integration: instance.integration, isTestExecution: false });
    return { flowConfig, execution, ...reply(payload, !flow.isSynchronous) };
  }

  /** What a POST to a webhook or test URL starts. */
  trigger(id) {
    const flow = this.world.integrations.all.flatMap((it) => it.flowRecords).find((it) => it.id === id);
    if (flow) return this.start({ flow, integration: flow.integration, isTestExecution: true });
    const flowConfig = this.world.instances.all.flatMap((it) => it.flows()).find((it) => it.id === id);
    return flowConfig && this.start({ flow: flowConfig.flow, flowConfig, instance: flowConfig.instance, isTestExecution: false });
  }

  start(about) {
    const run = {
      id: globalId('InstanceExecutionResult'), instance: null, flowConfig: null, ...about,
      retryAttempts: new Listing([]), replays: new Listing([]), retryNextAt: null,
      startedAt: now(), endedAt: null, error: null, status: 'PENDING', resultType: null,
      invokeType: about.isTestExecution ? 'INTEGRATION_FLOW_TEST' : 'WEBHOOK',
    };
    run.logs = new Listing([logLine(run, 'Started')]);
    run.steps = [];
    run.stepResults = (args) => new Listing(filtered(run.steps, args));
    this.all.push(run);
    later(() => finish(run), RUN_MS).unref();
    return run;
  }
}

function finish(run) {
  Object.assign(run, { endedAt: now(), status: 'SUCCESS', resultType: 'COMPLETED' });
  run.steps = run.flow.value.steps.map((step) => ({
    id: globalId('InstanceStepResult'), executionResult: run, stepName: step.name, displayStepName: step.name,
    startedAt: run.startedAt, endedAt: run.endedAt, hasError: false, isLoopStep: false, isRootResult: Boolean(step.isTrigger),
  }));
  run.logs.records.push(logLine(run, 'Ended'));
}

const logLine = (run, message) => ({
  id: globalId('Log'), executionResult: run, message, severity: 'INFO', timestamp: now(), logType: 'EXECUTION',
  stepName: null, flowName: run.flow.name,
});

const reply = (payload, asynchronous) => (asynchronous
  ? { statusCode: 202, body: null, headers: null }
  : { statusCode: 200, body: payload ?? '{}', headers: '{"Content-Type": "application/json"}' });

function checkHeaders(headers) {
  try {
    if (headers) JSON.parse(headers);
  } catch {
    throw new GraphQLError('headers must be JSON.');
  }
}
