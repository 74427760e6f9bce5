import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { DAY } from '../../src/kernel/clock.js';
import type { PhoneRelay } from '../../src/kernel/phone-relay.js';
import { revealRecipient } from '../../src/modules/privacy/recipients.service.js';
import { Scope } from '../../src/scope/scope.js';
import { ACTORS, createAsk, gid, scopeOf } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { AUNT, niece, setUpSharing } from '../support/sharing.js';
import { NOW, WORLD } from '../support/world.js';

const database = await createTestDatabase({ max: 8 });
const { owner } = database;
const { run, grant, withdraw, withdrawAll, session, promised, look, day, sightOf, shared, submit, rawIdOf } =
  await setUpSharing(database);
const ask = createAsk(createSchema(), database);
const CLEAR = /欧阳|13800001111|501|耳背/;
const later = (days: number) => ({ now: () => new Date(NOW.getTime() + days * DAY) });
let taken = 24;
/** Each promise in an hour of its own: nobody is in two places at once. */
const freeHour = (): number => {
  taken += 2;
  return taken;
};
const promise = async (need: object = {}) => promised(await session({ hours: freeHour() }), need);

afterEach(async () => {
  await withdrawAll();
  await owner`delete from personal.consent`;
  await owner`delete from personal.access_log`;
  await owner`update personal.resident set restricted = false`;
});

