import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { NumberedKeys, VaultKeys } from '../../src/kernel/keys.js';
import { createVault, type Vault } from '../../src/kernel/vault.js';
import { accountLinkedWith, insertLink } from '../../src/modules/identity/external.repo.js';
import { isResetCode, saveReset } from '../../src/modules/identity/resets.repo.js';
import { saveTotp, totpOf } from '../../src/modules/identity/totp.repo.js';
import { KEYED_TABLES, keysInUse, rotateKeys, SEALED_TABLES } from '../../src/modules/privacy/keys.service.js';
import { openWords } from '../../src/modules/privacy/requests.repo.js';
import {
  createResidentsBulk,
  findResident,
  listResidents,
  updateResident,
} from '../../src/modules/residents/residents.service.js';
import { openProfile } from '../../src/modules/residents/sealing.repo.js';
import { Scope } from '../../src/scope/scope.js';
import { ACTORS } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { insertOffer, insertSession } from '../support/offers.js';
import { NOW, seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
await seedWorld(database);

const [d1, d2, i1, i2] = [1, 2, 3, 4].map(() => randomBytes(32)) as [Buffer, Buffer, Buffer, Buffer];
const ringOf = (data: readonly [number, Buffer][], index: readonly [number, Buffer][]): VaultKeys => ({
  data: new Map(data),
  index: new Map(index),
});
const before = ringOf([[1, d1]], [[1, i1]]);
const during = ringOf(
  [
    [2, d2],
    [1, d1],
  ],
  [
    [2, i2],
    [1, i1],
  ],
);
const after = ringOf([[2, d2]], [[2, i2]]);
const written = (keys: NumberedKeys): string => [...keys].map(([number, key]) => `${number}:${key.toString('base64')}`).join();

const scopeWith = (vault: Vault, actor: Scope['actor'] = ACTORS.admin): Scope => {
  const { db } = database.serving;
  return new Scope({ communityId: WORLD.community, actor, db, slowDb: db, vault, now: () => NOW, locale: 'zh', requestId: null });
};
const old = scopeWith(createVault(before));
const both = scopeWith(createVault(during));
const fresh = scopeWith(createVault(after));

const third = randomBytes(32);

const PEOPLE = 60;
const person = { sex: 'FEMALE', residencyStatus: 'PRESENT', buildingId: WORLD.building1, room: '301' } as const;
const made = await createResidentsBulk(
  old,
  Array.from({ length: PEOPLE }, (_, n) => ({
    ...person,
    name: `钱${n}号`,
    phone: `199000${String(n).padStart(5, '0')}`,
    birthDate: n % 2 ? '1938-02-14' : '1990-06-01',
    careCategories: n % 3 ? [] : (['LIVING_ALONE'] as const),
  })),
);
if (!made.ok) throw new Error('the people were refused');
const ids = made.value;
const noteOf = 'personal.override_note';
const [need, note, request, service] = [randomUuid(1), randomUuid(2), randomUuid(3), randomUuid(4)];
await owner`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at)
  values (${WORLD.community}, ${need}, 'N-1', ${WORLD.branch1}, 'HAIRCUT', 'RESIDENT', 'OFFICER', 'COUNTER', 'OPEN', 'P3', 1, '{HOME}', ${NOW})`;
const place = (table: string, column: string, rowId: string) => ({ table, column, communityId: WORLD.community, rowId });
const DESCRIPTION = '水管漏水';
await owner`insert into personal.need_detail ${owner({
  community_id: WORLD.community,
  need_id: need,
  branch_id: WORLD.branch1,
  beneficiary_id: ids[0] ?? '',
  description_sealed: old.vault.seal(place('personal.need_detail', 'description_sealed', need), DESCRIPTION),
  description_index: [0],
})}`;
await owner`insert into personal.override_note ${owner({
  community_id: WORLD.community,
  id: note,
  branch_id: WORLD.branch1,
  need_id: need,
  note_sealed: old.vault.seal(place(noteOf, 'note_sealed', note), '她更信任这位师傅'),
  written_at: NOW,
})}`;

const ratingOf = 'personal.service_rating';
const { id: offerId } = await insertOffer(database);
const session = await insertSession(database, { offerId });
await owner`insert into referral (community_id, id, number, need_id, session_id, organization_id, branch_id, origin, state, quantity, created_at)
  values (${WORLD.community}, ${service}, 'R-1', ${need}, ${session.id}, ${WORLD.barber}, ${WORLD.branch1}, 'CLAIM', 'COMPLETED', 1, ${NOW})`;
const SAID = '师傅来晚了';
await owner`insert into personal.service_rating ${owner({
  community_id: WORLD.community,
  referral_id: service,
  branch_id: WORLD.branch1,
  need_id: need,
  score: 2,
  note_sealed: old.vault.seal(place(ratingOf, 'note_sealed', service), SAID),
  rated_as: 'BRANCH',
  rated_at: NOW,
  version: 1,
})}`;

const WORDS = '请更正我母亲的生日';
await owner`insert into personal.info_request ${owner({
  community_id: WORLD.community,
  id: request,
  branch_id: WORLD.branch1,
  resident_id: ids[0] ?? '',
  kind: 'CORRECT',
  state: 'RECEIVED',
  relation: 'DAUGHTER',
  on_behalf: false,
  channel: 'COUNTER',
  words_sealed: old.vault.seal(place('personal.info_request', 'words_sealed', request), WORDS),
  due_at: NOW,
  created_at: NOW,
})}`;
for (const id of [WORLD.admin, WORLD.officer])
  await owner`insert into identity.account (id, login, display_name, password_hash, created_at) values (${id}, ${id}, '', '', ${NOW})`;
const SECRET = 'GEZDGNBVGY3TQOJQ';
await saveTotp(old, WORLD.admin, SECRET);
/** A detail, a note, a rating, a request and a second factor. */
const OTHERS = 5;

function randomUuid(n: number): string {
  return `00000000-0000-7000-8000-0000000007${String(n).padStart(2, '0')}`;
}

const named = async (scope: Scope, filter: Parameters<typeof listResidents>[1]): Promise<number | null> =>
  (await listResidents(scope, filter, { limit: 1, backward: false, from: null }, { counted: true, purpose: 'CASE_WORK' }))
    .totalCount;
const underOld = async (): Promise<number> =>
  (await keysInUse(both)).reduce((sum, { number, values }) => sum + (number === 1 ? values : 0), 0);

describe('what is registered for rotation', () => {
  it('is every sealed and every indexed column of the database', async () => {
    const columns = await owner<{ name: string; column: string }[]>`
      select table_schema || '.' || table_name as name, column_name as column from information_schema.columns
      where table_schema not in ('pg_catalog', 'information_schema') and (column_name like '%\\_sealed' or column_name like '%\\_index' and table_schema in ('personal', 'identity')) order by 1, 2`;
    const registered = KEYED_TABLES.flatMap(({ name, sealed, indexes }) =>
      [...sealed, ...Object.keys(indexes)].map(column => ({ name, column })),
    );
    const text = (all: readonly { readonly name: string; readonly column: string }[]): string[] =>
      all.map(({ name, column }) => `${name}.${column}`).sort();
    expect(text(columns)).toEqual(text(registered));
  });
});

describe('rotation', () => {
  const child = (batch: number) =>
    spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('keys.child.ts', import.meta.url)), WORLD.community, String(batch)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: database.url,
          DATA_KEYS: written(during.data),
          INDEX_KEYS: written(during.index),
        },
      },
    );

  it('does not lose a row when its process is killed in the middle, nor an edit made meanwhile', async () => {
    expect(await underOld()).toBeGreaterThan(0);
    const victim = child(7);
    let batches = 0;
    for await (const line of createInterface({ input: victim.stdout })) {
      expect(JSON.parse(line)).toMatchObject({ table: 'personal.resident' });
      if (++batches === 3) victim.kill('SIGKILL');
    }
    if (victim.signalCode === null) await once(victim, 'exit');
    expect(victim.signalCode).toBe('SIGKILL');
    const left = await underOld();
    expect(left).toBeGreaterThan(0);

    // Half is under the old keys: everybody is found and shown as before, by whoever knows both.
    expect(await named(both, { name: '钱0号' })).toBe(1);
    expect(await named(both, { phone: `19900000059` })).toBe(1);
    expect(await named(both, { minAge: 80 })).toBe(PEOPLE / 2);
    expect(await named(both, { careCategories: ['LIVING_ALONE'] })).toBe(PEOPLE / 3);

    // Edits race the second run, over rows that it has yet to reach and rows that are done.
    const edit = async (id: string, n: number) => {
      const done = await updateResident(both, { residentId: id, expectedVersion: 1, name: `改${n}号` });
      expect(done.ok).toBe(true);
    };
    const again = child(5);
    const ended = once(again, 'exit');
    await Promise.all(ids.slice(20, 50).map(edit));
    let report: unknown = null;
    for await (const line of createInterface({ input: again.stdout })) report = JSON.parse(line).report ?? report;
    await ended;
    expect(again.exitCode).toBe(0);
    expect(report).toMatchObject([
      { unreadable: 0 },
      { table: 'personal.need_detail', renewed: 1 },
      { table: noteOf, renewed: 1 },
      { table: ratingOf, renewed: 1 },
      { table: 'personal.info_request', renewed: 1 },
      { table: 'identity.totp', renewed: 1 },
    ]);

    // Rows written by a process that did not know the new keys while the run passed are the next run's; there are none here.
    expect(await underOld()).toBe(0);
    for (const n of [0, 19, 20, 35, 49, 50])
      expect(await named(fresh, { name: n >= 20 && n < 50 ? `改${n - 20}号` : `钱${n}号` }), `person ${n}`).toBe(1);
  });

  it('leaves nothing that needs the retired keys', async () => {
    for (const id of ids)
      expect(await findResident(fresh, id)).toMatchObject({ maskedPhone: expect.stringMatching(/^199\*{4}/) });
    expect(await named(fresh, { minAge: 80, careCategories: ['LIVING_ALONE'] })).toBe(PEOPLE / 6);
    const [detail] = await owner`select description_sealed, description_index from personal.need_detail where need_id = ${need}`;
    expect(fresh.vault.open(place('personal.need_detail', 'description_sealed', need), detail?.description_sealed)).toBe(
      DESCRIPTION,
    );
    const pairs = fresh.vault.blindTokens(WORLD.community, 'need.description', ['水管', '管漏', '漏水']);
    expect(detail?.description_index).toEqual(pairs);
    const [said] = await owner`select note_sealed from personal.service_rating where referral_id = ${service}`;
    expect(fresh.vault.open(place(ratingOf, 'note_sealed', service), said?.note_sealed)).toBe(SAID);
    const [asked] = await owner`select words_sealed from personal.info_request where id = ${request}`;
    expect(openWords(fresh, { id: request, wordsSealed: asked?.words_sealed })).toBe(WORDS);
    expect(await totpOf(fresh, WORLD.admin)).toMatchObject({ secret: SECRET });
    expect(new Set((await keysInUse(fresh)).map(({ number }) => number))).toEqual(new Set([2]));
    await expect(findResident(scopeWith(createVault(before)), ids[0] ?? '')).rejects.toThrow('unknown data key');
  });

  it('has nothing to do a second time, and says so in the log', async () => {
    expect(await rotateKeys(fresh)).toEqual(SEALED_TABLES.map(({ name }) => ({ table: name, renewed: 0, unreadable: 0 })));
    const events = await owner`select data from event where kind = 'KEYS_ROTATED' order by at, id`;
    expect(events.at(-1)?.data).toEqual({ dataKey: 2, indexKey: 2, renewed: 0, unreadable: 0 });
    const [looks] =
      await owner`select sum((detail->>'rows')::int)::int as rows from personal.access_log where action = 'KEYS_ROTATED' and purpose = 'key-rotation'`;
    expect(looks?.rows).toBe(PEOPLE + OTHERS);
  });

  it('is done and looked at from the command line', async () => {
    const cli = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('../../src/keys.cli.ts', import.meta.url)), 'status'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: database.url,
          DATA_KEYS: written(after.data),
          INDEX_KEYS: written(after.index),
        },
      },
    );
    const lines: string[] = [];
    for await (const line of createInterface({ input: cli.stdout })) lines.push(line);
    expect(lines.some(line => /'data'.*\b2\b.*'personal.resident'/.test(line))).toBe(true);
    expect(lines.some(line => /'(data|index)' *│ *1 *│/.test(line))).toBe(false);
  });

  it('does not carry a ciphertext that was moved into the place it was moved to, and tells of it', async () => {
    const next = scopeWith(
      createVault(
        ringOf(
          [
            [3, third],
            [2, d2],
          ],
          [[2, i2]],
        ),
      ),
    );
    const [mine, other] = ids as [string, string];
    const [theirs] = await owner`select profile_sealed from personal.resident where id = ${other}`;
    const [own] = await owner`select profile_sealed from personal.resident where id = ${mine}`;
    await owner`update personal.resident set profile_sealed = ${theirs?.profile_sealed} where id = ${mine}`;
    const [residents] = await rotateKeys(next);
    expect(residents).toEqual({ table: 'personal.resident', renewed: PEOPLE - 1, unreadable: 1 });
    expect((await keysInUse(next)).filter(({ kind, number }) => kind === 'data' && number === 2)).toMatchObject([{ values: 4 }]);
    await owner`update personal.resident set profile_sealed = ${own?.profile_sealed} where id = ${mine}`;
    expect((await rotateKeys(next))[0]).toEqual({ table: 'personal.resident', renewed: 1, unreadable: 0 });
    const [row] = await owner`select profile_sealed from personal.resident where id = ${mine}`;
    expect(openProfile(next, mine, row?.profile_sealed).birthDate).toBe('1990-06-01');
  });

  it('is shared by two runs at once', async () => {
    const vault = createVault(
      ringOf(
        [
          [4, randomBytes(32)],
          [3, third],
          [2, d2],
        ],
        [
          [3, randomBytes(32)],
          [2, i2],
        ],
      ),
    );
    const reports = await Promise.all([rotateKeys(scopeWith(vault), { batch: 4 }), rotateKeys(scopeWith(vault), { batch: 7 })]);
    const renewed = reports.flat().reduce((sum, row) => sum + row.renewed, 0);
    expect(renewed).toBe(PEOPLE + OTHERS);
    expect((await keysInUse(scopeWith(vault))).filter(({ kind, number }) => number !== (kind === 'data' ? 4 : 3))).toEqual([]);
  });
});

