import { createInterface } from 'node:readline';
import postgres from 'postgres';

/**
 * A process for the tests of the embedded server to start twice, interrupt and kill: starts a server with the options in
 * its first argument and tells about it in lines of JSON.
 */
const tell = (event: Readonly<Record<string, unknown>>): boolean => process.stdout.write(`${JSON.stringify(event)}\n`);

const [options = '{}', source = '../../src/db/embedded.js'] = process.argv.slice(2);
const { startEmbedded, EmbeddedPostgresError } = (await import(source)) as typeof import('../../src/db/embedded.js');

try {
  const server = await startEmbedded(JSON.parse(options));
  const sql = postgres(server.ownerUrl, { max: 2, onnotice: () => undefined });
  await sql`create table if not exists kept (note text)`;

  process.on('SIGINT', async () => {
    // As long as requests take to drain: the server must still be there.
    await new Promise(done => setTimeout(done, 500));
    const [row] = await sql`select count(*)::int as count from kept`;
    tell({ event: 'drained', count: row?.count });
    await sql.end();
    await server.stop();
    process.stdin.destroy();
  });

  createInterface({ input: process.stdin }).on('line', async note => {
    await sql`insert into kept values (${note})`;
    tell({ event: 'kept', note });
  });
  tell({ event: 'started', ownerUrl: server.ownerUrl });
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  tell({ event: 'refused', code: error.code, message: error.message });
  process.exit(1);
}