describe('whom an organization serves', () => {
  it('is shown with consent only, no more than the service asks for, and written down', async () => {
    const { needId, referralId } = await promise();
    expect(await look(ACTORS.barber, referralId)).toMatchObject({
      order: { recipientSight: 'CONSENT_MISSING', recipient: null },
      userErrors: [],
    });
    expect(await shared()).toEqual([]);
    const { consent } = await grant(niece, { needId });
    expect((await look(ACTORS.barber, referralId)).order).toMatchObject({
      recipientSight: 'OPEN',
      building: null,
      recipient: {
        salutation: '欧阳女士',
        phone: '+8613800001111',
        home: { building: { address: '9幢1单元' }, room: '501', storey: 5 },
        careNotes: null,
      },
    });
    const care = (await grant(niece, { needId, purpose: 'TASK_CARE_NOTES' })).consent;
    expect((await look(ACTORS.barber, referralId)).order.recipient.careNotes).toBe('耳背,请大声敲门');
    const common = { purpose: 'DELIVER', referralId: rawIdOf(referralId), organizationId: WORLD.barber };
    const entry = { account_id: WORLD.liaisonBarber, purpose: 'sharing', resident_id: AUNT };
    expect(await shared()).toEqual([
      { ...entry, detail: { ...common, consentId: rawIdOf(consent.id), fields: 'salutation,phone,home' } },
      {
        ...entry,
        detail: {
          ...common,
          consentId: rawIdOf(consent.id),
          careConsentId: rawIdOf(care.id),
          fields: 'salutation,phone,home,careNotes',
        },
      },
    ]);
  });

  it('is no door where people come to a place', async () => {
    const onSite = await session({ hours: freeHour(), building: WORLD.building2, modes: '{ON_SITE,HOME}' });
    const { referralId } = await promised(onSite);
    await grant(niece);
    expect((await look(ACTORS.barber, referralId)).order).toMatchObject({
      place: '服务中心',
      building: { address: '9幢2单元' },
      recipient: { salutation: '欧阳女士', phone: '+8613800001111', home: null },
    });
  });

  it('may be served without consent: staff bring the two together', async () => {
    const { referralId } = await promise();
    expect(await sightOf(ACTORS.barber, referralId)).toBe('CONSENT_MISSING');
    const input = { referralId, expectedVersion: 1, idempotencyKey: randomUUID() };
    expect((await run(ACTORS.barber, 'referralStart', input, 'referral { state }')).referral).toEqual({ state: 'IN_PROGRESS' });
  });

  it('is nobody where the need is of no person on file', async () => {
    const { referralId } = await promise({ residentId: null, address: '9-1', accessNotes: null });
    expect((await look(ACTORS.barber, referralId)).order).toMatchObject({ recipientSight: 'NO_PERSON', recipient: null });
  });

  it('is told to its own liaisons and to nobody else', async () => {
    const { referralId } = await promise();
    await grant(niece);
    const nothing = { code: 'NOT_FOUND', path: ['referralId'] };
    for (const name of ['secretary2', 'clinic', 'stranger', 'daughter', 'subdistrict'] as const)
      expect(await look(ACTORS[name], referralId), name).toEqual({ order: null, userErrors: [nothing] });
    for (const actor of [ACTORS.secretary1, ACTORS.officer, ACTORS.admin, niece])
      expect(await look(actor, referralId)).toEqual({ order: null, userErrors: [{ code: 'FORBIDDEN', path: null }] });
    await expect(look(ACTORS.anonymous, referralId)).rejects.toThrow(/Sign in/);
    for (const actor of [ACTORS.clinic, ACTORS.secretary1, ACTORS.secretary2, ACTORS.stranger, niece, ACTORS.subdistrict])
      expect(await day(actor)).toEqual({ day: null, userErrors: [{ code: 'FORBIDDEN', path: null }] });
    expect(await look(ACTORS.barber, gid('Referral', randomUUID()))).toEqual({ order: null, userErrors: [nothing] });
    expect(await shared()).toEqual([]);
    for (const actor of [ACTORS.secretary1, ACTORS.barber, niece]) expect(await sightOf(actor, referralId)).toBe('OPEN');
    for (const actor of [ACTORS.secretary2, ACTORS.clinic, ACTORS.daughter, ACTORS.anonymous])
      expect(await sightOf(actor, referralId)).toBeUndefined();
  });

  it('is reached by a relayed number where there is a relay', async () => {
    const { referralId } = await promise();
    await grant(niece);
    const asked: unknown[] = [];
    const phoneRelay: PhoneRelay = {
      numberFor: async call => {
        asked.push(call);
        return '+862800000001';
      },
    };
    const scope = new Scope({ ...scopeOf(database, ACTORS.barber).parts, phoneRelay });
    const shown = await revealRecipient(scope, { referralId: rawIdOf(referralId), purpose: 'ARRANGE' });
    expect(shown.ok && shown.value.recipient?.phone).toBe('+862800000001');
    expect(asked).toEqual([{ phone: '+8613800001111', referralId: rawIdOf(referralId), organizationId: WORLD.barber }]);
  });

  it('is not shown where the look cannot be written down', async () => {
    const { referralId } = await promise();
    await grant(niece);
    await owner`alter table personal.access_log add constraint full_disk check (action <> 'SHARED_WITH_ORGANIZATION')`;
    const answer = await ask(
      ACTORS.barber,
      `mutation($input: ReferralRecipientRevealInput!) { referralRecipientReveal(input: $input) { order { recipient { phone } } } }`,
      { input: { referralId, purpose: 'DELIVER' } },
    );
    await owner`alter table personal.access_log drop constraint full_disk`;
    expect(answer.errors).toHaveLength(1);
    expect(JSON.stringify(answer.data)).not.toMatch(CLEAR);
  });
});

