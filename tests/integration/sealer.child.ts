import { connect } from '../../src/db/client.js';
import { sealCommunity } from '../../src/db/sealer.js';

/** A process for the tests of the sealer to kill: seals a community's backlog and tells of every batch. */
const [url = '', communityId = ''] = process.argv.slice(2);
const { db, close } = connect(url, { max: 1 });
for (let sealed = 1; sealed > 0; ) {
  sealed = await sealCommunity(db, communityId, new Date());
  process.stdout.write(`${sealed}\n`);
}
await close();
