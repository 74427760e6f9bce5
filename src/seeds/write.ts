import { atLocal, DAY, localDate } from '../kernel/clock.js';
import { newId } from '../kernel/ids.js';
import { ok } from '../kernel/result.js';
import { createMembershipsBulk, createOrganizationsBulk } from '../modules/alliance/bulk.service.js';
import { createAccounts, type NewRole } from '../modules/identity/identity.service.js';
import { createNeedsBulk } from '../modules/needs/needs.service.js';
import { createOffersBulk, createSessionsBulk } from '../modules/offers/offers.service.js';
import { createConsentsBulk } from '../modules/privacy/consents-bulk.service.js';
import { createServicesBulk } from '../modules/referrals/bulk.service.js';
import { createResidentsBulk } from '../modules/residents/residents.service.js';
import { insertCategories } from '../modules/taxonomy/taxonomy.service.js';
import { settleTerritory } from '../modules/territory/territory.service.js';
import type { EstatePlan, NeedPlan, RolePlan } from './plan/plan.js';
import { idIn, must, type Scopes } from './scopes.js';

/** The ids of what was written, by code, key or login. */
export interface Written {
  readonly areas: Ids;
  readonly branches: Ids;
  readonly buildings: Ids;
  readonly organizations: Ids;
  readonly accounts: Ids;
  readonly residents: Ids;
  readonly sessions: Ids;
  readonly needs: Ids;
}
type Ids = ReadonlyMap<string, string>;

export interface WriteOptions {
  readonly communityId: string;
  /** Of all accounts. */
  readonly password: string;
  readonly now: Date;
  /** When the estate came to be: before everything else in it. */
  readonly foundedAt: Date;
  /** Told of rows written since the last call. */
  readonly onRows: (count: number) => void;
}

const idsFor = <T>(rows: readonly T[], key: (row: T) => string): Ids => new Map(rows.map(row => [key(row), newId()]));
const SIGNED_DAYS_BEFORE = 7;

/** Writes the plan through the services, everything in the caller's transaction. */
export async function writeEstate(plan: EstatePlan, scopes: Scopes, options: WriteOptions): Promise<Written> {
  const places = await writeTerritory(plan, scopes, options);
  const partners = await writePartners(plan, scopes, options, places);
  const residents = await writeResidents(plan, scopes, options, places.buildings);
  const sessions = await writeOffers(plan, scopes, options, { ...places, ...partners });
  const ids = { ...places, ...partners, residents, sessions };
  const needs = await writeNeeds(plan, scopes, options, ids);
  const written = { ...ids, needs };
  await writeConsents(plan, scopes, options, written);
  await writeServices(plan, scopes, options, written);
  return written;
}

type Places = Pick<Written, 'areas' | 'branches' | 'buildings'>;
type Partners = Pick<Written, 'organizations' | 'accounts'>;

async function writeTerritory(
  plan: EstatePlan,
  scopes: Scopes,
  { communityId, foundedAt, onRows }: WriteOptions,
): Promise<Places> {
  const areas = idsFor(plan.areas, ({ code }) => code);
  const branches = idsFor(plan.branches, ({ code }) => code);
  const buildings = idsFor(plan.buildings, ({ key }) => key);
  await scopes.asSeed(foundedAt).transaction(async tx => {
    await settleTerritory(tx, {
      community: { ...plan.community, id: communityId },
      areas: plan.areas.map(area => ({ ...area, id: idIn(areas, area.code) })),
      branches: plan.branches.map(({ area, ...rest }) => ({ ...rest, id: idIn(branches, rest.code), areaId: idIn(areas, area) })),
      buildings: plan.buildings.map(({ key, branch, ...rest }) => ({
        ...rest,
        id: idIn(buildings, key),
        branchId: idIn(branches, branch),
      })),
    });
    await insertCategories(tx, plan.categories);
    return ok(null);
  });
  onRows(plan.buildings.length + plan.categories.length);
  return { areas, branches, buildings };
}

