import { openHouse } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { rotateKeys } from '../../src/modules/privacy/keys.service.js';

/** A process for the tests of key rotation to kill: rotates the community in its first argument, and tells of every batch. */
const [communityId = '', batch = '1'] = process.argv.slice(2);
const house = await openHouse(loadConfig(process.env), {}, () => undefined);
const scope = house.scopeOf(communityId, { kind: 'SYSTEM', purpose: 'key-rotation', behalfOf: null });
const report = await rotateKeys(scope, {
  batch: Number(batch),
  // Waits until the line is out, so that whoever reads it knows what was committed.
  onBatch: (table, rows) => new Promise(done => process.stdout.write(`${JSON.stringify({ table, rows })}\n`, done)),
});
process.stdout.write(`${JSON.stringify({ report })}\n`, () => process.exit(0));