describe('digests of what is kept nowhere', () => {
  const inUse = async (): Promise<object[]> =>
    (await keysInUse(both)).filter(({ table }) => /external_identity|password_reset/.test(table));
  const under = (table: string, number: number) => ({ table: `identity.${table}`, kind: 'index', number, values: 1 });

  it('hold their key until they are used, or gone', async () => {
    await insertLink(old, 'oidc', 'wang', WORLD.admin);
    await saveReset(old, {
      accountId: WORLD.admin,
      code: 'ABCDE-FGHJK',
      issuedBy: WORLD.officer,
      expiresAt: new Date(NOW.getTime() + 1),
    });
    await rotateKeys(both);
    expect(await inUse()).toEqual([under('external_identity', 1), under('password_reset', 1)]);
    expect(await isResetCode(both, WORLD.admin, 'ABCDE-FGHJK')).toBe(true);
    expect(await accountLinkedWith(both, 'oidc', 'wang')).toBe(WORLD.admin);
    // The name stays one account's, whichever key it is under.
    expect(await insertLink(both, 'oidc', 'wang', WORLD.officer)).toBe(false);
    expect(await inUse()).toEqual([under('external_identity', 2), under('password_reset', 1)]);
    expect(await accountLinkedWith(fresh, 'oidc', 'wang')).toBe(WORLD.admin);
  });
});
