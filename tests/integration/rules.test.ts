import { type SQL, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import {
  admin,
  allOf,
  anyOf,
  bySystem,
  given,
  holderOf,
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
  staffOf,
  subdistrict,
  where,
} from '../../src/db/rules.js';
import { type Actor, ROLES } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { ACTORS } from '../support/ask.js';
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
  ...[admin, subdistrict, bySystem, perhapsFamily].map(rule => fc.constant<Rule<Row>>(rule)),
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
      client: fc.constant(null),
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
