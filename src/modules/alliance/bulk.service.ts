import { allOf, checkCount, checkText } from '../../kernel/check.js';
import type { InvalidInput } from '../../kernel/failures.js';
import { newId } from '../../kernel/ids.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { normalize } from '../../kernel/text.js';
import type { Scope } from '../../scope/scope.js';
import {
  MAX_PACT_ITEMS,
  type Membership,
  type Organization,
  type OrganizationKind,
  type Pact,
  pactPeriodProblem,
} from './alliance.domain.js';
import { insertMemberships, insertOrganizations, insertPacts } from './alliance.repo.js';
import { usccProblem } from './uscc.js';

// For seeds and imports, in the caller's transaction. Valid by the same rules as one by one; failures tell the place in the list.

export interface BulkOrganization {
  readonly code: string;
  readonly name: string;
  readonly kind: OrganizationKind;
  readonly uscc: string | null;
  readonly wishes: string | null;
}

/** Registers many organisations. */
export async function createOrganizationsBulk(
  tx: Scope,
  rows: readonly BulkOrganization[],
): Promise<Result<readonly Organization[], InvalidInput>> {
  const checked = allOf(
    rows.map(({ name }, i) => checkText([String(i), 'name'], name, { max: 100, required: true })),
    rows.map(({ uscc }, i) => {
      const rule = uscc === null ? null : usccProblem(uscc);
      return rule && { path: [String(i), 'uscc'], rule };
    }),
  );
  if (!checked.ok) return checked;
  const made = rows.map((row): Organization => ({ ...row, id: newId(), version: 1, createdAt: tx.now() }));
  await insertOrganizations(tx, made);
  await tx.append(...made.map(({ id }) => ({ kind: 'ORGANIZATION_REGISTERED' as const, subject: { type: 'Organization', id } })));
  return ok(made);
}

export interface BulkMembership {
  readonly branchId: string;
  readonly organizationId: string;
  readonly since: string;
  readonly pact: {
    readonly number: string;
    readonly startsOn: string;
    readonly endsOn: string;
    readonly items: readonly string[];
    /** Who signed for the two sides, and when; null: a draft. */
    readonly signed: { readonly at: Date; readonly branchBy: string; readonly organizationBy: string } | null;
  };
}

/** Active memberships, each with its pact. A pact's number that is taken fails the whole. */
export async function createMembershipsBulk(
  tx: Scope,
  rows: readonly BulkMembership[],
): Promise<Result<readonly Membership[], InvalidInput>> {
  const checked = allOf(
    rows.map(({ pact }, i) => {
      const problem = pactPeriodProblem(pact.startsOn, pact.endsOn);
      return problem && { ...problem, path: [String(i), ...problem.path] };
    }),
    rows.map(({ pact }, i) => checkText([String(i), 'number'], pact.number, { max: 40, required: true })),
    rows.map(({ pact }, i) => checkCount([String(i), 'items'], pact.items, { min: 1, max: MAX_PACT_ITEMS })),
  );
  if (!checked.ok) return checked;
  const made = rows.map(({ branchId, organizationId, since, pact }) => {
    const at = tx.now();
    const membership: Membership = {
      id: newId(),
      branchId,
      organizationId,
      state: 'ACTIVE',
      since,
      until: null,
      version: 1,
      createdAt: at,
    };
    return { membership, pact: pactOf(membership.id, pact, at) };
  });
  await insertMemberships(
    tx,
    made.map(({ membership }) => membership),
  );
  const written = await insertPacts(
    tx,
    made.map(({ pact }) => pact),
  );
  if (!written) return fail({ code: 'INVALID_INPUT', problems: [{ path: ['number'], rule: 'NOT_ALLOWED' }] });
  await tx.append(
    ...made.flatMap(({ membership: { id, branchId }, pact }) => [
      { kind: 'MEMBERSHIP_ACTIVE' as const, subject: { type: 'Membership', id }, branchId, to: 'ACTIVE' },
      {
        kind: pact.state === 'DRAFT' ? ('PACT_DRAFTED' as const) : ('PACT_SIGNED' as const),
        subject: { type: 'Pact', id: pact.id },
        branchId,
        to: pact.state,
      },
    ]),
  );
  return ok(made.map(({ membership }) => membership));
}

const pactOf = (membershipId: string, { number, startsOn, endsOn, items, signed }: BulkMembership['pact'], at: Date): Pact => ({
  id: newId(),
  membershipId,
  number: normalize(number),
  startsOn,
  endsOn,
  items: items.map(normalize),
  state: signed ? 'SIGNED' : 'DRAFT',
  branchSignedAt: signed?.at ?? null,
  branchSignedBy: signed?.branchBy ?? null,
  organizationSignedAt: signed?.at ?? null,
  organizationSignedBy: signed?.organizationBy ?? null,
  terminatedOn: null,
  version: 1,
  createdAt: at,
});
