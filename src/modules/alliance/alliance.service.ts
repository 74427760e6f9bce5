import { allOf, checkText } from '../../kernel/check.js';
import { localDate } from '../../kernel/clock.js';
import type {
  Duplicate,
  Forbidden,
  IdempotencyKeyReused,
  InvalidInput,
  InvalidState,
  NotFound,
  StaleVersion,
} from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { normalize } from '../../kernel/text.js';
import type { Scope } from '../../scope/scope.js';
import { branchById } from '../territory/territory.service.js';
import {
  type Membership,
  type MembershipState,
  moveMembership,
  type Organization,
  type OrganizationKind,
} from './alliance.domain.js';
import { canEditOrganization, canRegister, canSeeMembership, sidesOf } from './alliance.policy.js';
import {
  insertMemberships,
  lockMembership,
  lockOrganization,
  lockPair,
  membershipById,
  membershipsOf,
  organizationById,
  organizationWith,
  saveMembership,
  saveOrganization,
} from './alliance.repo.js';
import { normalizeUscc, usccProblem } from './uscc.js';

export { pactState } from './alliance.domain.js';
export { canSeeLiaisons, canSeePacts, sidesOf } from './alliance.policy.js';
export {
  BY_CODE,
  countOrganizations,
  liaisonsByOrganization,
  MEMBERSHIPS,
  membershipById,
  membershipsOf,
  organizationById,
  pactsByMembership,
  pageOfMemberships,
  pageOfOrganizations,
  signerById,
} from './alliance.repo.js';
export { draftPact, findPact, signPactFor, terminatePact } from './pacts.service.js';

export interface OrganizationFields {
  readonly name?: string | null;
  readonly kind?: OrganizationKind | null;
  readonly uscc?: string | null;
  readonly wishes?: string | null;
}

const checkOrganization = ({ name, uscc, wishes }: OrganizationFields, creating: boolean): Result<null, InvalidInput> => {
  const rule = uscc ? usccProblem(normalizeUscc(uscc)) : null;
  return allOf(
    creating || name !== undefined ? checkText(['name'], name, { max: 100, required: true }) : null,
    rule && { path: ['uscc'], rule },
    checkText(['wishes'], wishes, { max: 500 }),
  );
};

export interface CreateOrganization extends OrganizationFields {
  readonly name: string;
  readonly kind: OrganizationKind;
  readonly code: string;
  readonly idempotencyKey: string;
}

type Registered = Result<Organization, NotFound | Forbidden | InvalidInput | Duplicate | IdempotencyKeyReused>;

/** Registers an organisation, which joins no alliance by that. Codes and credit codes are unique over all communities. */
export const createOrganization = (scope: Scope, command: CreateOrganization): Promise<Registered> =>
  scope.transaction(async (tx): Promise<Registered> => {
    if (!canRegister(tx.actor)) return fail({ code: 'FORBIDDEN' });
    const checked = checkOrganization(command, true);
    if (!checked.ok) return checked;
    const code = normalize(command.code).toUpperCase();
    if (!/^[A-Z0-9-]{2,20}$/.test(code))
      return fail({ code: 'INVALID_INPUT', problems: [{ path: ['code'], rule: 'BAD_FORMAT' }] });
    return tx.once(
      { operation: 'organizationCreate', key: command.idempotencyKey, input: command },
      async (): Promise<Result<Organization, Duplicate>> => {
        const organization: Organization = {
          id: newId(),
          code,
          name: normalize(command.name),
          kind: command.kind,
          uscc: command.uscc ? normalizeUscc(command.uscc) : null,
          wishes: command.wishes?.trim() || null,
          version: 1,
          createdAt: tx.now(),
        };
        const taken = await clash(tx, organization);
        if (taken) return fail(taken);
        await saveOrganization(tx, organization);
        await tx.append({ kind: 'ORGANIZATION_REGISTERED', subject: { type: 'Organization', id: organization.id } });
        return ok(organization);
      },
      id => tx.load(organizationById, id),
    );
  });

async function clash(tx: Scope, { id, code, uscc }: Organization): Promise<Duplicate | null> {
  const found = [
    ['code', await organizationWith(tx, { code })],
    ['uscc', uscc === null ? null : await organizationWith(tx, { uscc })],
  ] as const;
  for (const [field, existingId] of found) {
    if (existingId !== null && existingId !== id)
      return { code: 'DUPLICATE', path: [field], existingType: 'Organization', existingGlobal: true, existingId };
  }
  return null;
}

export interface UpdateOrganization extends OrganizationFields {
  readonly organizationId: string;
  readonly expectedVersion: number;
}

