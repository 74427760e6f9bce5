import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { createVault } from '../../src/kernel/vault.js';
import { loadActor } from '../../src/modules/identity/identity.service.js';
import { fits } from '../../src/modules/identity/passwords.js';
import type { MatchPlan } from '../../src/modules/matching/matching.domain.js';
import { createPlan, pageOfUnmatched, planById } from '../../src/modules/matching/plans.service.js';
import { Scope } from '../../src/scope/scope.js';
import { readSeedData } from '../../src/seeds/data.js';
import { DEMO_PASSWORD, seedDemo } from '../../src/seeds/index.js';
import { createTestDatabase } from '../support/database.js';
import { exposeProfiles } from '../support/profiles.js';
import { NOW } from '../support/world.js';

const database = await createTestDatabase();
const { owner } = database;
const { db } = database.serving;
const parts = {
  db,
  slowDb: db,
  vault: createVault({ data: new Map([[1, randomBytes(32)]]), index: new Map([[1, randomBytes(32)]]) }),
  now: () => NOW,
};
const shown: (readonly [number, number])[] = [];
const began = performance.now();
// Two processes start at once.
const made = await Promise.all([
  seedDemo(parts, { onProgress: (done, total) => shown.push([done, total]) }),
  seedDemo({ ...parts, db: database.serving.db }),
]);
console.log(`seeding took ${Math.round(performance.now() - began)} ms and ${database.statements().length} statements`);
const communityId = made.find(id => id !== null) ?? '';
await exposeProfiles(database, parts.vault);

type Row = Readonly<Record<string, any>>;
const rows = (query: string): Promise<Row[]> => owner.unsafe(query);
const one = async (query: string): Promise<Row> => (await rows(query))[0] ?? {};
const counts = async (query: string): Promise<Record<string, number>> =>
  Object.fromEntries((await rows(query)).map(({ name, count }) => [name, count]));

describe('seeding', () => {
  it('founds one community, however many ask, and nothing a second time', async () => {
    expect(made.filter(id => id !== null)).toHaveLength(1);
    expect(await seedDemo(parts)).toBeNull();
    expect(await one('select count(*)::int from community')).toEqual({ count: 1 });
    const [done, total] = shown.at(-1) ?? [0, 0];
    expect(done).toBe(total);
  });
});

