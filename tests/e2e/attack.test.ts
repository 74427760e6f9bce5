import { randomUUID } from 'node:crypto';
import { getNamedType, isInputObjectType, isRequiredInputField } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { parseGlobalId, toGlobalId } from '../../src/graphql/global-id.js';
import { type Caller, callerOf, type Reply, signIn } from '../support/caller.js';
import { idsWithinReach } from '../support/crawl.js';
import { objectOf, sampleOf } from '../support/inputs.js';
import { branchOf, planFor, publish } from '../support/journey.js';
import { startSeededApp } from '../support/seeded.js';
import { GUARDED, type Guarded, type Sighted, sightOf } from '../support/sight.js';
import { everythingStored } from '../support/stored.js';

const schema = createSchema();
const { app, database } = await startSeededApp({ costLimit: 10_000_000 });
const { owner } = database;
const NOW = new Date('2026-03-11T10:01:00+08:00');

/** A partner of the first branch alone, and one whose proposal waits there. */
const [lonely] = await owner`
  select lower(o.code) as code from organization o join membership m on m.organization_id = o.id and m.state = 'ACTIVE'
  group by o.id having count(*) = 1 and bool_and(m.branch_id in (select id from branch where code = 'B1'))
    and exists (select from offer where organization_id = o.id and state = 'PUBLISHED') order by o.code limit 1`;
const OUTSIDERS = ['secretary.b2', 'officer.west', `liaison.${lonely?.code}`, 'family.1', 'subdistrict'] as const;
const WHO = ['anonymous', ...OUTSIDERS];

const callers = new Map<string, Caller>([['anonymous', callerOf(app.url)]]);
const sights = new Map<string, Readonly<Record<Guarded, Sighted>>>();
const callerFor = (who: string): Caller => callers.get(who) ?? callerOf(app.url);
const sightFor = (who: string, type: Guarded): Sighted => sights.get(who)?.[type] ?? { seen: [], unseen: [] };
const guardedOf = (id: string): Guarded | undefined => GUARDED.find(type => parseGlobalId(id)?.type === type);
/** An id of the same form that belongs to nothing. */
const strangerTo = (id: string): string => {
  const parsed = parseGlobalId(id);
  return parsed ? toGlobalId(parsed.type, parsed.communityId, randomUUID()) : id;
};

beforeAll(async () => {
  const first = await signIn(app.url, 'secretary.b1');
  await publish(await planFor(first, await branchOf(first)), first);
  const [proposed] = await owner`select m.id, m.community_id, lower(o.code) as code from match m
    join organization o on o.id = m.organization_id where m.state = 'PROPOSED' limit 1`;
  const liaison = await signIn(app.url, `liaison.${proposed?.code}`);
  const matchId = toGlobalId('Match', proposed?.community_id, proposed?.id);
  await liaison.changed('matchAccept', { matchId, idempotencyKey: randomUUID() }, 'referral { id }');
  const admin = await signIn(app.url, 'admin');
  await planFor(first, await branchOf(first));
  const ended =
    await owner`select id, community_id from membership where branch_id in (select id from branch where code = 'B1') limit 1`;
  const membershipId = toGlobalId('Membership', ended[0]?.community_id, ended[0]?.id);
  await admin.changed('membershipSuspend', { membershipId, expectedVersion: 1 }, 'membership { id }');
  await owner`update need set urgency = 'P0' where id in (select id from need n where state = 'OPEN' and committed = 0
    and category_code in (select code from service_category where matchable) and not exists (select from match where need_id = n.id) limit 20)`;
  for (const who of WHO) {
    if (who !== 'anonymous') callers.set(who, await signIn(app.url, who));
    const login = who === 'anonymous' ? null : who;
    const entries = await Promise.all(GUARDED.map(async type => [type, await sightOf(database, login, type)] as const));
    sights.set(who, Object.fromEntries(entries) as Record<Guarded, Sighted>);
  }
});