describe('it is over', () => {
  const isClosed = async (referralId: string, sight: string, actor: Actor = ACTORS.barber) => {
    const shown = await look(actor, referralId);
    expect(shown.order).toMatchObject({ recipientSight: sight, recipient: null });
    expect(await sightOf(actor, referralId)).toBe(sight);
    const orders = (await day(actor)).day.orders.filter((order: any) => order.referral.id === referralId);
    for (const { recipient } of orders) expect(recipient).toBeNull();
  };

  it('when consent is withdrawn, at once, and open again with a new one', async () => {
    const { referralId } = await promise();
    const { consent } = await grant(niece);
    expect((await look(ACTORS.barber, referralId)).order.recipientSight).toBe('OPEN');
    expect((await withdraw(niece, consent.id)).userErrors).toEqual([]);
    await isClosed(referralId, 'CONSENT_WITHDRAWN');
    await grant(niece);
    expect((await look(ACTORS.barber, referralId)).order.recipientSight).toBe('OPEN');
  });

  it('not while another consent covers the same, and not opened by one for another need or organization', async () => {
    const [one, other] = [await promise(), await promise()];
    const narrow = (await grant(niece, { needId: one.needId })).consent;
    const broad = (await grant(niece)).consent;
    await withdraw(niece, narrow.id);
    expect((await look(ACTORS.barber, one.referralId)).order.recipientSight).toBe('OPEN');
    await withdraw(niece, broad.id);
    await grant(niece, { organizationId: gid('Organization', WORLD.clinic) });
    await grant(niece, { needId: other.needId });
    await isClosed(one.referralId, 'CONSENT_WITHDRAWN');
    expect((await look(ACTORS.barber, other.referralId)).order.recipientSight).toBe('OPEN');
  });

  it('when the person asks to restrict what is done with their data', async () => {
    const { referralId } = await promise();
    await grant(niece);
    const input = { residentId: gid('Resident', AUNT), restricted: true, reason: 'DATA_DISPUTED', idempotencyKey: randomUUID() };
    expect((await run(niece, 'processingRestrictionSet', input)).userErrors).toEqual([]);
    await isClosed(referralId, 'RESTRICTED');
  });

  it('seven days after the delivery, and at once when it is called off', async () => {
    const [done, called] = [await promise(), await promise()];
    await grant(niece);
    const record = {
      startedAt: new Date(NOW.getTime() - 3_600_000).toISOString(),
      endedAt: NOW.toISOString(),
      quantity: 1,
      receivedBy: 'BENEFICIARY',
      evidence: [{ kind: 'PHONE_CALL', reference: '回访' }],
    };
    const step = { expectedVersion: 1, idempotencyKey: randomUUID() };
    const completed = await run(ACTORS.barber, 'referralComplete', { ...step, referralId: done.referralId, record });
    expect(completed.userErrors).toEqual([]);
    const cancel = { ...step, referralId: called.referralId, reason: 'WEATHER' };
    expect((await run(niece, 'referralCancel', cancel)).userErrors).toEqual([]);
    await isClosed(called.referralId, 'OVER');
    expect((await look(ACTORS.barber, done.referralId, later(6.9))).order.recipientSight).toBe('OPEN');
    expect((await look(ACTORS.barber, done.referralId, later(7))).order).toMatchObject({
      recipientSight: 'OVER',
      recipient: null,
    });
  });

  it('before it began: whoever was only asked sees nobody', async () => {
    const { need } = await submit(ACTORS.officer, { residentId: gid('Resident', AUNT) });
    await grant(niece);
    const input = {
      needId: need.id,
      sessionId: gid('Session', await session({ hours: freeHour() })),
      quantity: 1,
      overrideReason: 'AGREED_BEFORE',
      idempotencyKey: randomUUID(),
    };
    const { referral } = await run(ACTORS.secretary1, 'referralRequest', input, 'referral { id }');
    await isClosed(referral.id, 'NOT_YET_ACCEPTED');
  });

  it('for a former liaison, whatever the token still says', async () => {
    const { referralId } = await promise();
    await grant(niece);
    await owner`update identity.role_assignment set valid_until = ${NOW} where account_id = ${WORLD.liaisonBarber}`;
    expect((await look(ACTORS.barber, referralId)).userErrors).toEqual([{ code: 'NOT_FOUND', path: ['referralId'] }]);
    expect((await day(ACTORS.barber)).day.orders).toEqual([]);
    await owner`update identity.role_assignment set valid_until = null`;
    await owner`update identity.account set active = false where id = ${WORLD.liaisonBarber}`;
    expect((await look(ACTORS.barber, referralId)).order).toBeNull();
    await owner`update identity.account set active = true`;
    expect((await look(ACTORS.barber, referralId)).order.recipientSight).toBe('OPEN');
  });
});