describe('the ground', () => {
  it('is four branches in two areas, 208 stairwells in 72 blocks', async () => {
    expect(
      await one('select name, subdistrict_name, district_code, subdistrict_code, admin_code12, built_around from community'),
    ).toEqual({
      name: '仓基新村社区',
      subdistrict_name: '湖墅街道',
      district_code: '330105',
      subdistrict_code: '330105002',
      admin_code12: null,
      built_around: 1985,
    });
    expect(
      await rows(
        'select b.code, a.code as area, count(*)::int as buildings, count(distinct block_no)::int as blocks, min(block_no) as first, max(block_no) as last, sum(dwellings)::int as dwellings from building g join branch b on b.id = g.branch_id join area a on a.id = b.area_id group by 1, 2 order by 1',
      ),
    ).toEqual(
      [
        ['B1', 'EAST', 1, 18],
        ['B2', 'EAST', 19, 36],
        ['B3', 'WEST', 37, 54],
        ['B4', 'WEST', 55, 72],
      ].map(([code, area, first, last]) => ({ code, area, buildings: 52, blocks: 18, first, last, dwellings: 624 })),
    );
    expect(await rows('select block_no, entrance_no from building where has_lift')).toEqual([{ block_no: 9, entrance_no: 2 }]);
    expect(await one('select count(distinct (east_m, north_m))::int from building')).toEqual({ count: 208 });
    expect(await one('select east_m, north_m from building where block_no = 66 and entrance_no = 1')).toEqual({
      east_m: 0,
      north_m: 0,
    });
  });

  it('has one tree for what is asked and what is offered', async () => {
    const { alliance } = readSeedData();
    const stored = await rows('select code, parent_code, path, matchable, needs_filing, needs_consent from service_category');
    const byCode = new Map(stored.map(row => [row.code, row]));
    const tags = new Set(alliance.units.flatMap(({ offers }) => offers));
    expect(tags.size).toBe(58);
    for (const code of [...tags, ...alliance.needCategories.map(({ code }) => code)]) expect(byCode.has(code), code).toBe(true);
    for (const { code, parent_code, path } of stored) expect(path).toBe(parent_code ? `${parent_code}/${code}/` : `${code}/`);
    expect(
      stored
        .filter(({ parent_code }) => parent_code === null)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(alliance.needCategories.map(({ code }) => code).sort());
    expect(['SAFETY_ENV', 'DISPUTE', 'ELEVATOR'].map(code => byCode.get(code)?.matchable)).toEqual([false, false, false]);
    expect(stored.filter(row => row.needs_filing).map(({ code }) => code)).toEqual(['FREE_CLINIC']);
  });
});

describe('the alliance', () => {
  it('is the hundred organisations and 136 memberships of the proposal, with their pacts', async () => {
    const { alliance } = readSeedData();
    const stored = await rows('select code, name, kind, uscc from organization order by code');
    expect(stored).toEqual(alliance.units.map(({ code, name, kind, uscc }) => ({ code, name, kind, uscc })));
    const members = await rows(
      'select o.code as unit, b.code as branch from membership m join organization o on o.id = m.organization_id join branch b on b.id = m.branch_id where m.state = $$ACTIVE$$ order by 1, 2',
    );
    expect(members).toEqual([...alliance.memberships].sort((a, b) => (a.unit + a.branch < b.unit + b.branch ? -1 : 1)));
    expect(
      await counts(
        `select case when state = 'DRAFT' then 'DRAFT' when ends_on < '2026-12-01' then 'EXPIRED' when ends_on <= '2027-01-30' then 'EXPIRING' else 'IN_FORCE' end as name, count(*)::int from pact group by 1`,
      ),
    ).toEqual({ DRAFT: 1, EXPIRED: 1, EXPIRING: expect.any(Number), IN_FORCE: expect.any(Number) });
    expect(await one('select count(*)::int from pact')).toEqual({ count: 136 });
    expect(await one("select count(*)::int from identity.role_assignment where role = 'LIAISON'")).toEqual({ count: 100 });
    expect(await one('select count(*)::int from membership where since > $$2026-12-01$$')).toEqual({ count: 0 });
  });

  it('offers what its tags say: filed where a filing is asked, within its validity', async () => {
    const { alliance, offers } = readSeedData();
    const stored = await rows('select o.code, f.category_code from offer f join organization o on o.id = f.organization_id');
    const tagsOf = new Map(alliance.units.map(unit => [unit.code, unit.offers]));
    const added = offers.additions.map(({ organization, category }) => `${organization} ${category}`);
    for (const { code, category_code } of stored)
      expect(
        tagsOf.get(code)?.includes(category_code) || added.includes(`${code} ${category_code}`),
        `${code} ${category_code}`,
      ).toBe(true);
    for (const unit of alliance.units)
      for (const tag of unit.offers) expect(stored.some(row => row.code === unit.code && row.category_code === tag)).toBe(true);
    expect(
      await counts(
        `select case when state = 'PUBLISHED' and valid_until < '2026-12-01' then 'EXPIRED' else state::text end as name, count(*)::int from offer group by 1`,
      ),
    ).toEqual({ PUBLISHED: 147, DRAFT: 6, PAUSED: 3, WITHDRAWN: 3, EXPIRED: 2 });
    expect(
      await rows(`select f.id from offer f join service_category c on c.code = f.category_code where f.state <> 'DRAFT' and c.needs_filing
        and (f.filing_number is null or f.filing_valid_until is null or f.filing_valid_until < f.valid_until)`),
    ).toEqual([]);
    expect(
      await rows(`select id from offer where state <> 'DRAFT' and (title = '' or valid_from is null or valid_until is null)`),
    ).toEqual([]);
    expect(
      await rows(`select s.id from session s join offer f on f.id = s.offer_id where (s.starts_at at time zone 'Asia/Shanghai')::date < f.valid_from
        or (s.ends_at at time zone 'Asia/Shanghai')::date > f.valid_until`),
    ).toEqual([]);
    expect(await rows('select f.id from offer f where not exists (select 1 from session s where s.offer_id = f.id)')).toEqual([]);
    const { first, last } = await one('select min(starts_at) as first, max(starts_at) as last from session');
    expect(first.getTime()).toBeLessThan(NOW.getTime());
    expect(last.toISOString().slice(0, 7)).toBe('2027-01');
  });

  it('has the lecture of the article, once, ahead', async () => {
    expect(
      await rows(
        `select o.state::text as state, s.capacity::int as places from offer o join session s on s.offer_id = o.id
          where o.category_code = 'LECTURE' and o.title like '%十九届六中全会%' and s.starts_at > '${NOW.toISOString()}'`,
      ),
    ).toEqual([{ state: 'PUBLISHED', places: 60 }]);
  });

  it('gives each branch a Saturday with 48 places a month for health, and one thing that all four want', async () => {
    const clinics =
      await rows(`select (s.starts_at at time zone 'Asia/Shanghai')::date::text as day, s.capacity::int, g.branch_id from session s join offer f on f.id = s.offer_id
      join organization o on o.id = f.organization_id join building g on g.id = s.building_id where o.code = 'U012' and f.category_code = 'FREE_CLINIC' and s.starts_at >= '2026-12-01' and s.starts_at < '2027-01-01'`);
    expect(clinics.map(({ capacity }) => capacity)).toEqual([48, 48, 48, 48]);
    expect(new Set(clinics.map(({ branch_id }) => branch_id)).size).toBe(4);
    for (const { day } of clinics) expect(new Date(day).getUTCDay()).toBe(6);
    expect(
      await one(
        `select min(s.capacity)::int as capacity, sum(s.reserved)::int as reserved, count(*)::int from session s join offer f on f.id = s.offer_id where f.category_code = 'DISABILITY_AID'`,
      ),
    ).toEqual({ capacity: 1, reserved: 0, count: 1 });
    const wanting = await rows(
      `select distinct b.code from need n join branch b on b.id = n.branch_id where n.category_code = 'DISABILITY_AID' and n.state = 'OPEN' order by 1`,
    );
    expect(wanting.map(({ code }) => code)).toEqual(['B1', 'B2', 'B3', 'B4']);
    expect((await one('select count(*)::int from session where reserved = capacity')).count).toBeGreaterThan(0);
  });
});

describe('the people', () => {
  const age = (from: number, to: number): string =>
    `extract(year from age('2026-12-01'::date, birth_date)) >= ${from} and extract(year from age('2026-12-01'::date, birth_date)) < ${to}`;
  const present = `residency_status <> 'REGISTERED_ABSENT'`;

  it('are 6,040 on file and 5,118 here, by branch and age as counted', async () => {
    expect(
      await rows(`select b.code, count(*)::int as on_file, (count(*) filter (where ${present}))::int as present, (count(*) filter (where ${present} and ${age(80, 200)}))::int as eighty
        from clear.resident r join branch b on b.id = r.branch_id group by 1 order by 1`),
    ).toEqual([
      { code: 'B1', on_file: 1520, present: 1290, eighty: 248 },
      { code: 'B2', on_file: 1505, present: 1275, eighty: 245 },
      { code: 'B3', on_file: 1510, present: 1278, eighty: 246 },
      { code: 'B4', on_file: 1505, present: 1275, eighty: 244 },
    ]);
    const bands = {
      '0-3': [0, 4],
      '4-17': [4, 18],
      '18-59': [18, 60],
      '60-79': [60, 80],
      '80-89': [80, 90],
      '90+': [90, 200],
    } as const;
    const found = await Promise.all(
      Object.values(bands).map(([from, to]) =>
        one(`select count(*)::int from clear.resident where ${present} and ${age(from, to)}`),
      ),
    );
    expect(found.map(({ count }) => count)).toEqual([110, 410, 2440, 1175, 872, 111]);
    expect(
      await one(
        `select count(*)::int from clear.resident where ${present} and birth_date <= '2025-06-01' and birth_date > '2023-12-01'`,
      ),
    ).toEqual({ count: 54 });
  });

  it('are frail, alone and poor in the known proportions, ill on file only with consent', async () => {
    expect(
      await counts(`select unnest(care_categories) as name, count(*)::int from clear.resident where ${present} group by 1`),
    ).toMatchObject({ LIVING_ALONE: 150, DISABLED: 190, LOW_INCOME: 75, BEREAVED_FAMILY: 18 });
    expect(
      await one(
        `select count(*)::int from clear.resident where ${age(80, 200)} and care_categories && '{LIVING_ALONE,EMPTY_NEST}'`,
      ),
    ).toEqual({ count: 472 });
    expect(
      await counts('select ability_level as name, count(*)::int from clear.resident where ability_level is not null group by 1'),
    ).toEqual({
      INTACT: 452,
      MILD: 285,
      MODERATE: 128,
      SEVERE: 79,
      TOTAL: 39,
    });
    expect(
      await one(
        `select count(*)::int from clear.resident r where 'CHRONIC_ILLNESS' = any(care_categories) and not exists (select from personal.consent c where c.resident_id = r.id and c.purpose = 'HEALTH_MATCHING' and c.withdrawn_at is null)`,
      ),
    ).toEqual({ count: 0 });
    expect(await one('select count(*)::int from clear.resident where not is_test')).toEqual({ count: 0 });
    expect(
      await one(
        'select count(*)::int from clear.resident r join building b on b.id = r.building_id where r.storey > b.storeys or r.branch_id <> b.branch_id',
      ),
    ).toEqual({ count: 0 });
  });

  it('are named and called nowhere outside their wall', async () => {
    const tables = await rows(
      `select table_schema, table_name from information_schema.tables where table_schema in ('public', 'identity') and table_type = 'BASE TABLE'`,
    );
    for (const { table_schema, table_name } of tables) {
      const { count } = await one(
        `select count(*)::int from ${table_schema}.${table_name} t where t::text ~ '1990000[0-9]{4}|199 0000'`,
      );
      expect(count, table_name).toBe(0);
    }
    // Invented names hold this character; so do the names of organisations, which are public.
    for (const { table_schema, table_name } of tables.filter(row => !['organization', 'account'].includes(row.table_name)))
      expect(
        (await one(`select count(*)::int from ${table_schema}.${table_name} t where t::text ~ '某'`)).count,
        table_name,
      ).toBe(0);
    const texts = readSeedData()
      .needs.specials.map(({ text }) => text)
      .join('|');
    for (const { table_schema, table_name } of [...tables, { table_schema: 'personal', table_name: 'need_detail' }])
      expect(
        (await one(`select count(*)::int from ${table_schema}.${table_name} t where t::text ~ '${texts}'`)).count,
        table_name,
      ).toBe(0);
  });

  it('are followed by one daughter with a verified link; another link was ended', async () => {
    expect(
      await rows(`select a.login, k.state::text, k.relation::text, b.code, ${age(80, 200)} as eighty, exists (select from personal.consent c where c.resident_id = r.id and c.purpose = 'HEALTH_MATCHING' and c.withdrawn_at is null) as consents from personal.kinship k
        join identity.account a on a.id = k.account_id join clear.resident r on r.id = k.resident_id join branch b on b.id = r.branch_id order by 1`),
    ).toEqual([
      { login: 'family.1', state: 'VERIFIED', relation: 'DAUGHTER', code: 'B1', eighty: true, consents: false },
      { login: 'family.2', state: 'REVOKED', relation: 'SON', code: 'B1', eighty: true, consents: expect.any(Boolean) },
    ]);
    expect(
      await one(
        `select count(*)::int from personal.need_detail d join identity.account a on a.id = d.requester_account_id where a.login = 'family.1'`,
      ),
    ).toEqual({ count: 2 });
  });
});

describe('the needs', () => {
  it('are about 320 of the month in all states, most of them open in every branch', async () => {
    const { count } = await one('select count(*)::int from need');
    expect(count).toBeGreaterThanOrEqual(275);
    expect(count).toBeLessThanOrEqual(375);
    expect(Object.keys(await counts('select state::text as name, count(*)::int from need group by 1')).sort()).toEqual([
      'EXPIRED',
      'FULFILLED',
      'MERGED',
      'OPEN',
      'REJECTED',
      'SUBMITTED',
      'TRANSFERRED',
      'UNMET',
      'WITHDRAWN',
    ]);
    const open = await counts(
      `select b.code as name, count(*)::int from need n join branch b on b.id = n.branch_id where n.state = 'OPEN' group by 1`,
    );
    expect(Object.keys(open).sort()).toEqual(['B1', 'B2', 'B3', 'B4']);
    for (const number of Object.values(open)) {
      expect(number).toBeGreaterThanOrEqual(50);
      expect(number).toBeLessThanOrEqual(90);
    }
    expect(await rows(`select id from need where urgency = 'P0' and state = 'OPEN'`)).toEqual([]);
  });

  it('come as counted: by category, urgency, channel and hour', async () => {
    const { alliance } = readSeedData();
    const found = await counts(
      `select split_part(c.path, '/', 1) as name, count(*)::int from need n join service_category c on c.code = n.category_code where n.state <> 'MERGED' group by 1`,
    );
    const total = Object.values(found).reduce((sum, count) => sum + count, 0);
    for (const { code, perMonth } of alliance.needCategories) {
      const expected = (perMonth * total) / 319;
      expect(Math.abs((found[code] ?? 0) - expected), code).toBeLessThanOrEqual(Math.max(5, expected * 0.2));
    }
    const share = async (column: string, value: string): Promise<number> =>
      (await one(`select (count(*) filter (where ${column}::text = '${value}') * 100.0 / count(*))::float8 as share from need`))
        .share;
    expect(await share('urgency', 'P2')).toBeCloseTo(38.7, -1);
    expect(await share('urgency', 'P3')).toBeCloseTo(35.9, -1);
    expect(Math.abs((await share('channel', 'COUNTER')) - 34)).toBeLessThan(10);
    const { office } =
      await one(`select (count(*) filter (where (submitted_at at time zone 'Asia/Shanghai')::time between '08:30' and '11:00'
      or (submitted_at at time zone 'Asia/Shanghai')::time between '13:30' and '17:00') * 100.0 / count(*))::float8 as office from need`);
    expect(office).toBeGreaterThan(80);
  });

  it('happen in order: deadlines after windows, ends after beginnings, nothing in the future', async () => {
    expect(
      await rows(
        `select n.id from need n, jsonb_array_elements(n.windows) w where n.deadline < (w->>'endsAt')::timestamptz or (w->>'endsAt') <= (w->>'startsAt')`,
      ),
    ).toEqual([]);
    expect(
      await rows(
        `select id from need where opened_at < submitted_at or closed_at < coalesce(opened_at, submitted_at) or greatest(submitted_at, opened_at, closed_at) > '${NOW.toISOString()}'`,
      ),
    ).toEqual([]);
    expect(await rows(`select id from need where state = 'OPEN' and deadline < '${NOW.toISOString()}'`)).toEqual([]);
    expect(
      await rows(
        `select n.id from need n join need m on m.id = n.merged_into_id where n.category_code <> m.category_code or n.branch_id <> m.branch_id or m.state <> 'OPEN'`,
      ),
    ).toEqual([]);
    expect(await one(`select count(*)::int from event where at > '${NOW.toISOString()}'`)).toEqual({ count: 0 });
    expect(
      await rows(`select n.id from need n where not exists (select 1 from event e where e.subject_id = n.id and e.kind = 'NEED_SUBMITTED' and e.at = n.submitted_at)
        or (n.state not in ('SUBMITTED', 'OPEN') and not exists (select 1 from event e where e.subject_id = n.id and e.kind = 'NEED_' || n.state))`),
    ).toEqual([]);
  });

  it('hold those of the article: workers and organisations that ask in turn', async () => {
    expect(
      await rows(
        `select beneficiary_group as name from need where beneficiary_group in ('辖区交警', '环卫工人') and state = 'OPEN' order by 1`,
      ),
    ).toEqual([{ name: '环卫工人' }, { name: '辖区交警' }]);
    expect(
      (await one(`select count(*)::int from need where requester_kind = 'ORGANIZATION' and beneficiary_kind = 'ORGANIZATION'`))
        .count,
    ).toBe(4);
  });
});

describe('matching on the estate', () => {
  it.each(['B1', 'B2', 'B3', 'B4'])(
    'has something to decide in %s: many served, the others for different reasons',
    async code => {
      const { account, branch } = await one(
        `select (select id from identity.account where login = 'secretary.${code.toLowerCase()}') as account, id as branch from branch where code = '${code}'`,
      );
      const actor = await loadActor(db, communityId, account, NOW);
      const scope = new Scope({ ...parts, communityId, actor: actor ?? ANONYMOUS, locale: 'zh', requestId: null });
      const created = await createPlan(scope, { branchId: branch, dryRun: true, idempotencyKey: newId() });
      if (!created.ok) throw new Error(JSON.stringify(created.failure));
      const plan = await finished(scope, created.value.id);
      const { totals, id } = plan;
      const served = totals?.byUrgency.reduce((sum, own) => sum + own.served, 0) ?? 0;
      expect(totals?.needs).toBeGreaterThanOrEqual(40);
      expect(served).toBeGreaterThanOrEqual(20);
      const { edges } = await pageOfUnmatched(scope, id, null, { limit: 500, backward: false, from: null });
      expect(new Set(edges.map(({ node }) => node.reason)).size).toBeGreaterThanOrEqual(3);
      if (code === 'B1') expect(edges.map(({ node }) => node.reason)).toContain('CONSENT');
      expect(plan.proof).toEqual({ proven: true, gap: null });
      await expectRulesKept(id);
    },
  );

  /** A plan that takes longer than its mutation waits goes on in its thread. */
  async function finished(scope: Scope, id: string): Promise<MatchPlan> {
    for (;;) {
      const plan = await new Scope(scope.parts).load(planById, id);
      if (plan && plan.state !== 'QUEUED' && plan.state !== 'RUNNING') return plan;
      await sleep(100);
    }
  }

  async function expectRulesKept(planId: string): Promise<void> {
    const of = `from match m join session s on s.id = m.session_id join need n on n.id = m.need_id where m.plan_id = '${planId}'`;
    expect(
      await rows(`select s.id ${of} group by s.community_id, s.id having s.reserved + sum(m.quantity) < s.minimum_attendance`),
    ).toEqual([]);
    expect(await rows(`select n.id ${of} group by n.community_id, n.id having sum(m.quantity) < n.minimum_quantity`)).toEqual([]);
    expect(
      await rows(
        `select n.id ${of} and n.together_with_id is not null and not exists (select 1 from match o where o.plan_id = m.plan_id and o.need_id = n.together_with_id and o.session_id = s.id)`,
      ),
    ).toEqual([]);
    expect(
      await rows(
        `select m.id from match m join session s on s.id = m.session_id join personal.need_detail d on d.need_id = m.need_id
          join personal.need_detail e on e.beneficiary_id = d.beneficiary_id join match o on o.need_id = e.need_id and o.plan_id = m.plan_id
          join session t on t.id = o.session_id and t.id <> s.id and t.starts_at < s.ends_at and s.starts_at < t.ends_at where m.plan_id = '${planId}'`,
      ),
    ).toEqual([]);
    expect(
      await rows(
        `select s.id from session s join session t on t.resource_keys && s.resource_keys and t.id <> s.id and t.starts_at < s.ends_at and s.starts_at < t.ends_at
          where exists (select 1 from match m join match o on o.plan_id = m.plan_id and o.organization_id = m.organization_id where m.plan_id = '${planId}' and m.session_id = s.id and o.session_id = t.id)`,
      ),
    ).toEqual([]);
  }

  it('has rules about more than one pair: a minimum, a shared clinic, a barber twice at once, all or nothing, a couple', async () => {
    const [row] = await rows(`select
      (select count(distinct f.category_code)::int from session s join offer f on f.id = s.offer_id where s.minimum_attendance > 0) as lectures,
      (select count(*)::int from session where jsonb_array_length(branch_quotas) = 4) as shared,
      (select count(*)::int from session s join session t on t.resource_keys && s.resource_keys and t.id < s.id and t.starts_at < s.ends_at and s.starts_at < t.ends_at
        join offer f on f.id = s.offer_id join offer g on g.id = t.offer_id and g.organization_id = f.organization_id) as twice,
      (select count(*)::int from need where minimum_quantity > 1 and minimum_quantity = quantity) as whole,
      (select count(*)::int from need n join need o on o.id = n.together_with_id and o.together_with_id = n.id where n.state = 'OPEN' and o.state = 'OPEN') as tied`);
    expect(row).toMatchObject({ lectures: 2, tied: 2 });
    for (const name of ['shared', 'twice', 'whole']) expect(row?.[name], name).toBeGreaterThan(0);
    const couple = await rows(
      `select r.building_id, r.room_sealed from need n join personal.need_detail d on d.need_id = n.id join personal.resident r on r.id = d.beneficiary_id where n.together_with_id is not null`,
    );
    expect(new Set(couple.map(({ building_id }) => building_id)).size).toBe(1);
  });
});

describe('referrals', () => {
  it('stand in every state, each branch its own; places and quantities add up', async () => {
    const states = await counts('select state::text as name, count(*)::int from referral group by 1');
    expect(Object.keys(states).sort()).toEqual(
      ['ACCEPTED', 'CANCELLED', 'COMPLETED', 'DRAFT', 'FAILED', 'IN_PROGRESS', 'ON_HOLD', 'REJECTED', 'REQUESTED'].sort(),
    );
    expect(
      await rows(
        `select s.id from session s left join referral r on r.session_id = s.id and r.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED') group by s.community_id, s.id having s.reserved <> coalesce(sum(r.quantity), 0)`,
      ),
    ).toEqual([]);
    expect(
      await rows(
        `select n.id from need n left join referral r on r.need_id = n.id and r.state in ('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD') group by n.community_id, n.id having n.committed <> coalesce(sum(r.quantity), 0)`,
      ),
    ).toEqual([]);
    expect(await rows(`select id from need where (state = 'FULFILLED') <> (fulfilled = quantity)`)).toEqual([]);
    expect(
      await rows(
        `select r.id from referral r left join service_record s on s.referral_id = r.id where (r.state = 'COMPLETED') <> (s.id is not null)`,
      ),
    ).toEqual([]);
    expect(
      await rows(`select r.id from referral r join session s on s.id = r.session_id join offer f on f.id = s.offer_id
        where r.organization_id <> f.organization_id or not exists (select 1 from membership m where m.organization_id = r.organization_id and m.branch_id = r.branch_id)`),
    ).toEqual([]);
  });
});

describe('the demo accounts', () => {
  it('open with the one password and carry their roles', async () => {
    const stored = await rows('select id, login, is_demo, password_hash from identity.account');
    expect(stored).toHaveLength(114);
    expect(stored.every(({ is_demo }) => is_demo)).toBe(true);
    expect(new Set(stored.map(({ password_hash }) => password_hash)).size).toBe(1);
    expect(await fits(stored[0]?.password_hash, 'not the password')).toMatchObject({ value: false });
    expect(await fits(stored[0]?.password_hash, DEMO_PASSWORD)).toMatchObject({ value: true });
    const actorOf = (login: string) => loadActor(db, communityId, stored.find(row => row.login === login)?.id, NOW);
    expect(await actorOf('admin')).toMatchObject({ roles: ['COMMUNITY_ADMIN'], branchIds: { length: 4 } });
    expect(await actorOf('secretary.b3')).toMatchObject({
      roles: ['BRANCH_SECRETARY'],
      branchIds: { length: 1 },
      secretaryBranchIds: { length: 1 },
    });
    expect(await actorOf('officer.east')).toMatchObject({
      roles: ['ESTATE_OFFICER'],
      branchIds: { length: 2 },
      secretaryBranchIds: [],
    });
    expect(await actorOf('liaison.u001')).toMatchObject({
      roles: ['LIAISON'],
      organizationIds: { length: 1 },
      memberBranchIds: { length: 4 },
    });
    expect(await actorOf('liaison.u100')).toMatchObject({ memberBranchIds: { length: 1 } });
    expect(await actorOf('family.1')).toMatchObject({ roles: ['FAMILY'], kinIds: { length: 1 } });
    expect(await actorOf('family.2')).toMatchObject({ roles: ['FAMILY'], kinIds: [] });
    expect(await actorOf('generalist.b1')).toMatchObject({
      roles: ['GENERALIST_WORKER'],
      branchIds: { length: 1 },
      secretaryBranchIds: [],
    });
    for (const [login, role] of [
      ['subdistrict', 'SUBDISTRICT'],
      ['volunteer.1', 'VOLUNTEER'],
      ['mediator', 'MEDIATOR'],
      ['auditor', 'AUDITOR'],
    ] as const)
      expect(await actorOf(login)).toMatchObject({ roles: [role], branchIds: [], organizationIds: [], kinIds: [] });
  });
});
