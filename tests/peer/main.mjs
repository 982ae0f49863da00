// A second Prismatic for the tests, on loopback and in memory. It was written from the schema and
// from what is known of the service, not from this project's client or sandbox, and it chooses
// differently wherever a server may: what works against both rests on neither's habits.
//
// Prints one line with its address when it is ready. Leaves with status 3 where the schema is absent.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Auth } from './auth.mjs';
import { Faults } from './faults.mjs';
import { handler } from './http.mjs';
import { withReplica } from './lag.mjs';
import { load } from './schema.mjs';
import { Echo } from './texts.mjs';
import { World, root } from './world.mjs';

const { values } = parseArgs({
  options: {
    schema: { type: 'string' }, // the SDL
    organization: { type: 'string', default: 'Peer Inc' },
    'refresh-token': { type: 'string', default: 'peer' },
    lifetime: { type: 'string', default: '600' }, // of an access token, in seconds
    components: { type: 'string', default: '{}' }, // further public components: {"key": latest version}
    'page-size': { type: 'string', default: '100' }, // the most a page holds, whatever is asked for
    cursors: { type: 'string', default: 'record' }, // what cursors name: a record, or its place in the list
    lag: { type: 'string' }, // how far reads are behind, in milliseconds: 400-1500
    'lag-of': { type: 'string', default: 'reads' }, // what is behind: reads, or lists alone
    'lag-writes': { type: 'boolean', default: false }, // writes do not find what is behind
    trims: { type: 'boolean', default: false }, // texts lose the white space around them
    reformats: { type: 'boolean', default: false }, // values come back in other words
    echoes: { type: 'string' }, // errors quote what was ever sent: see texts.mjs
    'forget-labels': { type: 'boolean', default: false }, // createIntegration takes labels for nothing
    faults: { type: 'string', default: '[]' }, // a script: see faults.mjs
    mask: { type: 'string', default: '********' }, // what stands for a secret
    'null-nodes': { type: 'boolean', default: false }, // every list ends with a record nobody may see
    'strict-attributes': { type: 'boolean', default: false }, // unknown version attributes are dropped
    'unique-names': { type: 'boolean', default: false }, // of the instances of a customer
    watch: { type: 'boolean', default: false }, // leave when standard input ends
  },
});

function schemaText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    console.error(`skipped, the schema cannot be read: ${error.message}`);
    return process.exit(3);
  }
}

const schema = load(schemaText(values.schema));
const options = {
  components: JSON.parse(values.components),
  pageSize: Number(values['page-size']),
  mask: values.mask,
  nullNodes: values['null-nodes'],
  strictAttributes: values['strict-attributes'],
  uniqueNames: values['unique-names'],
  offsetCursors: values.cursors === 'place',
  lagOf: values['lag-of'],
  lagWrites: values['lag-writes'],
  trims: values.trims,
  reformats: values.reformats,
  forgetLabels: values['forget-labels'],
};
const lag = values.lag?.split('-').map(Number);
const world = (name) => withReplica(() => new World(name, options), lag);
const worlds = [world(values.organization), world('Somebody Else')];
const echo = new Echo(values.echoes);
const auth = new Auth(worlds, { refreshToken: values['refresh-token'], lifetime: Number(values.lifetime) });
const faults = new Faults(JSON.parse(values.faults));
const server = createServer(handler({ schema, rootValue: root(schema), auth, faults, echo, options }));

server.listen(0, '127.0.0.1', () => {
  options.url = `http://127.0.0.1:${server.address().port}`;
  console.log(options.url);
});
if (values.watch) process.stdin.resume().on('end', () => process.exit(0));