/** Corrects what is on file; what is not given stays. */
export const updateOrganization = (scope: Scope, { organizationId, expectedVersion, ...fields }: UpdateOrganization) =>
  scope.transaction(async (tx): Promise<Result<Organization, NotFound | Forbidden | StaleVersion | InvalidInput | Duplicate>> => {
    const organization = await lockOrganization(tx, organizationId);
    if (!organization) return fail({ code: 'NOT_FOUND', path: ['organizationId'] });
    const isPartner = (await membershipsOf(tx, organizationId)).length > 0;
    if (!canEditOrganization(tx.actor, organizationId, isPartner)) return fail({ code: 'FORBIDDEN' });
    if (organization.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: organization.version });
    const checked = checkOrganization(fields, false);
    if (!checked.ok) return checked;
    const { name, kind, uscc, wishes } = fields;
    const changed: Organization = {
      ...organization,
      name: name == null ? organization.name : normalize(name),
      kind: kind ?? organization.kind,
      uscc: uscc === undefined ? organization.uscc : uscc ? normalizeUscc(uscc) : null,
      wishes: wishes === undefined ? organization.wishes : wishes?.trim() || null,
      version: organization.version + 1,
    };
    const taken = await clash(tx, changed);
    if (taken) return fail(taken);
    await saveOrganization(tx, changed);
    await tx.append({
      kind: 'ORGANIZATION_CHANGED',
      subject: { type: 'Organization', id: organizationId },
      data: { fields: Object.keys(fields) },
    });
    return ok(changed);
  });

export interface StartMembership {
  readonly branchId: string;
  readonly organizationId: string;
  readonly idempotencyKey: string;
}

/** A branch invites an organisation, or an organisation applies to a branch: the other side answers. A membership that ended may start again. */
export const startMembership = (scope: Scope, command: StartMembership) =>
  scope.transaction(async (tx): Promise<Result<Membership, NotFound | Forbidden | Duplicate | IdempotencyKeyReused>> => {
    const { branchId, organizationId } = command;
    const [branch, organization] = await Promise.all([tx.load(branchById, branchId), tx.load(organizationById, organizationId)]);
    if (!branch) return fail({ code: 'NOT_FOUND', path: ['branchId'] });
    if (!organization) return fail({ code: 'NOT_FOUND', path: ['organizationId'] });
    const [side] = sidesOf(tx.actor, command);
    if (!side) return fail({ code: 'FORBIDDEN' });
    return tx.once(
      { operation: 'membershipStart', key: command.idempotencyKey, input: command },
      async (): Promise<Result<Membership, Duplicate>> => {
        const state: MembershipState = side === 'BRANCH' ? 'INVITED' : 'APPLIED';
        const existing = await lockPair(tx, branchId, organizationId);
        if (existing && existing.state !== 'ENDED')
          return fail({ code: 'DUPLICATE', existingType: 'Membership', existingId: existing.id });
        const membership: Membership = existing
          ? { ...existing, state, since: null, until: null, version: existing.version + 1 }
          : { id: newId(), branchId, organizationId, state, since: null, until: null, version: 1, createdAt: tx.now() };
        await (existing ? saveMembership(tx, membership) : insertMemberships(tx, [membership]));
        await tx.append({
          kind: `MEMBERSHIP_${state}`,
          subject: { type: 'Membership', id: membership.id },
          branchId,
          from: existing?.state ?? null,
          to: state,
        });
        return ok(membership);
      },
      id => tx.load(membershipById, id),
    );
  });

/** Which membership, as last read. With a key, a repeat gets the first answer. */
export interface MoveMembership {
  readonly membershipId: string;
  readonly expectedVersion: number;
  readonly idempotencyKey?: string | null;
}

type MovedMembership = Result<
  Membership,
  NotFound | Forbidden | StaleVersion | InvalidState<MembershipState> | IdempotencyKeyReused
>;

/** Accepts, suspends, resumes or ends a membership, as far as the caller's side may. */
export const changeMembership = (scope: Scope, to: MembershipState, command: MoveMembership) =>
  scope.transaction(tx =>
    tx.once(
      { operation: `membership:${to}`, key: command.idempotencyKey, input: command },
      async (): Promise<MovedMembership> => {
        const { membershipId, expectedVersion } = command;
        const membership = await lockMembership(tx, membershipId);
        if (!membership || !canSeeMembership(tx.actor, membership)) return fail({ code: 'NOT_FOUND', path: ['membershipId'] });
        const sides = sidesOf(tx.actor, membership);
        if (!sides.length) return fail({ code: 'FORBIDDEN' });
        if (membership.version !== expectedVersion) return fail({ code: 'STALE_VERSION', currentVersion: membership.version });
        const moved = moveMembership(membership, to, sides, localDate(tx.now()));
        if (!moved.ok) return moved;
        await saveMembership(tx, moved.value);
        await tx.append({
          kind: `MEMBERSHIP_${to}`,
          subject: { type: 'Membership', id: membershipId },
          branchId: membership.branchId,
          from: membership.state,
          to,
        });
        return moved;
      },
      id => findMembership(tx, id),
    ),
  );

/** A membership by id, as far as the caller may see it. */
export async function findMembership(scope: Scope, id: string): Promise<Membership | null> {
  const membership = await scope.load(membershipById, id);
  return membership && canSeeMembership(scope.actor, membership) ? membership : null;
}
