import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { localDate } from '../../src/kernel/clock.js';
import { type Caller, type Reply, signIn } from '../support/caller.js';
import { branchOf } from '../support/journey.js';
import { startSeededApp } from '../support/seeded.js';

type Data = Reply['data'];
const folder = fileURLToPath(new URL('../../schema/operations', import.meta.url));
const files = readdirSync(folder).filter(name => name.endsWith('.graphql'));
const source = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8');
const { app } = await startSeededApp();

interface Known {
  readonly branchId: string;
  readonly needId: string;
  readonly residentId: string;
  readonly organizationId: string;
  readonly liaison: string;
  readonly mothersNeedId: string;
  /** Promises that the liaison has not delivered yet; each asking takes one. */
  readonly promised: Data[];
  /** A service that the branch has just heard arrived. */
  readonly confirmedId: string;
  /** A resident whom an account is kin of. */
  readonly motherId: string;
  /** A day on which the liaison has something to deliver to somebody who agreed to be found. */
  readonly serviceDay: string;
  /** A session with free places that the branch can use. */
  readonly sessionId: string;
  /** A plan of the branch that is published. */
  readonly planId: string;
}

interface Expected {
  readonly login: (known: Known) => string;
  readonly variables: (known: Known) => Readonly<Record<string, unknown>>;
  /** The rows that the question is about. */
  readonly rows: (data: Data) => readonly Data[];
  /** What must hold of the answer (domain.md §6). */
  readonly must: (rows: readonly Data[], known: Known) => void;
  /** Somebody for whom it is not meant, and what they get; null where everybody may ask. */
  readonly withheld: readonly [login: string, data: Data] | null;
  /** Others who get the same as that one. */
  readonly alsoWithheld?: readonly string[];
  /** Most statements that it may send to the database, whatever the number of rows. */
  readonly statements: number;
}

const nodesOf = ({ edges }: Data): Data[] => edges.map(({ node }: Data) => node);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const MARCH = { from: '2026-03-01', until: '2026-04-01' };
const [DELETION, RATING] = [randomUUID(), randomUUID()];
const CHINESE = /[\u4e00-\u9fff]/;