describe.each(WHO)('S12: %s', who => {
  it('sees by id what the words of the schema say, and nothing else', async () => {
    const caller = callerFor(who);
    for (const type of GUARDED) {
      const { seen, unseen } = sightFor(who, type);
      for (const [ids, expected] of [
        [seen, seen],
        [unseen, unseen.map(() => null)],
      ])
        for (let start = 0; start < (ids ?? []).length; start += 100) {
          const { nodes } = await caller.read('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
            ids: ids?.slice(start, start + 100),
          });
          const found = nodes.map((node: { readonly id: string } | null) => node?.id ?? null);
          expect([type, found]).toEqual([type, expected?.slice(start, start + 100)]);
        }
      if (type !== 'Membership' || who !== 'subdistrict')
        expect([type, unseen.length > 0]).toEqual([type, who !== 'subdistrict' || type !== 'Pact']);
    }
  });

  it('is led by no path to more', async () => {
    const [b1] = await owner`select community_id, id from branch where code = 'B1'`;
    const offers = await owner`select o.id, s.id as session, o.organization_id from offer o join session s on s.offer_id = o.id
      where o.state = 'PUBLISHED' and s.state = 'SCHEDULED' order by s.reserved desc limit 10`;
    const doors = new Set([
      toGlobalId('Branch', b1?.community_id, b1?.id),
      ...offers.flatMap(({ id, session, organization_id }) => [
        toGlobalId('Offer', b1?.community_id, id),
        toGlobalId('Session', b1?.community_id, session),
        toGlobalId('Organization', null, organization_id),
      ]),
    ]);
    for (const type of GUARDED) for (const id of sightFor(who, type).seen.slice(0, 10)) doors.add(id);
    const reached = [...(await idsWithinReach(schema, callerFor(who), [...doors]))];
    const seen = new Set<string>(GUARDED.flatMap(type => sightFor(who, type).seen));
    expect(reached.filter(id => guardedOf(id) && !seen.has(id)).map(guardedOf)).toEqual([]);
    expect(reached.length).toBeGreaterThan(20);
  });

  it('is told the same of what is not theirs as of what is not there', async () => {
    const asked = { need: 'Need', matchPlan: 'MatchPlan', referral: 'Referral', resident: 'Resident' } as const;
    const caller = callerFor(who);
    const answer = async (source: string, variables: Readonly<Record<string, unknown>>) =>
      wordsOf(await caller.ask(source, variables));
    for (const type of GUARDED) {
      const id = sightFor(who, type).unseen[0];
      if (!id) continue;
      const node = 'query($id: ID!) { node(id: $id) { id __typename } }';
      expect(await answer(node, { id })).toEqual(await answer(node, { id: strangerTo(id) }));
    }
    for (const [field, type] of Object.entries(asked)) {
      const id = sightFor(who, type).unseen[0] ?? '';
      const source = `query($id: ID!) { ${field}(id: $id) { id } }`;
      expect(await answer(source, { id })).toEqual(await answer(source, { id: strangerTo(id) }));
    }
    const [need, resident] = [sightFor(who, 'Need').unseen[0] ?? '', sightFor(who, 'Resident').unseen[0] ?? ''];
    const filters = `query($need: ID!, $resident: ID!) {
      referrals(filter: { needId: $need }) { totalCount edges { node { id } } }
      needs(filter: { beneficiaryId: $resident }) { totalCount edges { node { id } } }
      kinships(residentId: $resident) { totalCount edges { node { id } } } }`;
    const nothing = await answer(filters, { need, resident });
    expect(nothing).toEqual(await answer(filters, { need: strangerTo(need), resident: strangerTo(resident) }));
    expect(JSON.stringify(nothing)).toContain('"edges":[]');
  });
});

/** An answer without what differs by chance. */
const wordsOf = ({ status, data, errors }: Reply) => ({
  status,
  data,
  errors: errors.map(({ message, extensions }) => ({ message, code: extensions.code })),
});

const versionOf = async (id: string): Promise<number> => {
  const tables: Readonly<Record<string, string>> = {
    Need: 'need',
    MatchPlan: 'match_plan',
    Referral: 'referral',
    Resident: 'personal.resident',
    Pact: 'pact',
    Membership: 'membership',
    Account: 'identity.account',
  };
  const parsed = parseGlobalId(id);
  const table = parsed && tables[parsed.type];
  const [row] = table ? await owner.unsafe(`select version from ${table} where id = $1`, [parsed.id]) : [];
  return row?.version ?? 1;
};

/** Fields that hold ids of what is guarded. */
const AIMS: Readonly<Record<string, Guarded>> = {
  needId: 'Need',
  intoId: 'Need',
  matchId: 'Match',
  planId: 'MatchPlan',
  referralId: 'Referral',
  residentId: 'Resident',
  kinshipId: 'Kinship',
  pactId: 'Pact',
  membershipId: 'Membership',
  accountId: 'Account',
  roleAssignmentId: 'RoleAssignment',
};

interface Shot {
  readonly mutation: string;
  readonly field: string;
  readonly source: string;
  readonly input: (id: string) => Promise<Readonly<Record<string, unknown>>>;
}

