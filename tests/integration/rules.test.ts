import { getColumns, type SQL, sql, type Table } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import {
  admin,
  allOf,
  anyOf,
  auditor,
  bySystem,
  type Columns,
  given,
  holderOf,
  inPerson,
  is,
  isNot,
  isNull,
  isSet,
  isTrue,
  kinOf,
  lasts,
  organizationOf,
  partnerOf,
  perhapsFamily,
  type Rule,
  secretary,
  staffOf,
  subdistrict,
  where,
} from '../../src/db/rules.js';
import { type Actor, ROLES } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { invitations } from '../../src/modules/identity/credentials.table.js';
import { invitationSight } from '../../src/modules/identity/identity.policy.js';
import { accessSight } from '../../src/modules/privacy/access.policy.js';
import { accessLog } from '../../src/modules/privacy/access.table.js';
import { consentSight } from '../../src/modules/privacy/consents.policy.js';
import { consents } from '../../src/modules/privacy/consents.table.js';
import { legalHolds } from '../../src/modules/privacy/erasure.table.js';
import { holdSight } from '../../src/modules/privacy/holds.policy.js';
import { requestSight } from '../../src/modules/privacy/requests.policy.js';
import { infoRequests } from '../../src/modules/privacy/requests.table.js';
import { ACTORS, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { WORLD } from '../support/world.js';

const database = await createTestDatabase();
const IDS = [WORLD.branch1, WORLD.branch2, WORLD.clinic, WORLD.barber, WORLD.daughter];
const STATES = ['OPEN', 'P_2', 'DRAFT'];
const TODAY = '2026-03-11';

interface Row {
  readonly id: string;
  readonly a: string | null;
  readonly b: string | null;
  readonly state: string;
  readonly flag: boolean;
  readonly day: string | null;
}
const anyId = fc.option(fc.constantFrom(...IDS));
const anyRow: fc.Arbitrary<Omit<Row, 'id'>> = fc.record({
  a: anyId,
  b: anyId,
  state: fc.constantFrom(...STATES),
  flag: fc.boolean(),
  day: fc.option(fc.constantFrom('2026-03-10', TODAY, '2026-03-12')),
});
const rows: readonly Row[] = fc.sample(anyRow, { numRuns: 120, seed: 5 }).map(row => ({ ...row, id: newId() }));

const column = fc.constantFrom('a' as const, 'b' as const);
const leaf: fc.Arbitrary<Rule<Row>> = fc.oneof(
  ...[staffOf, organizationOf, partnerOf, kinOf, holderOf].map(make => column.map(name => make(name) as Rule<Row>)),
  ...[admin, auditor, secretary, inPerson, subdistrict, bySystem, perhapsFamily].map(rule => fc.constant<Rule<Row>>(rule)),
  column.map(name => isSet(name) as Rule<Row>),
  column.map(name => isNull(name) as Rule<Row>),
  fc.subarray(STATES, { minLength: 1 }).map(values => is('state', ...values) as Rule<Row>),
  fc.constantFrom(...STATES).map(value => isNot('state', value) as Rule<Row>),
  fc.constantFrom<Rule<Row>>(isTrue('flag'), given('KIN', 'flag'), lasts('day', TODAY)),
);
const { rule: anyRule } = fc.letrec<{ rule: Rule<Row> }>(tie => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map(rules => anyOf(...rules)),
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map(rules => allOf(...rules) as Rule<Row>),
  ),
}));
const some = fc.oneof(fc.constant([]), fc.subarray(IDS));
const anybody: fc.Arbitrary<Actor> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ kind: fc.constant('ACCOUNT' as const), accountId: fc.constantFrom(...IDS), roles: fc.subarray([...ROLES]) },
      ...{ branchIds: some, secretaryBranchIds: some, organizationIds: some, memberBranchIds: some, kinIds: some },
      client: fc.constantFrom(null, { id: WORLD.admin, scopes: [] }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Actor>(ACTORS.anonymous, { kind: 'SYSTEM', purpose: 'matching', behalfOf: null }) },
);

beforeAll(async () => {
  await database.owner`create table ruled (id uuid primary key, a uuid, b uuid, state text not null, flag boolean not null, day date)`;
  for (const { id, a, b, state, flag, day } of rows)
    await database.owner`insert into ruled values (${id}, ${a}, ${b}, ${state}, ${flag}, ${day})`;
  await database.owner`grant select on ruled to public`;
});

const COLUMNS = { id: sql`id`, a: sql`a`, b: sql`b`, state: sql`state`, flag: sql`flag`, day: sql`day` };
const found = async (condition: SQL): Promise<string[]> =>
  (await database.serving.db.execute<{ id: string }>(sql`select id from ruled where ${condition}`)).map(({ id }) => id).sort();

it('lets through the same rows in SQL as one by one, for random rules, rows and people', async () => {
  const sizes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anyRule, anybody, async (rule, actor) => {
      const one = rows.filter(row => rule.holds(actor, row)).map(({ id }) => id);
      expect(await found(where(rule, actor, COLUMNS))).toEqual(one.sort());
      sizes.add(one.length);
    }),
    { numRuns: 400, seed: 21 },
  );
  expect(sizes.size).toBeGreaterThan(20);
});