const EXPECTED: Readonly<Record<string, Expected>> = {
  'question-02-where-it-stands-today.graphql': {
    login: () => 'family.1',
    variables: ({ motherId }) => ({ residentId: motherId }),
    rows: ({ resident }) => nodesOf(resident.needs),
    must(rows) {
      for (const { stage, consents, category, timeline } of rows) {
        expect(category.labelZh).toMatch(CHINESE);
        for (const { labelZh, reasonLabel, by } of timeline)
          expect(`${labelZh}${reasonLabel ?? ''}${by}`).toMatch(/^[^A-Za-z]+$/);
        expect(stage).toMatch(/^[A-Z_]+$/);
        expect(consents).toContainEqual({ purpose: 'HEALTH_MATCHING', state: 'WITHDRAWN' });
      }
    },
    withheld: ['family.2', { resident: null }],
    alsoWithheld: ['secretary.b2', 'officer.west', 'subdistrict'],
    statements: 21,
  },
  'question-04-waiting-needs.graphql': {
    login: () => 'secretary.b1',
    variables: ({ branchId }) => ({ branchId, first: 50 }),
    rows: ({ branch }) => nodesOf(branch.needs),
    must(rows) {
      expect(rows.every(({ number }) => number.startsWith('N-B1-'))).toBe(true);
      const since = rows.map(({ waiting }) => waiting.since);
      expect(since).toEqual([...since].sort());
      expect(rows.every(({ waiting, coverage }) => waiting.workingHours >= 0 && coverage.open > 0)).toBe(true);
    },
    withheld: ['secretary.b2', { branch: { needs: { totalCount: 0, edges: [] } } }],
    statements: 10,
  },
  'question-05-serve-it-now.graphql': {
    login: () => 'secretary.b1',
    variables: ({ needId }) => ({ input: { needId, idempotencyKey: randomUUID() } }),
    rows: ({ needPlace }) => [needPlace],
    must([{ placement, userErrors }]) {
      expect(userErrors).toEqual([]);
      for (const { sentence } of placement.changes) expect(sentence).toMatch(CHINESE);
      if (placement.unmatched) expect(placement.unmatched.sentence).toMatch(CHINESE);
    },
    withheld: ['secretary.b2', { needPlace: { placement: null, userErrors: [{ code: 'NOT_FOUND' }] } }],
    statements: 54,
  },
  'question-05-who-can-serve.graphql': {
    login: () => 'secretary.b1',
    variables: ({ needId }) => ({ needId }),
    rows: ({ need }) => need.suggestions,
    must(rows) {
      expect(rows.map(({ position }) => position)).toEqual(rows.map((_, i) => i + 1));
      const costs: number[] = rows.map(({ explanation }) => explanation.cost);
      expect(costs).toEqual([...costs].sort((a, b) => a - b));
      for (const { explanation } of rows) {
        expect(explanation.sentence).toMatch(CHINESE);
        expect(sum(explanation.costParts.map(({ cost }: Data) => cost))).toBe(explanation.cost);
        expect(sum(explanation.rankParts.map(({ points }: Data) => points))).toBe(explanation.points);
      }
    },
    withheld: ['secretary.b2', { need: null }],
    statements: 22,
  },
  'question-06-needs-for-us.graphql': {
    login: ({ liaison }) => liaison,
    variables: ({ organizationId }) => ({ organizationId }),
    rows: ({ organization }) => organization.suggestedNeeds,
    must(rows) {
      expect(rows.every(({ need, session }) => need !== null && session !== null)).toBe(true);
      expect(rows.every(({ explanation }) => CHINESE.test(explanation.sentence))).toBe(true);
    },
    withheld: ['family.1', { organization: { suggestedNeeds: null } }],
    statements: 29,
  },
  'question-07-needs-at-the-counter.graphql': {
    login: () => 'officer.east',
    variables: ({ residentId }) => ({
      input: { residentId, categoryCode: 'HAIRCUT', description: '头发长了', channel: 'COUNTER', idempotencyKey: randomUUID() },
    }),
    rows: ({ needSubmit }) => [needSubmit],
    must([taken]) {
      expect(taken.userErrors).toEqual([]);
      expect(taken.need).toMatchObject({ state: 'OPEN', urgency: 'P3' });
      expect(taken.possibleDuplicate).toMatchObject({ number: expect.stringMatching(/^N-B1-/) });
    },
    withheld: ['officer.west', { needSubmit: { need: null, possibleDuplicate: null, userErrors: [{ code: 'NOT_FOUND' }] } }],
    statements: 21,
  },
  'question-08-orders-of-the-day.graphql': {
    login: ({ liaison }) => liaison,
    variables: ({ organizationId, serviceDay }) => ({
      input: { organizationId, date: serviceDay, purpose: 'DELIVER', first: 100 },
    }),
    rows: ({ serviceOrdersReveal }) => serviceOrdersReveal.day.orders,
    must(rows) {
      const starts = rows.map(({ startsAt }) => startsAt ?? 'on request');
      expect(starts).toEqual([...starts].sort());
      for (const { recipient, recipientSight } of rows) expect(recipient === null).toBe(recipientSight !== 'OPEN');
      const open = rows.filter(({ recipient }) => recipient !== null);
      expect(open.length).toBeGreaterThan(0);
      for (const { recipient } of open) {
        expect(recipient.salutation).toMatch(/^.{1,2}(先生|女士|小朋友)$/);
        expect(recipient.phone ?? '+86199').toMatch(/^\+86199/);
        expect(recipient.careNotes).toBeNull();
      }
    },
    withheld: ['secretary.b1', { serviceOrdersReveal: { day: null, userErrors: [{ code: 'FORBIDDEN' }] } }],
    alsoWithheld: ['family.1', 'subdistrict', 'admin'],
    statements: 16,
  },
  'question-11-unused-capacity.graphql': {
    login: () => 'secretary.b1',
    variables: ({ branchId }) => ({ branchId, from: '2026-03-01T00:00:00+08:00', until: '2026-04-01T00:00:00+08:00' }),
    rows: ({ branch }) => nodesOf(branch.sessions),
    must(rows) {
      for (const { quantity } of rows) {
        expect(quantity.remaining).toBe(quantity.capacity - quantity.reserved);
        expect(quantity.remaining).toBeGreaterThan(0);
      }
    },
    withheld: null,
    statements: 2,
  },
  'question-11-where-more-would-help.graphql': {
    login: () => 'secretary.b1',
    variables: ({ branchId }) => ({ branchId }),
    rows: ({ branch }) => branch.scarcity.supplies,
    must(rows) {
      const counts: number[] = rows.map(({ unservedNeeds }) => unservedNeeds);
      expect(counts).toEqual([...counts].sort((a, b) => b - a));
      for (const { sentence, unservedNeeds, changesSaved, costSaved } of rows) {
        expect(sentence).toMatch(CHINESE);
        expect(unservedNeeds + changesSaved + costSaved).toBeGreaterThan(0);
      }
    },
    withheld: ['secretary.b2', { branch: { scarcity: null } }],
    statements: 4,
  },
  'question-12-what-if.graphql': {
    login: () => 'secretary.b1',
    variables: ({ branchId, sessionId }) => ({
      input: { branchId, changes: [{ addSessions: { likeSessionId: sessionId, count: 2 } }] },
    }),
    rows: ({ matchPlanSimulate }) => [matchPlanSimulate],
    must([{ simulation, userErrors }]) {
      expect(userErrors).toEqual([]);
      expect(simulation.total.after.served).toBeGreaterThanOrEqual(simulation.total.before.served);
      expect(sum(simulation.byUrgency.map(({ after }: Data) => after.served))).toBe(simulation.total.after.served);
      expect(simulation.losingCount).toBe(simulation.losing.length);
    },
    withheld: ['secretary.b2', { matchPlanSimulate: { simulation: null, userErrors: [{ code: 'FORBIDDEN' }] } }],
    statements: 36,
  },
  'question-13-done.graphql': {
    login: ({ liaison }) => liaison,
    variables: ({ promised }) => ({ input: { ...promised.pop(), idempotencyKey: randomUUID() } }),
    rows: ({ referralComplete }) => [referralComplete],
    must([done]) {
      expect(done.userErrors).toEqual([]);
      expect(done.referral).toMatchObject({
        state: 'COMPLETED',
        serviceRecord: { evidence: [{ kind: 'PHOTO', showsMinors: false }], confirmation: 'AWAITING' },
        availableTransitions: [],
      });
    },
    withheld: ['secretary.b2', { referralComplete: { referral: null, userErrors: [{ code: 'NOT_FOUND' }] } }],
    statements: 20,
  },
  'question-13-how-was-it.graphql': {
    login: () => 'secretary.b1',
    variables: ({ confirmedId }) => ({
      input: { referralId: confirmedId, score: 5, remarks: ['KIND'], idempotencyKey: RATING },
    }),
    rows: ({ referralRateService }) => [referralRateService],
    must([said]) {
      expect(said.userErrors).toEqual([]);
      expect(said.referral.serviceRating).toMatchObject({ score: 5, remarks: ['KIND'], ratedAs: 'BRANCH', version: 1 });
    },
    withheld: ['secretary.b2', { referralRateService: { referral: null, userErrors: [{ code: 'NOT_FOUND' }] } }],
    statements: 18,
  },
  'question-14-where-is-it.graphql': {
    login: () => 'family.1',
    variables: ({ mothersNeedId }) => ({ needId: mothersNeedId }),
    rows: ({ need }) => need.timeline,
    must(rows) {
      expect(rows.every(({ labelZh, by }) => CHINESE.test(labelZh) && CHINESE.test(by))).toBe(true);
      expect(rows[0].kind).toBe('NEED_SUBMITTED');
      expect(rows.map(({ kind }) => kind)).not.toContain('REFERRAL_REJECTED');
    },
    withheld: ['secretary.b2', { need: null }],
    alsoWithheld: ['family.2', 'officer.west', 'subdistrict'],
    statements: 8,
  },
  'question-17-how-people-rate-us.graphql': {
    login: ({ liaison }) => liaison,
    variables: ({ organizationId }) => ({ organizationId, month: '2026-02-01' }),
    rows: ({ organization }) => nodesOf(organization.memberships),
    must(rows) {
      for (const { ratingsOfMonth } of rows) {
        expect(ratingsOfMonth.completeFrom).toBe('2026-03-14T16:00:00.000Z');
        expect(ratingsOfMonth.figures === null || ratingsOfMonth.figures.people >= 5).toBe(true);
      }
    },
    withheld: ['family.1', { organization: { memberships: { edges: [{ node: { ratingsOfMonth: null } }] } } }],
    statements: 16,
  },
  'question-19-elders-living-alone.graphql': {
    login: () => 'secretary.b1',
    variables: ({ branchId }) => ({ branchId }),
    rows: ({ residents }) => nodesOf(residents),
    must(rows) {
      for (const { maskedName, ageBand, careCategories } of rows) {
        expect(maskedName).toMatch(/^.\*$/);
        expect(['EIGHTY_PLUS', 'NINETY_PLUS']).toContain(ageBand);
        expect(careCategories).toContain('LIVING_ALONE');
      }
    },
    withheld: ['secretary.b2', { residents: { totalCount: 0, edges: [] } }],
    statements: 9,
  },
  'question-21-fairness-of-a-month.graphql': {
    login: () => 'subdistrict',
    variables: () => ({ period: MARCH }),
    rows: ({ community }) => [community.fairness],
    must([{ overall, byBranch, byUrgency, byAgeBand, byCareCategory, loads }]) {
      expect(overall.people).toBeGreaterThanOrEqual(5);
      for (const groups of [byBranch, byUrgency, byAgeBand]) {
        const told = groups.flatMap(({ measures }: Data) => (measures ? [measures] : []));
        for (const { people, servedShare } of told) {
          expect(people).toBeGreaterThanOrEqual(5);
          expect(servedShare).toBeGreaterThanOrEqual(0);
          expect(servedShare).toBeLessThanOrEqual(1);
        }
        const rest = overall.needs - sum(told.map(({ needs }: Data) => needs));
        expect(groups.some(({ measures }: Data) => measures === null)).toBe(rest > 0);
      }
      expect(byBranch).toHaveLength(4);
      expect(byCareCategory.length).toBeGreaterThan(0);
      expect(sum(loads.map(({ promised }: Data) => promised))).toBeGreaterThan(0);
    },
    withheld: ['secretary.b1', { community: { fairness: null } }],
    statements: 12,
  },
  'question-21-outcomes-of-a-branch.graphql': {
    login: () => 'secretary.b1',
    variables: ({ branchId }) => ({ branchId, period: { from: '2026-01-01', until: '2026-12-31' } }),
    rows: ({ branch }) => [branch],
    must([{ fairness, matchingOutcomes }]) {
      expect(fairness.overall.people).toBeGreaterThan(20);
      expect(fairness.longestWaiting.need.number).toMatch(/^N-B1-/);
      expect(fairness.byBuilding.length).toBeGreaterThan(1);
      expect(matchingOutcomes.overall === null || matchingOutcomes.overall.people >= 5).toBe(true);
    },
    withheld: ['secretary.b2', { branch: { fairness: null, matchingOutcomes: null } }],
    statements: 18,
  },
  'question-22-what-a-plan-changes.graphql': {
    login: () => 'secretary.b1',
    variables: ({ planId }) => ({ planId }),
    rows: ({ matchPlan }) => nodesOf(matchPlan.changes),
    must(rows) {
      for (const { kind, cause, from, to, sentence } of rows) {
        expect(sentence).toMatch(CHINESE);
        expect([cause === null, from === null, to === null]).toEqual([kind === 'KEPT', kind === 'NEW', kind === 'DROPPED']);
      }
    },
    withheld: ['secretary.b2', { matchPlan: null }],
    statements: 9,
  },
  'question-30-delete-my-mothers-data.graphql': {
    login: () => 'family.1',
    variables: ({ motherId }) => ({ input: { residentId: motherId, kind: 'DELETE', idempotencyKey: DELETION } }),
    rows: ({ personalInfoRequestCreate }) => [personalInfoRequestCreate],
    must([{ request, userErrors }]) {
      expect(userErrors).toEqual([]);
      expect(request).toMatchObject({ kind: 'DELETE', state: 'RECEIVED', relation: 'DAUGHTER', legalHold: null });
      const days = (Date.parse(request.dueAt) - app.house.now().getTime()) / 86_400_000;
      expect(days).toBeGreaterThan(15);
      expect(days).toBeLessThan(16);
    },
    withheld: ['secretary.b2', { personalInfoRequestCreate: { request: null, userErrors: [{ code: 'NOT_FOUND' }] } }],
    statements: 10,
  },
  'question-30-who-looked.graphql': {
    login: () => 'family.1',
    variables: () => ({}),
    rows: ({ myAccessLog }) => nodesOf(myAccessLog),
    must(rows) {
      for (const { label, by, resident } of rows) {
        expect(label).toMatch(CHINESE);
        expect(by).toMatch(CHINESE);
        expect(resident.maskedName).toMatch(/^.\*$/);
      }
      expect(rows.some(({ byYou, purpose }) => byYou && purpose === 'FAMILY_CARE')).toBe(true);
    },
    withheld: ['secretary.b2', { myAccessLog: { edges: [] } }],
    statements: 10,
  },
};