describe('a withdrawal', () => {
  const waiting = async (): Promise<number> =>
    (
      await owner`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    )[0]?.n;
  const until = async (count: number): Promise<void> => {
    for (let tries = 0; (await waiting()) < count; tries++) if (tries > 1000) throw new Error('nobody waits');
  };

  it('waits for a look that is under way, and the look is written down before it', async () => {
    const { referralId } = await promise();
    const { consent } = await grant(niece);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
    const holding = owner.begin(async tx => {
      await tx`lock table personal.access_log in share row exclusive mode`;
      isLocked();
      await released;
    });
    await locked;
    const looking = look(ACTORS.barber, referralId);
    const withdrawing = until(1).then(async () => ({ ...(await withdraw(niece, consent.id)), looks: await shared() }));
    await until(2).finally(release);
    const [shown, withdrawn] = await Promise.all([looking, withdrawing, holding]);
    expect(shown.order.recipientSight).toBe('OPEN');
    expect(withdrawn.userErrors).toEqual([]);
    expect(withdrawn.looks).toHaveLength(1);
  });

  it('raced by many looks leaves none that begins after it, and each that showed somebody in the log', async () => {
    const { referralId } = await promise();
    for (let round = 0; round < 8; round++) {
      const before = (await shared()).length;
      const { consent } = await grant(niece);
      let answered = false;
      const looks: { readonly late: boolean; readonly sight: string }[] = [];
      const reader = async (): Promise<void> => {
        for (let i = 0; i < 6; i++) {
          const late = answered;
          const { order } = await look(ACTORS.barber, referralId);
          expect(order.recipient === null).toBe(order.recipientSight !== 'OPEN');
          looks.push({ late, sight: order.recipientSight });
        }
      };
      const withdrawing = async (): Promise<void> => {
        await look(ACTORS.barber, referralId).then(({ order }) => looks.push({ late: false, sight: order.recipientSight }));
        await withdraw(niece, consent.id);
        answered = true;
      };
      await Promise.all([reader(), reader(), reader(), withdrawing()]);
      expect(looks.filter(({ late, sight }) => late && sight !== 'CONSENT_WITHDRAWN')).toEqual([]);
      expect((await shared()).length - before).toBe(looks.filter(({ sight }) => sight === 'OPEN').length);
    }
  });
});

describe('the orders of a day', () => {
  it('come in the order of the hours, those on request last, page by page, with few statements however many', async () => {
    await owner`update session set starts_at = '2027-01-09T01:00:00Z', ends_at = '2027-01-09T02:00:00Z' where starts_at is not null`;
    await grant(niece);
    const onRequest = await promised(await session({ hours: null }));
    const ids: string[] = [];
    for (let i = 3; i > 0; i--) ids.unshift((await promised(await session({ hours: 24 + i * 2 }))).referralId);
    const counted = async (input: object) => {
      await day(ACTORS.barber, input);
      database.statements();
      const { day: shown } = await day(ACTORS.barber, input);
      return { shown, statements: database.statements().length };
    };
    const one = await counted({ first: 1 });
    const all = await counted({});
    expect(all.statements).toBe(one.statements);
    // Each of them is vouched for by an event of its own, about the person.
    const vouched = await owner`select count(distinct e.id)::int as events, count(*)::int as looks from personal.access_log l
      join event e on e.kind = 'PERSONAL_DATA_READ' and e.data->'accessIds' = jsonb_build_array(l.id) and e.subject_id = l.resident_id
      where l.action = 'SHARED_WITH_ORGANIZATION'`;
    const looks = (await shared()).length;
    expect(looks).toBeGreaterThan(2 * (ids.length + 1));
    expect([...vouched]).toEqual([{ events: looks, looks }]);
    expect(all.shown.orders.map(({ referral }: any) => referral.id).slice(0, 3)).toEqual(ids);
    expect(all.shown.orders.find(({ referral }: any) => referral.id === onRequest.referralId)).toMatchObject({ startsAt: null });
    expect(all.shown.orders.at(-1).startsAt).toBeNull();
    expect(all.shown.endCursor).toBeNull();
    const next = (await day(ACTORS.barber, { first: 1, after: one.shown.endCursor })).day;
    expect([...one.shown.orders, ...next.orders].map(({ referral }: any) => referral.id)).toEqual(ids.slice(0, 2));
    const other = (await day(ACTORS.barber, { date: '2026-12-20' })).day.orders;
    expect(other.every(({ startsAt }: any) => startsAt === null)).toBe(true);
  });
});
