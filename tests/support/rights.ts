import { randomUUID } from 'node:crypto';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { ok } from '../../src/kernel/result.js';
import { insertNotes } from '../../src/modules/matching/overrides.repo.js';
import { ACTORS, gid, scopeOf, testVault } from './ask.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { rawIdOf, setUpNeeds } from './needs.js';
import { insertOffer, insertSession } from './offers.js';
import { at } from './scene.js';
import { NOW, WORLD } from './world.js';

/** What can be found of a person, each word of it unlike any other in the database. */
export const CANARY = {
  name: '金丝雀阿婆',
  phone: '13987654321',
  room: '金屋4711',
  description: '金丝雀想剪头发',
  accessNotes: '金丝雀家门铃坏了',
  note: '金丝雀只要老师傅',
  place: '金丝雀家客厅',
  evidence: '金丝雀-照片-17',
  words: '金丝雀不叫这个名字',
  rating: '金丝雀说师傅很和气',
} as const;

interface Texts {
  readonly description?: string;
  readonly accessNotes?: string;
}
const schema = createSchema();
const key = () => ({ idempotencyKey: randomUUID() });

/** A person with everything that can be on file: kin, needs with words, a promise, a service delivered, a note, a request. */
export async function openRights() {
  const database = await createTestDatabase({ max: 6, quiet: ['personal.override_note'] });
  const needs = await setUpNeeds(database);
  const { ask } = needs;
  const run = async (actor: Actor, name: string, input: object, selection: string, options = {}) => {
    const type = schema.getMutationType()?.getFields()[name]?.args[0]?.type;
    const errors = `userErrors { code path ... on IncompleteError { missing } ... on LegalHoldError { reason until } }`;
    const source = `mutation($input: ${type}) { ${name}(input: $input) { ${selection} ${errors} } }`;
    const answer = await ask(actor, source, { input }, options);
    if (answer.errors) throw answer.errors[0];
    return answer.data?.[name];
  };
  const done = async (actor: Actor, name: string, input: object, selection: string) => {
    const payload = await run(actor, name, input, selection);
    if (payload.userErrors.length) throw new Error(`${name}: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  };
  const link = (residentId: string, accountId: string, relation = 'DAUGHTER') =>
    database.owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
      values (${WORLD.community}, ${randomUUID()}, ${WORLD.branch1}, ${residentId}, ${accountId}, ${relation}, 'VERIFIED', ${NOW}, ${NOW})`;

  const offer = await insertOffer(database);
  const session = await insertSession(database, { offerId: offer.id, capacity: 50 });
  const sessionId = gid('Session', session.id);
  const { name, phone, room } = CANARY;
  const record = {
    name,
    phone,
    room,
    buildingId: gid('Building', WORLD.building1),
    storey: 5,
    sex: 'FEMALE',
    abilityLevel: 'MILD',
  };
  const register = async (input: object = {}): Promise<string> => {
    const given = {
      ...record,
      birthDate: '1946-11-30',
      residencyStatus: 'PRESENT',
      careCategories: ['LIVING_ALONE'],
      ...input,
      ...key(),
    };
    return (await done(ACTORS.officer, 'residentCreate', given, 'resident { id }')).resident.id;
  };
  const submit = async (residentId: string, { description, accessNotes } = CANARY as Texts): Promise<string> => {
    return (await needs.submit(ACTORS.officer, { residentId, description, accessNotes, floor: 5 })).need.id;
  };
  const claim = async (needId: string) =>
    (await done(ACTORS.barber, 'needClaim', { needId, sessionId, quantity: 1, ...key() }, 'referral { id version }')).referral;
  const deliver = ({ id, version }: { id: string; version: number }) => {
    const evidence = [{ kind: 'PHOTO', reference: CANARY.evidence }];
    const times = { startedAt: at(-2).toISOString(), endedAt: at(-1).toISOString() };
    const made = { ...times, quantity: 1, receivedBy: 'BENEFICIARY', evidence, place: CANARY.place };
    return done(
      ACTORS.barber,
      'referralComplete',
      { referralId: id, expectedVersion: version, record: made, ...key() },
      'referral { id }',
    );
  };

  const her = await register();
  await link(rawIdOf(her), WORLD.daughter);
  const daughter = { ...ACTORS.daughter, kinIds: [rawIdOf(her)] };
  const [served, promised, waiting] = [await submit(her), await submit(her), await submit(her)];
  const { referral: delivered } = await deliver(await claim(served));
  await done(ACTORS.officer, 'referralConfirm', { referralId: delivered.id, expectedVersion: 2 }, 'referral { id }');
  const said = { referralId: delivered.id, score: 5, remarks: ['KIND'], note: CANARY.rating, ...key() };
  await done(daughter, 'referralRateService', said, 'referral { id }');
  const promise = await claim(promised);
  await scopeOf(database, ACTORS.officer)
    .asSystem('seed')
    .transaction(async tx => {
      const about = { branchId: WORLD.branch1, needId: rawIdOf(served), note: CANARY.note };
      await insertNotes(tx, [{ id: randomUUID(), ...about }]);
      return ok(null);
    });
  const ask2 = { residentId: her, kind: 'CORRECT', words: CANARY.words, ...key() };
  await done(daughter, 'personalInfoRequestCreate', ask2, 'request { id }');
  return {
    ...needs,
    database,
    run,
    done,
    link,
    register,
    submit,
    claim,
    her,
    daughter,
    sessionId,
    served,
    promised,
    waiting,
    promise,
  };
}

const SEALED: Readonly<Record<string, string>> = { need_detail: 'need_id', service_rating: 'referral_id' };

/** Everything that the database holds, opened where it is sealed, by table; access by whoever holds the key. */
export async function everythingOpened({ owner }: TestDatabase): Promise<ReadonlyMap<string, string>> {
  const tables = await owner<
    { schema: string; name: string }[]
  >`select table_schema as schema, table_name as name from information_schema.tables
    where table_schema in ('public', 'personal', 'identity') and table_type = 'BASE TABLE'`;
  const dumps = tables.map(async ({ schema, name }) => {
    const rows = await owner.unsafe(`select t.*, t::text as "wholeRow" from ${schema}.${name} t`);
    const texts = rows.flatMap(({ wholeRow, ...row }) => [
      wholeRow as string,
      ...Object.entries(row).flatMap(([column, value]) => {
        if (!column.endsWith('_sealed') || !Buffer.isBuffer(value) || !value.length) return [];
        const place = { table: `${schema}.${name}`, column, communityId: row.community_id, rowId: row[SEALED[name] ?? 'id'] };
        return [testVault.open(place, value)];
      }),
    ]);
    return [`${schema}.${name}`, texts.join('\n')] as const;
  });
  return new Map(await Promise.all(dumps));
}

/** Where each word of the canary is found. */
export const whereabouts = (dump: ReadonlyMap<string, string>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(CANARY).map(([what, word]) => [
      what,
      [...dump].filter(([, text]) => text.includes(word)).map(([table]) => table),
    ]),
  );
