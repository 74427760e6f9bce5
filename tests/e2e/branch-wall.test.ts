import { randomUUID } from 'node:crypto';
import { getNamedType, isInputObjectType, isLeafType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { parseGlobalId } from '../../src/graphql/global-id.js';
import { type Caller, everyNode, type Reply, signIn } from '../support/caller.js';
import { idsWithinReach } from '../support/crawl.js';
import { branchOf, matchesOf, planFor, publish } from '../support/journey.js';
import { startSeededApp } from '../support/seeded.js';
import { everythingStored } from '../support/stored.js';

type Data = Reply['data'];
const schema = createSchema();
const { app, database } = await startSeededApp({ costLimit: 1_000_000 });
const own = await signIn(app.url, 'secretary.b1');
const foreign = await signIn(app.url, 'secretary.b2');
const branchId = await branchOf(own);
const otherBranchId = await branchOf(foreign);
const accountId: string = (await foreign.read('{ viewer { account { id } } }')).viewer.account.id;

const PAGE = 'pageInfo { hasNextPage endCursor }';
const idsOf = async (caller: Caller, field: string, selection = 'id'): Promise<readonly Data[]> =>
  everyNode(
    caller,
    `query($after: String, $branchId: ID!) { list: ${field} { edges { node { ${selection} } } ${PAGE} } }`,
    { branchId },
    ({ list }) => list,
  );

/** All that the first branch has and nobody else may see, with what an attack on it needs. */
async function treasuresOf(caller: Caller) {
  const needs = await idsOf(caller, 'needs(first: 100, after: $after, filter: { branchId: $branchId })', 'id version state');
  const plans = await idsOf(caller, 'matchPlans(first: 100, after: $after, branchId: $branchId)', 'id version status');
  const matches = (await Promise.all(plans.map(({ id }) => matchesOf(caller, id)))).flat();
  const referrals = await idsOf(
    caller,
    'referrals(first: 100, after: $after, filter: { branchId: $branchId })',
    'id version state need { id } session { id offer { id } } organization { id }',
  );
  const residents = await idsOf(caller, 'residents(first: 100, after: $after, filter: { branchId: $branchId })', 'id version');
  const kinships = await idsOf(caller, 'kinships(first: 100, after: $after, branchId: $branchId)');
  return { needs, plans, matches, referrals, residents, kinships };
}
type Treasures = Awaited<ReturnType<typeof treasuresOf>>;

/** Public things that lead close to them: the branch, partners, and what they offer. */
const doorsTo = ({ matches, referrals }: Treasures): readonly string[] => [
  ...new Set([
    branchId,
    ...[
      ...matches.filter(({ state }) => state !== 'PLANNED').slice(0, 5),
      ...matches.slice(0, 5),
      ...referrals.slice(0, 5),
    ].flatMap(({ organization, session }) => [organization.id, session.id, session.offer.id]),
  ]),
];

/** Mutations that name something of a branch, and how somebody would aim them at the first one's. */
const attacks = ({ needs, plans, matches, referrals, residents, kinships }: Treasures): Readonly<Record<string, Data[]>> => {
  const idempotencyKey = randomUUID();
  const need = (states: readonly string[]) =>
    needs
      .filter(({ state }) => states.includes(state))
      .slice(0, 3)
      .map(({ id, version }) => ({ needId: id, expectedVersion: version }));
  const alive = need(['OPEN', 'SUBMITTED']);
  const referral = (...states: string[]) =>
    referrals
      .filter(({ state }) => states.includes(state))
      .map(({ id, version }) => ({ referralId: id, expectedVersion: version }));
  const because = (inputs: readonly Data[], reason: string) => inputs.map(input => ({ ...input, reason }));
  const held = referral('ACCEPTED', 'IN_PROGRESS', 'ON_HOLD');
  const pairs = matches.slice(0, 3).map(match => ({ needId: match.need.id, sessionId: match.session.id, idempotencyKey }));
  const record = { startedAt: '2026-03-10T01:00:00Z', endedAt: '2026-03-10T02:00:00Z', quantity: 1, receivedBy: 'FAMILY' };
  const [into] = need(['OPEN']);
  return {
    needVerify: alive,
    needUpdate: alive.map(input => ({ ...input, description: '改' })),
    needUrgencySet: alive.map(input => ({ ...input, urgency: 'P1', reason: 'HEALTH' })),
    needReject: because(alive, 'NOT_A_NEED'),
    needWithdraw: because(alive, 'NO_LONGER_WANTED'),
    needMarkUnmet: because(alive, 'NO_SUPPLY'),
    needMerge: alive.map(input => ({ ...input, intoId: into?.needId })),
    needTransfer: alive.map(input => ({ ...input, target: 'GRID' })),
    needFulfill: alive,
    needSubmit: [
      ...residents.slice(0, 3).map(({ id }) => ({ residentId: id, categoryCode: 'HAIRCUT', idempotencyKey })),
      { group: '环卫工人', branchId, categoryCode: 'HAIRCUT', idempotencyKey },
      { address: '9幢2单元', categoryCode: 'HAIRCUT', idempotencyKey },
    ],
    needClaim: pairs,
    referralRequest: pairs,
    branchMatchPlanCreate: [
      { branchId, idempotencyKey },
      { idempotencyKey },
      {
        branchId: otherBranchId,
        pinned: pairs.map(({ needId, sessionId }) => ({ needId, sessionId, reason: 'OTHER' })),
        idempotencyKey,
      },
    ],
    matchPlanPublish: plans.map(({ id, version }) => ({ planId: id, expectedVersion: version, idempotencyKey })),
    matchPlanCancel: plans.map(({ id }) => ({ planId: id, idempotencyKey })),
    needPlace: alive.map(({ needId }) => ({ needId, idempotencyKey })),
    sessionRefill: matches.slice(0, 3).map(({ session }) => ({ sessionId: session.id, branchId, idempotencyKey })),
    matchAccept: matches.slice(0, 3).map(({ id }) => ({ matchId: id, idempotencyKey })),
    matchDecline: matches.slice(0, 3).map(({ id }) => ({ matchId: id, reason: 'OTHER' })),
    referralSubmit: referral('DRAFT'),
    referralAccept: referral('REQUESTED'),
    referralReject: because(referral('REQUESTED'), 'NO_CAPACITY'),
    referralStart: referral('ACCEPTED'),
    referralHold: because(held, 'WEATHER'),
    referralResume: referral('ON_HOLD'),
    referralFail: because(held, 'WEATHER'),
    referralCancel: because(held, 'WEATHER'),
    referralMarkAsError: because(referral('COMPLETED', 'ACCEPTED'), 'ENTERED_BY_MISTAKE'),
    referralConfirm: referral('COMPLETED'),
    referralDispute: because(referral('COMPLETED'), 'NOT_RECEIVED'),
    referralComplete: held.map(input => ({ ...input, record })),
    residentUpdate: residents
      .slice(0, 3)
      .map(({ id, version }) => ({ residentId: id, expectedVersion: version, optedOut: true })),
    residentReveal: residents.slice(0, 3).map(({ id }) => ({ residentId: id, fields: ['NAME', 'PHONE'], purpose: 'HOME_VISIT' })),
    kinshipVerify: kinships.map(({ id }) => ({ kinshipId: id, idempotencyKey })),
    kinshipReject: kinships.map(({ id }) => ({ kinshipId: id, reason: 'NOT_KIN', idempotencyKey })),
    kinshipRevoke: kinships.map(({ id }) => ({ kinshipId: id, idempotencyKey })),
    passwordResetIssue: kinships.map(({ id }) => ({ kinshipId: id, idempotencyKey })),
    membershipStart: matches
      .slice(0, 1)
      .map(({ organization }) => ({ organizationId: organization.id, branchId, idempotencyKey })),
    invitationCreate: [{ role: 'BRANCH_SECRETARY', branchId, idempotencyKey }],
    apiClientCreate: [{ name: '某', scopes: ['needs:read'], role: 'BRANCH_SECRETARY', branchId, idempotencyKey }],
    roleAssign: [{ accountId, role: 'BRANCH_SECRETARY', branchId, idempotencyKey }],
  };
};

const NAMES_OF_A_BRANCH = /^(need|into|plan|match|referral|resident|kinship|branch)Id$|^(pinned|forbidden)$/;

/** Mutations of the schema with a field that names something of a branch. */
const aimable = (): readonly string[] =>
  Object.values(schema.getMutationType()?.getFields() ?? {})
    .filter(({ args }) =>
      args.some(({ type }) => {
        const input = getNamedType(type);
        return isInputObjectType(input) && Object.keys(input.getFields()).some(name => NAMES_OF_A_BRANCH.test(name));
      }),
    )
    .map(({ name }) => name);

/** What a mutation would answer with when it worked; a refusal leaves all of it empty. */
function answersOf(mutation: string): readonly string[] {
  const payload = getNamedType(schema.getMutationType()?.getFields()[mutation]?.type);
  if (!isObjectType(payload)) throw new Error(`no mutation ${mutation}`);
  return Object.values(payload.getFields()).map(({ name, type }) =>
    isLeafType(getNamedType(type)) ? name : `${name} { __typename }`,
  );
}

async function expectRefused(input: Data, mutation: string): Promise<void> {
  const selection = answersOf(mutation)
    .filter(field => !field.startsWith('userErrors'))
    .join(' ');
  const { userErrors, ...answers } = await foreign.change(mutation, input, selection);
  const codes = userErrors.map(({ code }: Data) => code);
  expect([mutation, codes]).toEqual([mutation, [expect.stringMatching(/^(NOT_FOUND|FORBIDDEN)$/)]]);
  expect(Object.values(answers).filter(value => value !== null && !(Array.isArray(value) && !value.length))).toEqual([]);
}

describe.each(['before anything is published', 'with proposals and promises under way'])(
  'what is of another branch, %s',
  moment => {
    let treasures: Treasures;
    let hidden: readonly string[];

    beforeAll(async () => {
      const plan = await planFor(own, branchId);
      if (moment.startsWith('with')) {
        await publish(plan, own);
        const [match] = (await matchesOf(own, plan.id)).filter(({ state }) => state === 'PROPOSED');
        const liaison = await signIn(app.url, `liaison.${match.organization.code.toLowerCase()}`);
        await liaison.changed('matchAccept', { matchId: match.id, idempotencyKey: randomUUID() }, 'referral { id }');
      }
      treasures = await treasuresOf(own);
      hidden = Object.values(treasures).flatMap(list => list.map(({ id }: Data) => id));
      expect(new Set(hidden.map(id => parseGlobalId(id)?.type))).toEqual(
        new Set(['Need', 'MatchPlan', 'Match', 'Referral', 'Resident', 'Kinship']),
      );
    });

    it('is not there by any id', async () => {
      for (let start = 0; start < hidden.length; start += 100) {
        const ids = hidden.slice(start, start + 100);
        const { nodes } = await foreign.read('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
        expect(nodes).toEqual(ids.map(() => null));
      }
      const [need, plan, match, referral, resident] = (['needs', 'plans', 'matches', 'referrals', 'residents'] as const).map(
        name => treasures[name][0]?.id,
      );
      const asked = `query($need: ID!, $plan: ID!, $match: ID!, $referral: ID!, $resident: ID!, $session: ID!) {
      need(id: $need) { id } matchPlan(id: $plan) { id } referral(id: $referral) { id } resident(id: $resident) { id }
      match: node(id: $match) { id } whyNot(needId: $need, sessionId: $session) { possible } }`;
      const ids = { need, plan, match, referral, resident, session: treasures.matches[0].session.id };
      const nothing = { need: null, matchPlan: null, referral: null, resident: null, match: null, whyNot: null };
      expect(await foreign.read(asked, ids)).toEqual(nothing);
      expect(Object.values(await own.read(asked, ids))).not.toContain(null);
    });

    it('is in no list, whatever the filter', async () => {
      const referral = treasures.referrals[0];
      const beneficiary = treasures.residents[0].id;
      const lists = `query($branch: ID!, $need: ID!, $beneficiary: ID!) {
      needs(filter: { branchId: $branch }) { totalCount edges { node { id } } }
      ofBranch: branch(id: $branch) { needs { totalCount edges { node { id } } } }
      text: needs(filter: { text: "想要", branchId: $branch }) { totalCount edges { node { id } } }
      beneficiary: needs(filter: { beneficiaryId: $beneficiary }) { totalCount edges { node { id } } }
      matchPlans(branchId: $branch) { totalCount edges { node { id } } }
      referrals(filter: { branchId: $branch }) { totalCount edges { node { id } } }
      ofNeed: referrals(filter: { needId: $need }) { totalCount edges { node { id } } }
      residents(filter: { branchId: $branch }) { totalCount edges { node { id } } }
      kinships(branchId: $branch) { edges { node { id } } }
      ofResident: kinships(residentId: $beneficiary) { edges { node { id } } } }`;
      const found = await foreign.read(lists, { branch: branchId, need: referral.need.id, beneficiary });
      const { ofBranch, ...rest } = found;
      for (const [name, list] of [...Object.entries<Data>(rest), ['ofBranch', ofBranch.needs] as const]) {
        expect([name, list.edges]).toEqual([name, []]);
        expect([name, list.totalCount ?? 0]).toEqual([name, 0]);
      }
    });

    it('is at the end of no path', async () => {
      const doors = doorsTo(treasures);
      const secret = new Set(hidden);
      const typesOf = (ids: ReadonlySet<string>) =>
        new Set([...ids].filter(id => secret.has(id)).map(id => parseGlobalId(id)?.type));
      expect(typesOf(await idsWithinReach(schema, foreign, doors))).toEqual(new Set());
      expect(typesOf(await idsWithinReach(schema, own, doors))).toEqual(
        new Set(['Need', 'MatchPlan', 'Match', 'Referral', 'Resident', 'Kinship']),
      );
    });

    it('cannot be moved, and trying changes nothing', async () => {
      const aimed = attacks(treasures);
      expect(aimable().filter(name => !(name in aimed))).toEqual([]);
      const before = await everythingStored(database);
      for (const [mutation, inputs] of Object.entries(aimed)) for (const input of inputs) await expectRefused(input, mutation);
      expect(await everythingStored(database)).toEqual(before);
      const tried = Object.entries(aimed).filter(([, inputs]) => inputs.length);
      expect(tried.length).toBeGreaterThan(20);
    });
  },
);
