import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Caller, type Reply, signIn } from '../support/caller.js';
import { branchOf, matchesOf, openNeeds, planFor, unmatchedOf, whyNotEach } from '../support/journey.js';
import { textsIn } from '../support/reading.js';
import { startSeededApp } from '../support/seeded.js';

type Data = Reply['data'];
const { app } = await startSeededApp();
const secretary = await signIn(app.url, 'secretary.b1');
const branchId = await branchOf(secretary);
const key = randomUUID;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('the main job', () => {
  let waiting: readonly Data[];
  let plan: Awaited<ReturnType<typeof planFor>>;
  let matches: readonly Data[];

  it('begins with who waits, the longest first', async () => {
    waiting = await openNeeds(secretary, branchId);
    expect(waiting.length).toBeGreaterThan(20);
    expect(new Set(waiting.map(({ state, branch }) => `${state} ${branch.id}`))).toEqual(new Set([`OPEN ${branchId}`]));
    const since = waiting.map(need => need.waiting.since);
    expect(since).toEqual([...since].sort());
    const hours: number[] = waiting.map(need => need.waiting.workingHours);
    expect(hours).toEqual([...hours].sort((a, b) => b - a));
  });

  it('a plan pairs only what the rules allow, and its reasons add up', async () => {
    plan = await planFor(secretary, branchId);
    expect(plan.status).toBe('READY');
    matches = await matchesOf(secretary, plan.id);
    expect(matches.length).toBeGreaterThan(5);
    const pairs = matches.map(({ need, session }) => ({ needId: need.id, sessionId: session.id }));
    expect(await whyNotEach(secretary, pairs)).toEqual(pairs.map(() => ({ possible: true, reasons: [] })));
    for (const { explanation, need } of matches) {
      expect(explanation.complete).toBe(true);
      expect(sum(explanation.rankParts.map(({ points }: Data) => points))).toBe(explanation.points);
      expect(sum(explanation.costParts.map(({ cost }: Data) => cost))).toBe(explanation.cost);
      expect(explanation.sentence).toMatch(/[\u4e00-\u9fff]/);
      expect([need.state, need.category.matchable, need.urgency === 'P0']).toEqual(['OPEN', true, false]);
    }
    for (const [sessionId, held] of Map.groupBy(matches, ({ session }) => session.id)) {
      const { remaining } = held[0].session.quantity;
      expect([sessionId, sum(held.map(({ quantity }) => quantity)) <= remaining]).toEqual([sessionId, true]);
    }
  });

  it('leaves no need out without its true reason, in both languages', async () => {
    const unmatched = await unmatchedOf(secretary, plan.id);
    const english = await signIn(app.url, 'secretary.b1', { 'accept-language': 'en' });
    const inEnglish = await unmatchedOf(english, plan.id);
    expect(unmatched.every(({ sentence }) => /[\u4e00-\u9fff]/.test(sentence))).toBe(true);
    expect(inEnglish.every(({ sentence }) => /^[A-Z][^\u4e00-\u9fff]+$/.test(sentence))).toBe(true);
    for (const { need, reason, certificate } of unmatched) {
      const isFull = reason === 'ALL_FULL' || reason === 'PARTLY_SERVED';
      expect([reason, certificate.possible > 0]).toEqual([reason, isFull]);
      expect([reason, reason === 'NO_OFFER_OF_CATEGORY']).toEqual([reason, certificate.ofCategory === 0]);
      if (!isFull) expect([reason, need.suggestions]).toEqual([reason, []]);
    }
    const served = Map.groupBy(matches, ({ need }) => need.id);
    const left = new Map(unmatched.map(({ need, quantity }) => [need.id, quantity]));
    const plannable = waiting.filter(({ urgency, category }) => urgency !== 'P0' && category.matchable);
    expect(new Set([...served.keys(), ...left.keys()])).toEqual(new Set(plannable.map(({ id }) => id)));
    for (const { need } of matches) {
      const given = sum((served.get(need.id) ?? []).map(({ quantity }) => quantity));
      expect(given + (left.get(need.id) ?? 0)).toBe(need.coverage.open);
    }
    const { matchPlan } = await secretary.read(
      'query($id: ID!) { matchPlan(id: $id) { totals { byUrgency { needs served partly } } } }',
      { id: plan.id },
    );
    expect(sum(matchPlan.totals.byUrgency.map(({ needs }: Data) => needs))).toBe(plannable.length);
    expect(sum(matchPlan.totals.byUrgency.map(({ served, partly }: Data) => served + partly))).toBe(served.size);
  });

  it('publishing proposes every match; a retry publishes nothing more', async () => {
    const input = { planId: plan.id, expectedVersion: plan.version, idempotencyKey: key() };
    const selection = 'matchPlan { status version } fellOut { id }';
    const officer = await signIn(app.url, 'officer.east');
    expect((await officer.change('matchPlanPublish', input)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const first = await secretary.changed('matchPlanPublish', input, selection);
    expect(first).toMatchObject({ matchPlan: { status: 'PUBLISHED' }, fellOut: [] });
    expect(await secretary.changed('matchPlanPublish', input, selection)).toEqual(first);
    expect(new Set((await matchesOf(secretary, plan.id)).map(({ state }) => state))).toEqual(new Set(['PROPOSED']));
  });

  describe('for an organization', () => {
    const proposalsOf = async (who: Awaited<ReturnType<typeof signIn>>, organizationId: string): Promise<Data[]> => {
      const { organization } = await who.read(
        `query($id: ID!) { organization(id: $id) { proposals(first: 100) { edges { node { id respondBy rankPosition
          session { id } explanation { points cost complete sentence rankParts { code } costParts { code } }
          need { __typename id number state urgency quantity ageBand floor description accessNotes requesterKind requesterName channel
            beneficiaryGroup beneficiary { id maskedName } beneficiaryOrganization { id } building { address }
            requesterOrganization { id } timeline { kind } windows { startsAt } } } } } } }`,
        { id: organizationId },
      );
      return organization.proposals.edges.map(({ node }: Data) => node);
    };
    /** An organization with at least two whole needs proposed to it. */
    const chosen = () => {
      const whole = matches.filter(({ need, quantity }) => quantity === need.quantity);
      const most = [...Map.groupBy(whole, ({ organization }) => organization.code).values()].sort((a, b) => b.length - a.length);
      const [accepted, declined] = most[0] ?? [];
      if (!accepted || !declined) throw new Error('nobody has two proposals');
      return { accepted, declined, organization: accepted.organization, other: most.at(-1)?.[0].organization };
    };
    const needOf = async (id: string): Promise<Data> =>
      (
        await secretary.read(
          `query($id: ID!) { need(id: $id) { state submittedAt urgency coverage { asked committed fulfilled open }
            referrals { edges { node { id state } } } timeline { kind by reason } } }`,
          { id },
        )
      ).need;
    const placesOf = async (id: string): Promise<Data> =>
      (await secretary.read('query($id: ID!) { session(id: $id) { quantity { capacity reserved remaining } } }', { id })).session
        .quantity;

    it('a proposal tells nothing of the person', async () => {
      const { organization } = chosen();
      const secrets = await secretary.read(
        `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Need { description accessNotes beneficiaryGroup
          beneficiary { id maskedName maskedPhone } building { id } requesterName } } }`,
        { ids: matches.map(({ need }) => need.id).slice(0, 100) },
      );
      const known = new Set([...textsIn(secrets)].filter(text => text.length > 1));
      expect(known.size).toBeGreaterThan(matches.length);
      const liaison = await signIn(app.url, `liaison.${organization.code.toLowerCase()}`);
      const proposals = await proposalsOf(liaison, organization.id);
      expect(proposals.length).toBeGreaterThan(1);
      expect([...textsIn(proposals)].filter(text => known.has(text))).toEqual([]);
      for (const { need, explanation, rankPosition } of proposals) {
        expect(need).toMatchObject({ description: null, accessNotes: null, building: null, beneficiary: null, timeline: null });
        expect(need).toMatchObject({ requesterKind: null, requesterName: null, requesterOrganization: null, channel: null });
        expect(need).toMatchObject({ beneficiaryGroup: null, beneficiaryOrganization: null });
        expect([explanation.points, explanation.cost, explanation.complete, rankPosition]).toEqual([null, null, false, null]);
        expect(explanation.rankParts.map(({ code }: Data) => code)).not.toContain('CARE');
      }
    });

    it('accepting makes a referral that holds places and need; only its own liaison can', async () => {
      const { accepted, organization, other } = chosen();
      const input = { matchId: accepted.id, idempotencyKey: key() };
      const stranger = await signIn(app.url, `liaison.${other?.code.toLowerCase()}`);
      for (const wrong of [stranger, secretary])
        expect((await wrong.change('matchAccept', input)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect(await proposalsOf(stranger, organization.id)).toEqual([]);
      const before = await placesOf(accepted.session.id);
      const liaison = await signIn(app.url, `liaison.${organization.code.toLowerCase()}`);
      const { referral } = await liaison.changed('matchAccept', input, 'referral { id state quantity availableTransitions }');
      expect(referral).toMatchObject({ state: 'ACCEPTED', quantity: accepted.quantity });
      expect(referral.availableTransitions).toEqual(['IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'FAILED', 'CANCELLED']);
      expect((await liaison.changed('matchAccept', input, 'referral { id }')).referral.id).toBe(referral.id);
      expect((await placesOf(accepted.session.id)).reserved).toBe(before.reserved + accepted.quantity);
      expect((await needOf(accepted.need.id)).coverage).toMatchObject({ committed: accepted.quantity, open: 0 });
    });

    it('declining costs nothing: the need keeps its rank, and the pair does not come again', async () => {
      const { declined, organization } = chosen();
      const liaison = await signIn(app.url, `liaison.${organization.code.toLowerCase()}`);
      const orderBefore = (await openNeeds(secretary, branchId)).map(({ id }) => id);
      const { match } = await liaison.changed(
        'matchDecline',
        { matchId: declined.id, reason: 'STAFF_SHORTAGE' },
        'match { state }',
      );
      expect(match.state).toBe('DECLINED');
      expect((await openNeeds(secretary, branchId)).map(({ id }) => id)).toEqual(orderBefore);
      const { state, submittedAt, coverage } = await needOf(declined.need.id);
      expect([state, submittedAt, coverage.open]).toEqual(['OPEN', declined.need.submittedAt, declined.quantity]);
      const [answer] = await whyNotEach(secretary, [{ needId: declined.need.id, sessionId: declined.session.id }]);
      expect(answer).toEqual({ possible: false, reasons: [{ code: 'DECLINED_BEFORE' }] });

      const next = await planFor(secretary, branchId, { dryRun: true });
      const again = await matchesOf(secretary, next.id);
      const [needId, offerId] = [declined.need.id, declined.session.offer.id];
      expect(again.filter(({ need, session }) => need.id === needId && session.offer.id === offerId)).toEqual([]);
      const left = await unmatchedOf(secretary, next.id);
      const position = [...again, ...left].find(({ need }) => need.id === needId)?.rankPosition;
      const ranked = new Map([...again, ...left].map(({ need, rankPosition }) => [need.id, rankPosition]));
      const ahead = matches.filter(
        ({ need, explanation }) => ranked.has(need.id) && explanation.tier < declined.explanation.tier,
      );
      expect(position).toBeGreaterThan(0);
      expect(ahead.every(({ need }) => (ranked.get(need.id) ?? 0) < position)).toBe(true);
      const points = again.find(({ need }) => need.id === needId)?.explanation.points;
      if (points !== undefined) expect(points).toBeGreaterThanOrEqual(declined.explanation.points);
    });

    it('a completed service has a record, and the need is done', async () => {
      const { accepted, organization } = chosen();
      const liaison = await signIn(app.url, `liaison.${organization.code.toLowerCase()}`);
      const { referrals } = await needOf(accepted.need.id);
      const referralId: string = referrals.edges[0].node.id;
      const { reserved } = await placesOf(accepted.session.id);
      const start = { referralId, expectedVersion: 1 };
      expect((await secretary.change('referralStart', start)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
      expect((await liaison.change('referralStart', { referralId, expectedVersion: 9 })).userErrors).toMatchObject([
        { code: 'STALE_VERSION' },
      ]);
      const { referral } = await liaison.changed('referralStart', start, 'referral { state version }');
      expect(referral).toEqual({ state: 'IN_PROGRESS', version: 2 });
      const begun = new Date(app.house.now().getTime() - 30 * 60_000).toISOString();
      const record = {
        startedAt: begun,
        endedAt: app.house.now().toISOString(),
        receivedBy: 'BENEFICIARY',
        place: '社区服务中心',
      };
      const completing = (quantity: number) => ({ referralId, expectedVersion: 2, record: { ...record, quantity } });
      expect((await liaison.change('referralComplete', completing(accepted.quantity + 1))).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', path: ['record', 'quantity'] },
      ]);
      const { referral: done } = await liaison.changed(
        'referralComplete',
        completing(accepted.quantity),
        'referral { state availableTransitions serviceRecord { quantity receivedBy } }',
      );
      expect(done).toEqual({
        state: 'COMPLETED',
        availableTransitions: [],
        serviceRecord: { quantity: accepted.quantity, receivedBy: 'BENEFICIARY' },
      });
      const need = await needOf(accepted.need.id);
      expect(need).toMatchObject({
        state: 'FULFILLED',
        coverage: { asked: accepted.quantity, committed: 0, fulfilled: accepted.quantity, open: 0 },
      });
      expect(need.timeline.map(({ kind }: Data) => kind).slice(-4)).toEqual([
        'REFERRAL_ACCEPTED',
        'REFERRAL_IN_PROGRESS',
        'REFERRAL_COMPLETED',
        'NEED_FULFILLED',
      ]);
      expect((await placesOf(accepted.session.id)).reserved).toBe(reserved);

      const confirming = { referralId, expectedVersion: 3 };
      expect((await liaison.change('referralConfirm', confirming)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
      expect((await secretary.read('query($id: ID!) { need(id: $id) { stage } }', accepted.need)).need.stage).toBe(
        'AWAITING_CONFIRMATION',
      );
      const { referral: confirmed } = await secretary.changed(
        'referralConfirm',
        confirming,
        'referral { version serviceRecord { confirmation confirmedAs } need { stage } }',
      );
      expect(confirmed).toEqual({
        version: 4,
        serviceRecord: { confirmation: 'CONFIRMED', confirmedAs: 'BRANCH' },
        need: { stage: 'FULFILLED' },
      });

      const both = 'query($id: ID!) { referral(id: $id) { serviceRating { score } cooperationRating { score } } }';
      const said = async (caller: Caller) => (await caller.read(both, { id: referralId })).referral;
      await liaison.changed('referralRateCooperation', { referralId, score: 3, remarks: ['SHORT_NOTICE'] }, 'referral { id }');
      expect(await said(secretary)).toEqual({ serviceRating: null, cooperationRating: null });
      await secretary.changed('referralRateService', { referralId, score: 5, remarks: ['KIND'] }, 'referral { id }');
      expect(await said(secretary)).toEqual({ serviceRating: { score: 5 }, cooperationRating: null });
      expect(await said(liaison)).toEqual({ serviceRating: null, cooperationRating: { score: 3 } });
    });
  });

  describe('for a daughter', () => {
    it('asks for her mother only, follows it step by step, and sees no stranger', async () => {
      const daughter = await signIn(app.url, 'family.1');
      const { viewer } = await daughter.read('{ viewer { residents { id branch { id } } } }');
      expect(viewer.residents).toHaveLength(1);
      const [mother] = viewer.residents;
      const { residents, branch } = await secretary.read(
        `query($id: ID!) { residents(first: 5) { edges { node { id } } }
          branch(id: $id) { needs(first: 50, filter: { states: [OPEN, SUBMITTED] }) { edges { node { id beneficiary { id } } } } } }`,
        { id: branchId },
      );
      const stranger = residents.edges.find(({ node }: Data) => node.id !== mother.id).node;
      const theirs = branch.needs.edges.find(({ node }: Data) => node.beneficiary && node.beneficiary.id !== mother.id).node;
      const asking = (residentId: string, more = {}) => ({
        residentId,
        categoryCode: 'COMPANION',
        description: '妈妈想有人陪着说说话',
        idempotencyKey: key(),
        ...more,
      });

      for (const [input, refusal] of [
        [asking(stranger.id), { code: 'NOT_FOUND', path: ['residentId'] }],
        [asking(mother.id, { urgency: 'P1' }), { code: 'INVALID_INPUT', path: ['urgency'] }],
        [asking(mother.id, { verified: true }), { code: 'INVALID_INPUT', path: ['verified'] }],
      ] as const)
        expect(await daughter.change('needSubmit', input, 'need { id }')).toMatchObject({ need: null, userErrors: [refusal] });

      const input = asking(mother.id);
      const selection = 'need { id state version requesterKind description beneficiary { id } }';
      const { need } = await daughter.changed('needSubmit', input, selection);
      expect(need).toMatchObject({
        state: 'SUBMITTED',
        requesterKind: 'FAMILY',
        description: '妈妈想有人陪着说说话',
        beneficiary: { id: mother.id },
      });
      expect((await daughter.changed('needSubmit', input, selection)).need).toEqual(need);

      const verifying = { needId: need.id, expectedVersion: need.version };
      const elsewhere = await signIn(app.url, 'officer.west');
      expect((await elsewhere.change('needVerify', verifying)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect((await daughter.change('needVerify', verifying)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
      const officer = await signIn(app.url, 'officer.east');
      expect((await officer.changed('needVerify', verifying, 'need { state }')).need.state).toBe('OPEN');
      const { need: followed } = await daughter.read(
        'query($id: ID!) { need(id: $id) { state timeline { kind labelZh by } } }',
        need,
      );
      expect(followed).toEqual({
        state: 'OPEN',
        timeline: [
          { kind: 'NEED_SUBMITTED', labelZh: '需求已登记', by: '家属' },
          { kind: 'NEED_OPENED', labelZh: '已核实,正在寻找服务', by: '小区专员' },
        ],
      });

      const seen = await daughter.read(
        `query($need: ID!, $resident: ID!) { need(id: $need) { id } node(id: $need) { id } nodes(ids: [$need, $resident]) { id }
          resident(id: $resident) { id } residents { edges { node { id } } }
          needs(first: 100) { totalCount edges { node { id beneficiary { id } } } }
          theirs: needs(filter: { beneficiaryId: $resident }) { totalCount edges { node { id } } } }`,
        { need: theirs.id, resident: theirs.beneficiary.id },
      );
      expect(seen).toMatchObject({ need: null, node: null, nodes: [null, null], resident: null, residents: { edges: [] } });
      expect(seen.theirs).toEqual({ totalCount: 0, edges: [] });
      expect(seen.needs.edges.map(({ node }: Data) => node.id)).toContain(need.id);
      expect(new Set(seen.needs.edges.map(({ node }: Data) => node.beneficiary?.id))).toEqual(new Set([mother.id]));
    });
  });
});
