import { newId } from '../../src/kernel/ids.js';
import { EMPTY_OFFER, type Offer } from '../../src/modules/offers/offers.domain.js';
import { insertOffers } from '../../src/modules/offers/offers.repo.js';
import { NO_TERMS, type Session } from '../../src/modules/offers/sessions.domain.js';
import { insertSessions } from '../../src/modules/offers/sessions.repo.js';
import { ACTORS, scopeOf } from './ask.js';
import type { TestDatabase } from './database.js';
import { NOW, WORLD } from './world.js';

/** An offer as it might have been stored long ago: haircuts by the barber, published, valid for months. */
export async function insertOffer(database: TestDatabase, fields: Partial<Offer> = {}): Promise<Offer> {
  const offer: Offer = {
    ...EMPTY_OFFER,
    id: newId(),
    organizationId: WORLD.barber,
    categoryCode: 'HAIRCUT',
    title: '便民理发',
    modes: ['ON_SITE'],
    validFrom: '2026-11-01',
    validUntil: '2027-03-31',
    state: 'PUBLISHED',
    lastAssuredOn: null,
    pauseReason: null,
    version: 1,
    createdAt: NOW,
    publishedAt: NOW,
    ...fields,
  };
  await insertOffers(scopeOf(database, ACTORS.admin), [offer]);
  return offer;
}

/** A session of ten places, on request unless times are given. */
export async function insertSession(
  database: TestDatabase,
  fields: Partial<Session> & Pick<Session, 'offerId'>,
): Promise<Session> {
  const session: Session = {
    id: newId(),
    state: 'SCHEDULED',
    startsAt: null,
    endsAt: null,
    capacity: 10,
    reserved: 0,
    buildingId: null,
    place: '',
    ...NO_TERMS,
    cancelReason: null,
    version: 1,
    createdAt: NOW,
    ...fields,
  };
  await insertSessions(scopeOf(database, ACTORS.admin), [session]);
  return session;
}