async function writePartners(
  plan: EstatePlan,
  scopes: Scopes,
  { foundedAt, password, onRows }: WriteOptions,
  { areas, branches }: Places,
): Promise<Partners> {
  const seed = scopes.asSeed(foundedAt);
  const registered = must(await seed.transaction(tx => createOrganizationsBulk(tx, plan.organizations)), 'organizations');
  const organizations: Ids = new Map(registered.map(({ code, id }) => [code, id]));
  const roleOf = (role: RolePlan): NewRole => ({
    role: role.role,
    branchId: 'branch' in role ? idIn(branches, role.branch) : null,
    areaId: 'area' in role ? idIn(areas, role.area) : null,
    organizationId: 'organization' in role ? idIn(organizations, role.organization) : null,
  });
  const opened = must(
    await createAccounts(seed, {
      accounts: plan.accounts.map(({ login, displayName, role }) => ({ login, displayName, roles: [roleOf(role)] })),
      password,
      isDemo: true,
    }),
    'accounts',
  );
  const accounts: Ids = new Map(opened.map(({ login, id }) => [login, id]));
  const memberships = plan.memberships.map(({ organization, branch, since, pact: { state, ...pact } }) => ({
    branchId: idIn(branches, branch),
    organizationId: idIn(organizations, organization),
    since,
    pact: {
      ...pact,
      signed:
        state === 'SIGNED'
          ? {
              at: new Date(atLocal(pact.startsOn, 600).getTime() - SIGNED_DAYS_BEFORE * DAY),
              branchBy: idIn(accounts, `secretary.${branch.toLowerCase()}`),
              organizationBy: idIn(accounts, `liaison.${organization.toLowerCase()}`),
            }
          : null,
    },
  }));
  must(await seed.transaction(tx => createMembershipsBulk(tx, memberships)), 'memberships');
  onRows(plan.organizations.length + plan.accounts.length + plan.memberships.length);
  return { organizations, accounts };
}

const PEOPLE_AT_ONCE = 2000;

async function writeResidents(
  plan: EstatePlan,
  scopes: Scopes,
  { now, foundedAt, onRows }: WriteOptions,
  buildings: Ids,
): Promise<Ids> {
  const residents = idsFor(plan.residents, ({ key }) => key);
  // Whoever was born since came on file later.
  const { first = [], later = [] } = Object.groupBy(plan.residents, ({ birthDate }) =>
    birthDate <= localDate(foundedAt) ? 'first' : 'later',
  );
  for (const [rows, at] of [
    [first, foundedAt],
    [later, now],
  ] as const) {
    for (let from = 0; from < rows.length; from += PEOPLE_AT_ONCE) {
      const people = rows
        .slice(from, from + PEOPLE_AT_ONCE)
        .map(({ key, branch: _, building, consentsToHealthMatching: __, ...person }) => ({
          ...person,
          id: idIn(residents, key),
          buildingId: idIn(buildings, building),
          isTest: true,
        }));
      must(await createResidentsBulk(scopes.asSeed(at), people), 'residents');
      onRows(people.length);
    }
  }
  return residents;
}

async function writeOffers(
  plan: EstatePlan,
  scopes: Scopes,
  { foundedAt, onRows }: WriteOptions,
  { branches, buildings, organizations }: Places & Partners,
): Promise<Ids> {
  const seed = scopes.asSeed(foundedAt);
  const rows = plan.offers.map(({ key: _, organization, category, filing, pauseReason, sessions: __, ...offer }) => ({
    ...offer,
    organizationId: idIn(organizations, organization),
    categoryCode: category,
    volunteer: offer.costFen === 0,
    filingNumber: filing?.number ?? null,
    filingValidUntil: filing?.validUntil ?? null,
    ...(pauseReason && { pauseReason }),
  }));
  const offers = must(await seed.transaction(tx => createOffersBulk(tx, rows)), 'offers');
  onRows(offers.length);
  const dated = plan.offers.flatMap(({ sessions }, at) =>
    sessions.map(({ key, time, capacity, building, place, minimumAttendance, branchQuotas, resourceKeys }) => ({
      key,
      fields: {
        offerId: offers[at]?.id ?? '',
        startsAt: time?.startsAt ?? null,
        endsAt: time?.endsAt ?? null,
        capacity,
        buildingId: building === null ? null : idIn(buildings, building),
        place,
        minimumAttendance,
        branchQuotas: branchQuotas.map(({ branch, places }) => ({ branchId: idIn(branches, branch), places })),
        resourceKeys,
      },
    })),
  );
  const made = must(
    await seed.transaction(tx =>
      createSessionsBulk(
        tx,
        dated.map(({ fields }) => fields),
      ),
    ),
    'sessions',
  );
  onRows(made.length);
  return new Map(dated.map(({ key }, at) => [key, made[at]?.id ?? '']));
}

