import { speaksFor } from '../../kernel/actor.js';
import { atLocal, DAY, localDate } from '../../kernel/clock.js';
import type { Forbidden, NotFound } from '../../kernel/failures.js';
import type { Page, PageWindow } from '../../kernel/page.js';
import { directCalls } from '../../kernel/phone-relay.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { organizationById } from '../alliance/alliance.service.js';
import { openAccessNotes } from '../needs/needs.service.js';
import { findReferral } from '../referrals/referrals.service.js';
import { lockClearValues } from '../residents/residents.service.js';
import type { AccessEntry } from './access.domain.js';
import { logAccess } from './access.service.js';
import { isGuarded } from './consents.domain.js';
import { comesHome, type RecipientPurpose, type RecipientSight, salutation, sightOf } from './recipients.domain.js';
import { covering, lockOrders, lockSharing, type OrderRow, type OrdersWanted, sightFacts } from './recipients.repo.js';

export { BY_START } from './recipients.repo.js';

/** Whom an organization serves, no more than the service asks for (PIPL art. 6). */
export interface Recipient {
  readonly salutation: string;
  /** What to dial, E.164: the relay's number where there is one. */
  readonly phone: string | null;
  /** The door; null unless the service comes home. */
  readonly home: { readonly buildingId: string; readonly room: string | null; readonly storey: number | null } | null;
  /** Null unless they agreed to it separately, and something was written. */
  readonly careNotes: string | null;
}

/** A referral as those who deliver it need it (服务单). */
export interface ServiceOrder {
  readonly referral: OrderRow['referral'];
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly place: string;
  readonly buildingId: string | null;
  readonly recipientSight: RecipientSight;
  readonly recipient: Recipient | null;
}

/** Whether organizations may see whom they serve, or why not: read for a whole page under the purpose `sharing`, with one entry. */
const sightById = defineLoader<RecipientSight>('sightById', (scope, ids) =>
  scope.asSystem('sharing').reading(async sys => {
    const found = await sightFacts(sys, ids);
    await logAccess(sys, { action: 'RECIPIENT_SIGHTS', detail: { referrals: found.length } });
    return new Map(found.map(facts => [facts.id, sightOf(facts, sys.now())]));
  }),
);

/** Whether the organization of a referral may see whom it serves; for whoever sees the referral. */
export const recipientSight = (scope: Scope, referralId: string): Promise<RecipientSight | null> =>
  scope.load(sightById, referralId);

export interface RevealOrders {
  readonly organizationId: string;
  /** Calendar date; today when left out. */
  readonly date?: string | null;
  readonly purpose: RecipientPurpose;
}

/** What an organization has promised for a day, in the order of the hours, with whom to meet where the person agreed to it. */
export async function revealOrders(
  scope: Scope,
  { organizationId, date, purpose }: RevealOrders,
  window: PageWindow,
): Promise<Result<Page<ServiceOrder>, NotFound | Forbidden>> {
  if (!speaksFor(scope.actor, organizationId)) {
    const known = await scope.load(organizationById, organizationId);
    return fail(known ? { code: 'FORBIDDEN' } : { code: 'NOT_FOUND', path: ['organizationId'] });
  }
  const day = date ?? localDate(scope.now());
  const from = atLocal(day);
  return ok(await reveal(scope, { organizationId, from, until: new Date(from.getTime() + DAY) }, purpose, window));
}

export interface RevealRecipient {
  readonly referralId: string;
  readonly purpose: RecipientPurpose;
}
const ONE: PageWindow = { limit: 1, backward: false, from: null };

/** The same of one referral, whenever it is. Branch and family see the referral and have other ways to the person. */
export async function revealRecipient(
  scope: Scope,
  { referralId, purpose }: RevealRecipient,
): Promise<Result<ServiceOrder, NotFound | Forbidden>> {
  const referral = await findReferral(scope, referralId);
  if (!referral) return fail({ code: 'NOT_FOUND', path: ['referralId'] });
  if (!speaksFor(scope.actor, referral.organizationId)) return fail({ code: 'FORBIDDEN' });
  const [found] = (await reveal(scope, { referralId }, purpose, ONE)).edges;
  return found ? ok(found.node) : fail({ code: 'NOT_FOUND', path: ['referralId'] });
}