describe('the known operations', () => {
  let known: Known;
  const callers = new Map<string, Caller>();
  const as = async (login: string): Promise<Caller> => {
    const caller = callers.get(login) ?? (await signIn(app.url, login));
    callers.set(login, caller);
    return caller;
  };

  beforeAll(async () => {
    const secretary = await as('secretary.b1');
    const branchId = await branchOf(secretary);
    const { branch, residents } = await secretary.read(
      `query($id: ID!) { residents(first: 1, filter: { branchId: $id }) { edges { node { id } } }
        branch(id: $id) { needs(first: 100, filter: { states: [OPEN] }) { edges { node { id suggestions(first: 2) { organization { id code } } } } } } }`,
      { id: branchId },
    );
    const [need] = nodesOf(branch.needs).filter(({ suggestions }) => suggestions.length > 1);
    const [{ organization }] = need.suggestions;
    const { viewer } = await (await as('family.1')).read(
      '{ viewer { residents { id needs(first: 1) { edges { node { id } } } } } }',
    );
    const [mother] = viewer.residents;
    const organizationId: string = organization.id;
    const login = `liaison.${organization.code.toLowerCase()}`;
    const asPlan = 'id status version matches(first: 1) { edges { node { session { id } } } }';
    const asked = { branchId, idempotencyKey: randomUUID() };
    let { matchPlan: plan } = await secretary.changed('branchMatchPlanCreate', asked, `matchPlan { ${asPlan} }`);
    while (plan.status === 'QUEUED' || plan.status === 'RUNNING')
      plan = (await secretary.read(`query($id: ID!) { matchPlan(id: $id) { ${asPlan} } }`, { id: plan.id })).matchPlan;
    const published = { planId: plan.id, expectedVersion: plan.version, idempotencyKey: randomUUID() };
    await secretary.changed('matchPlanPublish', published, '');
    const promised = await promises(login, organizationId, need.id);
    known = {
      planId: plan.id,
      sessionId: plan.matches.edges[0].node.session.id,
      branchId,
      needId: need.id,
      residentId: residents.edges[0].node.id,
      organizationId,
      liaison: login,
      mothersNeedId: mother.needs.edges[0].node.id,
      motherId: mother.id,
      promised,
      confirmedId: await confirmed(login, secretary, promised.pop()),
      serviceDay: await agreedDay(login, organizationId),
    };
  });

  /** Whom the liaison serves agrees to be found, on paper; answers with a day on which one of them is served. */
  async function agreedDay(login: string, organizationId: string): Promise<string> {
    const admin = await as('admin');
    const { referrals } = await (await as(login)).read(
      'query($id: ID!) { referrals(first: 100, filter: { organizationId: $id, states: [ACCEPTED] }) { edges { node { id session { time { startsAt } } } } } }',
      { id: organizationId },
    );
    const days: string[] = [];
    for (const { id, session } of nodesOf(referrals)) {
      const { referral } = await admin.read('query($id: ID!) { referral(id: $id) { need { id beneficiary { id } } } }', { id });
      if (!referral.need.beneficiary) continue;
      const about = { residentId: referral.need.beneficiary.id, needId: referral.need.id, relation: 'SELF', method: 'PAPER' };
      await admin.change('consentGrant', { ...about, purpose: 'SHARE_WITH_ORGANIZATION', idempotencyKey: randomUUID() });
      days.push(localDate(new Date(session.time?.startsAt ?? app.house.now())));
    }
    expect(days.length).toBeGreaterThan(0);
    return days[0] ?? '';
  }

  /** Whole needs, but for one that others ask about, that the liaison claims, as input for what is delivered later. */
  async function promises(login: string, organizationId: string, exceptNeedId: string): Promise<Data[]> {
    const liaison = await as(login);
    const { organization } = await liaison.read(
      'query($id: ID!) { organization(id: $id) { suggestedNeeds(first: 50) { need { id quantity } session { id } } } }',
      { id: organizationId },
    );
    const made: Data[] = [];
    for (const { need, session } of organization.suggestedNeeds) {
      if (made.length === 4) break;
      if (need.id === exceptNeedId) continue;
      const claim = { needId: need.id, sessionId: session.id, quantity: need.quantity, idempotencyKey: randomUUID() };
      const { referral } = await liaison.change('needClaim', claim, 'referral { id version }');
      if (!referral) continue;
      const now = app.house.now();
      made.push({
        referralId: referral.id,
        expectedVersion: referral.version,
        record: {
          startedAt: new Date(now.getTime() - 3_600_000).toISOString(),
          endedAt: now.toISOString(),
          quantity: need.quantity,
          receivedBy: 'BENEFICIARY',
          evidence: [{ kind: 'PHOTO', reference: 'B1-2026-17' }],
        },
      });
    }
    expect(made).toHaveLength(4);
    return made;
  }

  /** The liaison delivers this, and the branch hears that help arrived. */
  async function confirmed(login: string, secretary: Caller, delivery: Data): Promise<string> {
    const { referral } = await (await as(login)).changed('referralComplete', delivery, 'referral { id version }');
    await secretary.changed('referralConfirm', { referralId: referral.id, expectedVersion: referral.version }, '');
    return referral.id;
  }

  it('are all expected to answer something', () => {
    expect(files).toEqual(Object.keys(EXPECTED));
  });

  it.each(Object.entries(EXPECTED).filter(([, { withheld }]) => withheld))('%s tells others nothing', async (name, expected) => {
    const [login = '', nothing] = expected.withheld ?? [];
    for (const other of [login, ...(expected.alsoWithheld ?? [])]) {
      const caller = await as(other);
      expect(await caller.read(source(name), expected.variables(known)), other).toMatchObject(nothing);
    }
  });

  it.each(Object.entries(EXPECTED))('%s answers for whom it is meant, with few statements', async (name, expected) => {
    const caller = await as(expected.login(known));
    // The first time the token is looked up, and statements are told to the server.
    await caller.read(source(name), expected.variables(known));
    app.statements();
    const rows = expected.rows(await caller.read(source(name), expected.variables(known)));
    const sent = app.statements();
    expect(rows.length).toBeGreaterThan(0);
    expected.must(rows, known);
    expect(sent.length, sent.join('\n')).toBeLessThanOrEqual(expected.statements);
  });
});