async function writeNeeds(
  plan: EstatePlan,
  scopes: Scopes,
  { now, onRows }: WriteOptions,
  ids: Omit<Written, 'needs'>,
): Promise<Ids> {
  const needs = idsFor(plan.needs, ({ key }) => key);
  const rows = plan.needs.map(need => ({
    ...whomOf(need, ids),
    id: idIn(needs, need.key),
    categoryCode: need.category,
    requesterKind: need.requester,
    requesterOrganizationId: need.requesterOrganization && idIn(ids.organizations, need.requesterOrganization),
    requesterAccountId: need.requesterLogin && idIn(ids.accounts, need.requesterLogin),
    channel: need.channel,
    urgency: need.urgency,
    quantity: need.quantity,
    minimumQuantity: need.minimumQuantity,
    modes: need.modes,
    windows: need.windows,
    deadline: need.deadline,
    acceptsCostFen: need.acceptsCostFen,
    floor: need.floor,
    noLift: need.noLift,
    wheelchair: need.wheelchair,
    languages: need.languages,
    description: need.description,
    accessNotes: need.accessNotes,
    state: need.state,
    submittedAt: need.submittedAt,
    openedAt: need.openedAt,
    closedAt: need.closedAt,
    closeReason: need.closeReason,
    transferredTo: need.transferredTo,
    mergedIntoId: need.mergedInto && idIn(needs, need.mergedInto),
    togetherWithId: need.togetherWith && idIn(needs, need.togetherWith),
  }));
  must(await createNeedsBulk(scopes.asSeed(now), rows), 'needs');
  onRows(rows.length);
  return needs;
}

function whomOf(
  { beneficiary, branch, building }: NeedPlan,
  { branches, buildings, organizations, residents }: Omit<Written, 'needs'>,
) {
  switch (beneficiary.kind) {
    case 'RESIDENT':
      return { residentId: idIn(residents, beneficiary.resident) };
    case 'GROUP':
      return { group: beneficiary.group, branchId: idIn(branches, branch) };
    case 'ORGANIZATION':
      return { organizationId: idIn(organizations, beneficiary.organization), branchId: idIn(branches, branch) };
    case 'PLACE':
      return { buildingId: idIn(buildings, building ?? '') };
  }
}

const TAKEN_BACK_DAYS_AFTER = 30;

/**
 * Those who agreed to health matching did so when they came on file; those of them who wait also let whoever serves them call.
 * The mother whom an account is kin of took hers back.
 */
async function writeConsents(
  { residents, needs, kinships }: EstatePlan,
  scopes: Scopes,
  { now, foundedAt }: WriteOptions,
  written: Written,
): Promise<void> {
  const agreeing = new Set(residents.filter(one => one.consentsToHealthMatching).map(({ key }) => key));
  const health = [...agreeing].map(key => ({
    residentId: idIn(written.residents, key),
    purpose: 'HEALTH_MATCHING' as const,
    grantedAt: foundedAt,
  }));
  const sharing = needs.flatMap(({ key, state, beneficiary, submittedAt }) =>
    (state === 'OPEN' || state === 'SUBMITTED') && beneficiary.kind === 'RESIDENT' && agreeing.has(beneficiary.resident)
      ? [
          {
            residentId: idIn(written.residents, beneficiary.resident),
            needId: idIn(written.needs, key),
            purpose: 'SHARE_WITH_ORGANIZATION' as const,
            method: 'COUNTER' as const,
            grantedAt: submittedAt,
          },
        ]
      : [],
  );
  const takenBack = kinships
    .filter(({ resident }) => !agreeing.has(resident))
    .map(({ resident }) => ({
      residentId: idIn(written.residents, resident),
      purpose: 'HEALTH_MATCHING' as const,
      grantedAt: foundedAt,
      withdrawnAt: new Date(foundedAt.getTime() + TAKEN_BACK_DAYS_AFTER * DAY),
    }));
  must(await createConsentsBulk(scopes.asSeed(now), [...health, ...takenBack, ...sharing]), 'consents');
}

async function writeServices(plan: EstatePlan, scopes: Scopes, { now, onRows }: WriteOptions, written: Written): Promise<void> {
  const branchOf = new Map(plan.needs.map(({ key, branch }) => [key, branch]));
  const rows = plan.services.map(({ need, session, organization, startedAt, endedAt, receivedBy, confirmedAt, ...service }) => ({
    ...service,
    needId: idIn(written.needs, need),
    sessionId: idIn(written.sessions, session),
    organizationId: idIn(written.organizations, organization),
    branchId: idIn(written.branches, branchOf.get(need) ?? ''),
    by: idIn(written.accounts, `liaison.${organization.toLowerCase()}`),
    record: { startedAt, endedAt, quantity: service.quantity, receivedBy, evidence: [], place: '' },
    confirmed: confirmedAt && {
      by: idIn(written.accounts, `secretary.${branchOf.get(need)?.toLowerCase()}`),
      at: confirmedAt,
    },
  }));
  must(await scopes.asSeed(now).transaction(tx => createServicesBulk(tx, rows)), 'services');
  onRows(rows.length);
}