it('asks the database nothing that is decided by who asks', () => {
  const rule = anyOf<Pick<Row, 'a' | 'state'>>(admin, staffOf('a'), allOf(organizationOf('a'), is('state', 'OPEN')));
  const shape = (actor: Actor): unknown => rule.sql(actor, COLUMNS);
  expect([shape(ACTORS.admin), shape(ACTORS.anonymous), shape(ACTORS.subdistrict)]).toEqual([true, false, false]);
  expect(typeof shape(ACTORS.secretary1)).toBe('object');
});

it('tells whom it lets through, and when', () => {
  const rule = anyOf<Row>(
    bySystem,
    staffOf('a'),
    allOf(partnerOf('a'), is('state', 'OPEN'), isNot('state', 'DRAFT')),
    isTrue('flag'),
  );
  expect(rule.grants).toEqual([
    { who: null, when: [] },
    { who: 'STAFF', when: [] },
    { who: 'PARTNER', when: ['`state` is OPEN', '`state` is not DRAFT'] },
    { who: 'ANYBODY', when: ['`flag`'] },
  ]);
});

it('takes no words from outside into SQL', () => {
  expect(() => where(is('state', "x' or true --"), ACTORS.admin, COLUMNS)).toThrow('no values of an enum');
});

interface Kept {
  readonly id: string;
  readonly branchId: string;
  readonly residentId: string;
  readonly by: string;
}
const kept: readonly Kept[] = fc
  .sample(fc.record({ branchId: fc.constantFrom(...IDS), residentId: fc.constantFrom(...IDS), by: fc.constantFrom(...IDS) }), {
    numRuns: 80,
    seed: 8,
  })
  .map(row => ({ ...row, id: newId() }));
const OF_PERSON = { branch_id: 'branchId', resident_id: 'residentId' } as const;
/** Policies over tables of their own: which of the columns they ask about, and what a row needs besides. */
const POLICIES: readonly (readonly [
  name: string,
  rule: Rule<never>,
  table: Table,
  columns: Readonly<Record<string, keyof Kept>>,
  more: Readonly<Record<string, string>>,
])[] = [
  [
    'personal.access_log',
    accessSight,
    accessLog,
    OF_PERSON,
    { at: 'now()', actor_role: `'BRANCH_SECRETARY'`, action: `'resident'` },
  ],
  [
    'personal.consent',
    consentSight,
    consents,
    OF_PERSON,
    {
      purpose: `'TASK_CARE_NOTES'`,
      data_class: `'GENERAL'`,
      need_id: 'gen_random_uuid()',
      relation: `'SELF'`,
      method: `'APP'`,
      notice_version: `'1'`,
      granted_at: 'now()',
    },
  ],
  [
    'personal.info_request',
    requestSight,
    infoRequests,
    { ...OF_PERSON, requested_by: 'by' },
    {
      kind: `'ACCESS'`,
      state: `'DONE'`,
      relation: `'SELF'`,
      on_behalf: 'false',
      channel: `'WECHAT'`,
      due_at: 'now()',
      created_at: 'now()',
      decided_at: 'now()',
    },
  ],
  ['personal.legal_hold', holdSight, legalHolds, OF_PERSON, { reason: `'DISPUTE'`, until: `'2030-01-01'`, set_at: 'now()' }],
  [
    'identity.invitation',
    invitationSight,
    invitations,
    { branch_id: 'branchId', invited_by: 'by' },
    { role: `'LIAISON'`, code_hash: 'gen_random_uuid()', created_at: 'now()', expires_at: 'now()' },
  ],
];

it.each(POLICIES)('%s is seen by one rule, in code, in SQL and through the wall', async (name, rule, table, columns, more) => {
  const names = ['community_id', 'id', ...Object.keys(columns), ...Object.keys(more)];
  const values = kept.map(row => {
    const own = [WORLD.community, row.id, ...Object.values(columns).map(field => row[field])].map(id => `'${id}'`);
    return `(${[...own, ...Object.values(more)].join()})`;
  });
  await database.owner.unsafe(
    `set session_replication_role = replica; insert into ${name} (${names.join()}) values ${values.join()}; reset session_replication_role`,
  );
  const at = getColumns(table) as unknown as Columns<never>;
  const holds = rule.holds as (actor: Actor, row: object) => boolean;
  const idsIn = (actor: Actor, condition: SQL) =>
    scopeOf(database, actor).reading(async ({ db }) => {
      const found = await db.execute<{ id: string }>(sql`select id from ${table} where ${condition}`);
      return found.map(({ id }) => id).sort();
    });
  const past: Actor = { kind: 'SYSTEM', purpose: 'rights', behalfOf: null };
  const sizes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anybody, async actor => {
      const one = kept
        .filter(row => holds(actor, { ...row, requestedBy: row.by, invitedBy: row.by }))
        .map(({ id }) => id)
        .sort();
      expect(await idsIn(past, where(rule, actor, at))).toEqual(one);
      if (name.startsWith('personal.') && actor.kind !== 'SYSTEM') expect(await idsIn(actor, sql`true`)).toEqual(one);
      sizes.add(one.length);
    }),
    { numRuns: 60, seed: 3 },
  );
  expect(sizes.size).toBeGreaterThan(2);
});
