import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../src/db/client.js';

/**
 * Reads a community's chain as a subscriber does, in a process of its own: again and again what came since, until it is told to stop.
 * Prints as JSON how many milliseconds after it happened it saw each event at its place. `audit-reader.ts <database> <community>`
 */
const [url = '', communityId = ''] = process.argv.slice(2);
const { client, close } = connect(url, { max: 1 });
const lags: number[] = [];
let following = true;
process.once('SIGTERM', () => {
  following = false;
});
let [{ last }] = await client<
  [{ last: number }]
>`select coalesce(max(position), 0)::int as last from event_seal where community_id = ${communityId}`;
while (following) {
  // Seals first, then the event of each: a plan that was made while the log was empty would go the other way round, ever longer.
  const rows = await client<{ position: number; at: number }[]>`
    select s.position::int, e.at from (
      select position, event_id from event_seal where community_id = ${communityId} and position > ${last} order by position limit 1000) s
    cross join lateral (
      select (extract(epoch from at) * 1000)::float8 as at from event where community_id = ${communityId} and id = s.event_id offset 0) e`;
  const now = Date.now();
  for (const { position, at } of rows) {
    lags.push(now - at);
    last = position;
  }
  if (!rows.length) await sleep(20);
}
await close();
process.stdout.write(JSON.stringify(lags));
