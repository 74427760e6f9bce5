import { DAY, HOUR } from '../kernel/clock.js';
import { newId } from '../kernel/ids.js';
import type { Referral } from '../modules/referrals/referrals.domain.js';
import { changeReferral, claimNeed, completeReferral, requestReferral } from '../modules/referrals/referrals.service.js';
import { claimKinship, listKinships, revokeKinship, verifyKinship } from '../modules/residents/kinships.service.js';
import type { EstatePlan, KinshipPlan, StoryPlan } from './plan/plan.js';
import { idIn, must, type Scopes } from './scopes.js';
import type { Written } from './write.js';

const WHOLE_LIST = { limit: 100, backward: false, from: null } as const;
const REVOKED_DAYS_AFTER = 60;

/** Family members claim to be kin as the product asks them to, and staff verify it. */
export async function linkKin({ residents, kinships }: EstatePlan, scopes: Scopes, written: Written): Promise<void> {
  for (const kinship of kinships) {
    const resident = residents.find(({ key }) => key === kinship.resident);
    if (!resident) throw new Error('the plan has kin of nobody');
    await linkOne(kinship, resident, scopes, written);
  }
}

async function linkOne(
  { login, relation, state, verifiedBy, verifiedAt }: KinshipPlan,
  { key, name, building }: EstatePlan['residents'][number],
  scopes: Scopes,
  { accounts, residents }: Written,
): Promise<void> {
  const family = await scopes.asAccount(idIn(accounts, login), new Date(verifiedAt.getTime() - DAY));
  const claim = { address: building, residentName: name, relation, idempotencyKey: newId() };
  must(await claimKinship(family, claim), 'kinship claims');
  const staff = await scopes.asAccount(idIn(accounts, verifiedBy), verifiedAt);
  const { edges } = await listKinships(staff, { residentId: idIn(residents, key) }, WHOLE_LIST);
  const kinshipId = edges[0]?.node.id ?? '';
  must(await verifyKinship(staff, { kinshipId, idempotencyKey: newId() }), 'kinship links');
  if (state !== 'REVOKED') return;
  const later = new Date(verifiedAt.getTime() + REVOKED_DAYS_AFTER * DAY);
  const ending = await scopes.asAccount(idIn(accounts, verifiedBy), later);
  must(await revokeKinship(ending, { kinshipId, idempotencyKey: newId() }), 'kinship ends');
}

/** Takes up open needs as secretaries and liaisons do, each step by the account whose step it is, at its own time. */
export async function liveStories(
  { stories }: EstatePlan,
  scopes: Scopes,
  written: Written,
  onRows: (count: number) => void,
): Promise<void> {
  for (const story of stories) {
    await liveStory(story, scopes, written);
    onRows(1);
  }
}

async function liveStory(story: StoryPlan, scopes: Scopes, { accounts, needs, sessions }: Written): Promise<void> {
  const { origin, branch, organization, quantity, beganAt, steps } = story;
  const liaison = idIn(accounts, `liaison.${organization.toLowerCase()}`);
  const secretary = idIn(accounts, `secretary.${branch.toLowerCase()}`);
  const pair = {
    needId: idIn(needs, story.need),
    sessionId: idIn(sessions, story.session),
    quantity,
    idempotencyKey: newId(),
  };
  let referral: Referral = must(
    origin === 'CLAIM'
      ? await claimNeed(await scopes.asAccount(liaison, beganAt), pair)
      : await requestReferral(await scopes.asAccount(secretary, beganAt), {
          ...pair,
          draft: origin === 'DRAFT',
          overrideReason: 'AGREED_BEFORE',
        }),
    'referrals',
  );
  for (const { to, at, reason } of steps) {
    const scope = await scopes.asAccount(liaison, at);
    const command = { referralId: referral.id, expectedVersion: referral.version, reason };
    referral = must(
      to === 'COMPLETED'
        ? await completeReferral(scope, { ...command, record: recordOf(at, quantity) })
        : await changeReferral(scope, to as Exclude<typeof to, 'DRAFT' | 'COMPLETED'>, command),
      'steps of referrals',
    );
  }
}

const recordOf = (at: Date, quantity: number) => ({
  startedAt: new Date(at.getTime() - HOUR),
  endedAt: new Date(at.getTime() - HOUR / 4),
  quantity,
  receivedBy: 'BENEFICIARY' as const,
  evidence: [{ kind: 'PHONE_CALL' as const, reference: '回访电话' }],
  place: '',
});