/** Every mutation with an id of something guarded; everything else in its input is well meant, and the caller's own where there is one. */
function shotsOf(who: string): Shot[] {
  const [branch, session] = PUBLIC;
  const own = (name: string): string | null => {
    const type = AIMS[name];
    if (type) return sightFor(who, type).seen[0] ?? sightFor(who, type).unseen[0] ?? null;
    return name === 'sessionId' ? (session ?? null) : (branch ?? null);
  };
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, args }) => {
    const type = getNamedType(args[0]?.type);
    if (!isInputObjectType(type)) return [];
    const fields = Object.values(type.getFields());
    return fields
      .filter(field => field.name in AIMS)
      .map(field => ({
        mutation: name,
        field: field.name,
        source: `mutation($input: ${type.name}!) { ${name}(input: $input) { __typename userErrors { code path message } } }`,
        async input(id) {
          const rest = objectOf(fields.filter(isRequiredInputField), own, NOW);
          const version = await versionOf(field.name === 'intoId' ? String(rest.needId) : id);
          const expectedVersion = 'expectedVersion' in rest ? { expectedVersion: version } : {};
          const record = rest.record ? { record: sampleOf(type.getFields().record!.type, 'record', own, NOW) } : {};
          return { ...rest, ...record, ...expectedVersion, [field.name]: id };
        },
      }));
  });
}
const PUBLIC = (
  await owner`select 'Branch' as type, community_id, id from branch where code = 'B1' union all
  (select 'Session', community_id, id from session where state = 'SCHEDULED' limit 1)`
).map(({ type, community_id, id }) => toGlobalId(type, community_id, id));

describe.each(OUTSIDERS)('S12: %s, aiming every mutation at what is not theirs', who => {
  it('moves nothing, and is told the same as of what is not there', async () => {
    const before = await everythingStored(database);
    let tried = 0;
    for (const { mutation, field, source, input } of shotsOf(who)) {
      const targets = sightFor(who, AIMS[field] ?? 'Need').unseen.slice(0, 4);
      for (const id of targets) {
        const given = await input(id);
        const hit = await callerFor(who).ask(source, { input: given });
        const missed = await callerFor(who).ask(source, { input: { ...given, [field]: strangerTo(id) } });
        expect([mutation, field, wordsOf(hit)]).toEqual([mutation, field, wordsOf(missed)]);
        expect([mutation, hit.errors.length + (hit.data?.[mutation]?.userErrors.length ?? 0)]).not.toEqual([mutation, 0]);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(50);
    expect(await everythingStored(database)).toEqual(before);
  });
});

describe('a partner before it promises', () => {
  const INNER = [
    'accessNotes',
    'beneficiary { id }',
    'beneficiaryGroup',
    'beneficiaryOrganization { id }',
    'building { id }',
    'channel',
    'description',
    'requesterKind',
    'requesterName',
    'requesterOrganization { id }',
    'timeline { kind }',
    'referrals { totalCount edges { node { id } } }',
    'availableTransitions',
  ];

  it('learns nothing of the people whose needs are open to it', async () => {
    const who = OUTSIDERS[2];
    const ids = sightFor(who, 'Need').seen.slice(0, 100);
    const { nodes } = await callerFor(who).read(
      `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Need { ${INNER.join(' ')} category { code }
        suggestions(first: 50) { organization { code } explanation { points cost distanceM options runnersUp { cost } rankParts { code } costParts { code } } } } } }`,
      { ids },
    );
    expect(nodes.length).toBeGreaterThan(10);
    for (const { category, suggestions, referrals, availableTransitions, ...inner } of nodes) {
      expect(category.code).toMatch(/^[A-Z]/);
      expect([...new Set(Object.values(inner))]).toEqual([null]);
      expect([referrals, availableTransitions]).toEqual([{ totalCount: 0, edges: [] }, []]);
      for (const { organization, explanation } of suggestions ?? []) {
        const { rankParts, costParts, ...totals } = explanation;
        expect(`liaison.${organization.code.toLowerCase()}`).toBe(who);
        expect([...new Set(Object.values(totals))]).toEqual([null]);
        for (const { code } of [...rankParts, ...costParts])
          expect(['WAITING', 'DEADLINE', 'LEFT_OUT', 'DAYS', 'LOAD']).toContain(code);
      }
    }
    expect(nodes.flatMap(({ suggestions }: { suggestions: [] }) => suggestions).length).toBeGreaterThan(0);
  });

  it.each(OUTSIDERS.slice(2))('finds nobody by words, names or numbers: %s', async who => {
    const [described] = await (await signIn(app.url, 'secretary.b1'))
      .read('{ needs(first: 100) { edges { node { description } } } }')
      .then(({ needs }) =>
        needs.edges.map(({ node }: Reply['data']) => node.description).filter((text: string | null) => text && text.length > 3),
      );
    const { needs, residents, whole } = await callerFor(who).read(
      `query($text: String!) { needs(filter: { text: $text }) { totalCount edges { node { id } } } residents { totalCount edges { node { id } } }
        whole: residents(filter: { name: "王" }) { totalCount edges { node { id } } } }`,
      { text: described.slice(0, 2) },
    );
    expect([needs, residents, whole]).toEqual(Array.from({ length: 3 }, () => ({ totalCount: 0, edges: [] })));
  });
});