/**
 * Reads under the purpose `sharing` what the caller may know of whom it serves. Referrals, records and consents are held while
 * it does, and each person shown is written into the access log in the same transaction: no entry, no value; and once a
 * withdrawal, restriction or cancellation has been answered, no look that it should have stopped is under way any more.
 */
async function reveal(
  scope: Scope,
  wanted: OrdersWanted,
  purpose: RecipientPurpose,
  window: PageWindow,
): Promise<Page<ServiceOrder>> {
  const page = await scope.asSystem('sharing').transaction(async tx => {
    const rows = await lockOrders(tx, wanted, window);
    const residentIds = [...new Set(rows.edges.flatMap(({ node }) => node.beneficiaryId ?? []))];
    const held = { records: await lockClearValues(tx, residentIds), given: await lockSharing(tx, residentIds), purpose };
    const shown = rows.edges.map(({ cursor, node }) => ({ cursor, ...show(tx, node, held) }));
    await logAccess(tx, ...shown.flatMap(({ entry }) => entry ?? []));
    return ok({ ...rows, edges: shown.map(({ cursor, node }) => ({ cursor, node })) });
  });
  return withRelayedPhones(scope, page.value);
}

interface Held {
  readonly records: Awaited<ReturnType<typeof lockClearValues>>;
  readonly given: Awaited<ReturnType<typeof lockSharing>>;
  readonly purpose: RecipientPurpose;
}

/** One order as it may be shown at this moment, and what is written of the look; null when nobody is shown. */
function show(
  tx: Scope,
  row: OrderRow,
  { records, given, purpose }: Held,
): { readonly node: ServiceOrder; readonly entry: AccessEntry | null } {
  const { referral, startsAt, endsAt, place, buildingId, beneficiaryId } = row;
  const { needId, organizationId } = referral;
  const person = beneficiaryId === null ? null : (records.get(beneficiaryId) ?? null);
  const towards = { needId, organizationId, residentId: person?.id ?? '' };
  const consents = covering(given, 'SHARE_WITH_ORGANIZATION', towards);
  const sight = sightOf({ ...referral, person, consents }, tx.now());
  const order = { referral, startsAt, endsAt, place, buildingId, recipientSight: sight };
  const consent = consents.find(isValid);
  if (sight !== 'OPEN' || !person || !consent) return { node: { ...order, recipient: null }, entry: null };
  const shared = row.offerModes.filter(mode => row.needModes.includes(mode));
  const atHome = comesHome(shared, buildingId !== null);
  const { name, phone, room } = person.open(atHome ? ['NAME', 'PHONE', 'ROOM'] : ['NAME', 'PHONE']);
  const careConsent = covering(given, 'TASK_CARE_NOTES', towards).find(isValid);
  const { accessNotesSealed } = row;
  const careNotes = careConsent ? openAccessNotes(tx, { needId, accessNotesSealed }) : null;
  const isChild = isGuarded(person.birthDate, localDate(tx.now()));
  const recipient: Recipient = {
    salutation: salutation(name ?? '', { sex: person.sex, isChild }),
    phone,
    home: atHome ? { buildingId: person.buildingId, room, storey: person.storey } : null,
    careNotes,
  };
  const fields = Object.entries(recipient).flatMap(([field, value]) => (value === null ? [] : [field]));
  const care = careConsent && careNotes !== null ? { careConsentId: careConsent.id } : {};
  const detail = { purpose, referralId: referral.id, organizationId, consentId: consent.id, ...care, fields: fields.join() };
  return {
    node: { ...order, recipient },
    entry: { action: 'SHARED_WITH_ORGANIZATION', residentId: person.id, detail },
  };
}

const isValid = ({ withdrawnAt }: { readonly withdrawnAt: Date | null }): boolean => withdrawnAt === null;

async function withRelayedPhones(scope: Scope, page: Page<ServiceOrder>): Promise<Page<ServiceOrder>> {
  const relay = scope.parts.phoneRelay ?? directCalls;
  const edges = page.edges.map(async ({ cursor, node }) => {
    const { referral, recipient } = node;
    if (!recipient?.phone) return { cursor, node };
    const { id: referralId, organizationId } = referral;
    const phone = await relay.numberFor({ phone: recipient.phone, referralId, organizationId });
    return { cursor, node: { ...node, recipient: { ...recipient, phone } } };
  });
  return { ...page, edges: await Promise.all(edges) };
}
