import type { TestDatabase } from './database.js';

/** Twenty values that belong to people and exist nowhere else: wherever one of them turns up, something personal got out. */
export const CANARIES = {
  names: ['金丝雀阿婆', '碧云霄', '洛水仙踪', '欧阳白鹭', '司徒惊鸿'],
  phones: ['13987650001', '13987650002', '13987650003', '13987650004', '13987650005'],
  identityNumbers: ['330105193107190018', '330105194412010026', '330105195003030035'],
  addresses: ['金屋4711', '银屋4712', '凤巢九号院', '玉阙巷88号'],
  texts: ['她怕黑要留夜灯', '钥匙压在花盆下', '儿女十年未归'],
} as const;

/** What was stored or said in clear on purpose at the same time: whoever looks for canaries and misses this looks wrongly. */
export const CONTROL = '公开的对照标题';

const formsOf = (text: string): string[] => {
  const bytes = Buffer.from(text);
  return [text, bytes.toString('hex'), bytes.toString('base64').slice(0, -4), JSON.stringify(text).slice(1, -1)];
};
const EVERY = Object.values(CANARIES).flat();

/** The canaries that a text holds, plainly, in hex or in base64. */
export const canariesIn = (text: string): string[] => EVERY.filter(canary => formsOf(canary).some(form => text.includes(form)));

const tablesOf = ({ owner }: TestDatabase) => owner<{ name: string }[]>`
  select format('%I.%I', table_schema, table_name) as name from information_schema.tables
  where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`;

/** Every row of every table as text, past all walls: what a dump of the database holds. */
export async function dumpOf(database: TestDatabase): Promise<ReadonlyMap<string, string>> {
  const dumps = (await tablesOf(database)).map(async ({ name }) => {
    const rows = await database.owner.unsafe(`select t::text as text from ${name} t`);
    return [name, rows.map(({ text }) => text).join('\n')] as const;
  });
  return new Map(await Promise.all(dumps));
}

export const walPosition = async ({ owner }: TestDatabase): Promise<string> =>
  (await owner`select pg_current_wal_lsn()::text as lsn`)[0]?.lsn;

/** The write-ahead log that was written since a position, file by file; it holds what other databases of the cluster wrote, too. */
export async function* walSince({ owner }: TestDatabase, lsn: string): AsyncGenerator<Buffer> {
  const files = await owner<{ name: string }[]>`
    select name from pg_ls_waldir() where name between pg_walfile_name(${lsn}::pg_lsn) and pg_walfile_name(pg_current_wal_lsn()) order by name`;
  for (const { name } of files) {
    const [row] = await owner<{ bytes: Buffer }[]>`select pg_read_binary_file(${`pg_wal/${name}`}) as bytes`;
    if (row) yield row.bytes;
  }
}

/** The canaries among bytes. */
export const canariesAmong = (bytes: Buffer): string[] => EVERY.filter(canary => bytes.includes(canary));
