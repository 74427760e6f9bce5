import { randomUUID } from 'node:crypto';
import type { AccountActor, Actor } from '../../src/kernel/actor.js';
import { newId } from '../../src/kernel/ids.js';
import { createResidentsBulk } from '../../src/modules/residents/residents.service.js';
import { ACTORS, gid, scopeOf } from './ask.js';
import type { TestDatabase } from './database.js';
import { rawIdOf, setUpNeeds } from './needs.js';
import { NOW, WORLD } from './world.js';

const c = WORLD.community;
const person = { sex: 'FEMALE', residencyStatus: 'REGISTERED_AND_PRESENT', buildingId: WORLD.building1 } as const;

/** People whose consent is asked, and those who may speak for them. */
export const AUNT = '00000000-0000-7000-8000-000000000111';
export const CHILD = '00000000-0000-7000-8000-000000000112';
export const niece: AccountActor = { ...ACTORS.daughter, kinIds: [AUNT] };
export const WRONG = ['secretary2', 'clinic', 'barber', 'stranger', 'daughter', 'subdistrict'] as const;

type Run = (actor: Actor, name: string, input: object, selection?: string, options?: { now?: () => Date }) => Promise<any>;

/** An aunt with a telephone behind a door on the fifth floor, her niece's account, a child, and a barber who comes home. */
export async function setUpSharing(database: TestDatabase) {
  const { ask, submit, count } = await setUpNeeds(database);
  const { owner } = database;
  const made = await createResidentsBulk(scopeOf(database, ACTORS.admin), [
    { ...person, id: AUNT, name: '欧阳桂花', phone: '13800001111', room: '501', storey: 5, birthDate: '1940-02-14' },
    { ...person, id: CHILD, name: '李小龙', sex: 'MALE', storey: 2, birthDate: '2015-03-01' },
  ]);
  if (!made.ok) throw new Error(JSON.stringify(made.failure));
  await owner`insert into identity.account (id, login, display_name, password_hash, created_at) values
    (${WORLD.liaisonBarber}, 'liaison.t002', '美发店联络员', 'x', now()), (${WORLD.liaisonClinic}, 'liaison.t001', '卫生中心联络员', 'x', now())`;
  for (const [account, organization] of [
    [WORLD.liaisonBarber, WORLD.barber],
    [WORLD.liaisonClinic, WORLD.clinic],
  ] as const)
    await owner`insert into identity.role_assignment (id, account_id, community_id, role, organization_id, valid_from)
      values (${randomUUID()}, ${account}, ${c}, 'LIAISON', ${organization}, '2026-01-01')`;

  const link = async (residentId: string, relation: string, accountId: string = WORLD.daughter): Promise<void> => {
    await owner`insert into personal.kinship (community_id, id, branch_id, resident_id, account_id, relation, state, verified_at, created_at)
      values (${c}, ${randomUUID()}, ${WORLD.branch1}, ${residentId}, ${accountId}, ${relation}, 'VERIFIED', ${NOW}, ${NOW})`;
  };
  await link(AUNT, 'OTHER');

  const run: Run = async (actor, name, input, selection = '', options = {}) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await ask(
      actor,
      `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code path ... on InvalidInputError { rule }
        ... on InvalidStateError { from to } ... on DuplicateError { existingId } } } }`,
      { input },
      options,
    );
    if (errors) throw errors[0];
    return data?.[name];
  };
  const CONSENT = `consent { id state purpose dataClass relation method noticeVersion grantedAt withdrawnAt withdrawalRelation withdrawalMethod
    recordedBy need { id } organization { id } availableTransitions }`;
  const grant = (actor: Actor, input: object = {}, options?: { now?: () => Date }) =>
    run(
      actor,
      'consentGrant',
      { residentId: gid('Resident', AUNT), purpose: 'SHARE_WITH_ORGANIZATION', idempotencyKey: randomUUID(), ...input },
      CONSENT,
      options,
    );
  const withdraw = (actor: Actor, consentId: string, input: object = {}) =>
    run(actor, 'consentWithdraw', { consentId, idempotencyKey: randomUUID(), ...input }, CONSENT);
  /** Takes back whatever is valid. */
  const withdrawAll = () =>
    owner`update personal.consent set withdrawn_at = ${NOW}, withdrawal_relation = 'SELF', withdrawal_method = 'PAPER' where withdrawn_at is null`;

  /** A session of the barber: at home unless it has a building; on request without hours. */
  async function session({
    hours = 24 as number | null,
    building = null as string | null,
    modes = '{HOME}',
  } = {}): Promise<string> {
    const [offer, id] = [newId(), newId()];
    const at = (more: number): Date | null => (hours === null ? null : new Date(NOW.getTime() + (hours + more) * 3_600_000));
    await owner`insert into offer (community_id, id, organization_id, category_code, title, state, modes, valid_from, valid_until, created_at, published_at)
      values (${c}, ${offer}, ${WORLD.barber}, 'HAIRCUT', '上门理发', 'PUBLISHED', ${modes}, '2026-11-01', '2027-03-31', ${NOW}, ${NOW})`;
    await owner`insert into session (community_id, id, offer_id, starts_at, ends_at, capacity, building_id, place, created_at)
      values (${c}, ${id}, ${offer}, ${at(0)}, ${at(1)}, 50, ${building}, ${building === null ? '' : '服务中心'}, ${NOW})`;
    return id;
  }

  /** A need of somebody that the barber has promised to serve. */
  async function promised(
    sessionId: string,
    need: object = {},
  ): Promise<{ readonly needId: string; readonly referralId: string }> {
    const taken = await submit(ACTORS.officer, { residentId: gid('Resident', AUNT), accessNotes: '耳背,请大声敲门', ...need });
    const claim = { needId: taken.need.id, sessionId: gid('Session', sessionId), quantity: 1, idempotencyKey: randomUUID() };
    const { referral, userErrors } = await run(ACTORS.barber, 'needClaim', claim, 'referral { id }');
    if (!referral) throw new Error(JSON.stringify(userErrors));
    return { needId: taken.need.id, referralId: referral.id };
  }
  const RECIPIENT = 'recipientSight recipient { salutation phone home { building { address } room storey } careNotes }';
  /** Whom the barber serves, as somebody sees it. */
  const look = async (actor: Actor, referralId: string, options?: { now?: () => Date }) =>
    run(
      actor,
      'referralRecipientReveal',
      { referralId, purpose: 'DELIVER' },
      `order { startsAt place building { address } ${RECIPIENT} }`,
      options,
    );
  const day = (actor: Actor, input: object = {}, options?: { now?: () => Date }) =>
    run(
      actor,
      'serviceOrdersReveal',
      { organizationId: gid('Organization', WORLD.barber), date: '2026-12-02', purpose: 'DELIVER', ...input },
      `day { orders { startsAt endsAt place ${RECIPIENT} referral { id number } } endCursor }`,
      options,
    );
  const sightOf = async (actor: Actor, referralId: string): Promise<string | null | undefined> => {
    const { data } = await ask(actor, 'query($id: ID!) { referral(id: $id) { recipientSight } }', { id: referralId });
    return data?.referral?.recipientSight;
  };
  const shared = () =>
    owner`select account_id, purpose, resident_id, detail from personal.access_log where action = 'SHARED_WITH_ORGANIZATION' order by id`;
  return {
    ask,
    submit,
    count,
    run,
    link,
    grant,
    withdraw,
    withdrawAll,
    session,
    promised,
    look,
    day,
    sightOf,
    shared,
    rawIdOf,
  };
}
