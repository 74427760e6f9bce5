import { addDays } from '../../kernel/clock.js';
import type { InvalidState, Problem } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';

export const ORGANIZATION_KINDS = [
  'GOV',
  'PUBLIC_INST',
  'MASS_ORG',
  'SOE',
  'PRIVATE',
  'FINANCE',
  'EDUCATION',
  'MEDICAL',
  'LAW_FIRM',
  'NGO',
  'FOUNDATION',
  'UNION',
  'PROPERTY',
  'RESIDENT_BODY',
] as const;
export type OrganizationKind = (typeof ORGANIZATION_KINDS)[number];

/** 红盟单位: a partner, known in every community. */
export interface Organization {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kind: OrganizationKind;
  readonly uscc: string | null;
  readonly wishes: string | null;
  readonly version: number;
  readonly createdAt: Date;
}

export const MEMBERSHIP_STATES = ['INVITED', 'APPLIED', 'ACTIVE', 'SUSPENDED', 'ENDED'] as const;
export type MembershipState = (typeof MEMBERSHIP_STATES)[number];

/** An organisation in one branch's alliance (成员关系). */
export interface Membership {
  readonly id: string;
  readonly branchId: string;
  readonly organizationId: string;
  readonly state: MembershipState;
  readonly since: string | null;
  readonly until: string | null;
  readonly version: number;
  readonly createdAt: Date;
}

export type MembershipSide = 'BRANCH' | 'ORGANIZATION';

/** Who may take which step. Joining needs an act of both sides: nobody is enlisted. */
const STEPS: readonly { readonly from: MembershipState; readonly to: MembershipState; readonly by: readonly MembershipSide[] }[] =
  [
    { from: 'INVITED', to: 'ACTIVE', by: ['ORGANIZATION'] },
    { from: 'INVITED', to: 'ENDED', by: ['BRANCH', 'ORGANIZATION'] },
    { from: 'APPLIED', to: 'ACTIVE', by: ['BRANCH'] },
    { from: 'APPLIED', to: 'ENDED', by: ['BRANCH', 'ORGANIZATION'] },
    { from: 'ACTIVE', to: 'SUSPENDED', by: ['BRANCH'] },
    { from: 'ACTIVE', to: 'ENDED', by: ['BRANCH', 'ORGANIZATION'] },
    { from: 'SUSPENDED', to: 'ACTIVE', by: ['BRANCH'] },
    { from: 'SUSPENDED', to: 'ENDED', by: ['BRANCH', 'ORGANIZATION'] },
  ];

/** The states into which these sides may move a membership now. */
export const membershipSteps = (state: MembershipState, sides: readonly MembershipSide[]): MembershipState[] =>
  STEPS.filter(({ from, by }) => from === state && by.some(side => sides.includes(side))).map(({ to }) => to);

/** Moves a membership; `today` is the calendar date of the move. */
export function moveMembership(
  membership: Membership,
  to: MembershipState,
  sides: readonly MembershipSide[],
  today: string,
): Result<Membership, InvalidState<MembershipState>> {
  if (!membershipSteps(membership.state, sides).includes(to)) return fail({ code: 'INVALID_STATE', from: membership.state, to });
  return ok({
    ...membership,
    state: to,
    since: to === 'ACTIVE' ? (membership.since ?? today) : membership.since,
    until: to === 'ENDED' ? today : null,
    version: membership.version + 1,
  });
}

/** What is stored; IN_FORCE, EXPIRING and EXPIRED follow from the calendar. */
export const PACT_STORED_STATES = ['DRAFT', 'SIGNED', 'TERMINATED'] as const;
export type PactStoredState = (typeof PACT_STORED_STATES)[number];
export const PACT_STATES = ['DRAFT', 'SIGNED', 'IN_FORCE', 'EXPIRING', 'EXPIRED', 'TERMINATED'] as const;
export type PactState = (typeof PACT_STATES)[number];

/** 共建协议: what both sides promise each other for a period; `endsOn` is the last day. */
export interface Pact {
  readonly id: string;
  readonly membershipId: string;
  readonly number: string;
  readonly startsOn: string;
  readonly endsOn: string;
  readonly items: readonly string[];
  readonly state: PactStoredState;
  readonly branchSignedAt: Date | null;
  readonly branchSignedBy: string | null;
  readonly organizationSignedAt: Date | null;
  readonly organizationSignedBy: string | null;
  readonly terminatedOn: string | null;
  readonly version: number;
  readonly createdAt: Date;
}

/** So many days before its end a pact counts as expiring. */
export const EXPIRING_DAYS = 60;

/** Where a pact stands on a calendar date. */
export function pactState({ state, startsOn, endsOn }: Pick<Pact, 'state' | 'startsOn' | 'endsOn'>, today: string): PactState {
  if (state !== 'SIGNED') return state;
  if (today < startsOn) return 'SIGNED';
  if (today > endsOn) return 'EXPIRED';
  return today >= addDays(endsOn, -EXPIRING_DAYS) ? 'EXPIRING' : 'IN_FORCE';
}

/** Of these sides, the first that has not signed yet. */
export const unsignedOf = (
  { branchSignedAt, organizationSignedAt }: Pick<Pact, 'branchSignedAt' | 'organizationSignedAt'>,
  sides: readonly MembershipSide[],
): MembershipSide | undefined => sides.find(side => (side === 'BRANCH' ? branchSignedAt : organizationSignedAt) === null);

/** What these sides may do with a pact now: each signs once, either ends what is not over by itself. */
export function pactSteps(pact: Pact, sides: readonly MembershipSide[], today: string): PactState[] {
  const state = pactState(pact, today);
  if (!sides.length || state === 'EXPIRED' || state === 'TERMINATED') return [];
  return state === 'DRAFT' && unsignedOf(pact, sides) ? ['SIGNED', 'TERMINATED'] : ['TERMINATED'];
}

/** Ends a pact before its time. */
export function endPact(pact: Pact, today: string): Result<Pact, InvalidState<PactState>> {
  const from = pactState(pact, today);
  return from === 'EXPIRED' || from === 'TERMINATED'
    ? fail({ code: 'INVALID_STATE', from, to: 'TERMINATED' })
    : ok({ ...pact, state: 'TERMINATED', terminatedOn: today, version: pact.version + 1 });
}

/** A signature of one side; with both the pact is signed. Signing twice changes nothing. */
export function signPact(
  pact: Pact,
  side: MembershipSide,
  accountId: string,
  at: Date,
): Result<Pact, InvalidState<PactStoredState>> {
  if (pact.state !== 'DRAFT') return fail({ code: 'INVALID_STATE', from: pact.state, to: 'SIGNED' });
  const signed =
    side === 'BRANCH'
      ? { ...pact, branchSignedAt: pact.branchSignedAt ?? at, branchSignedBy: pact.branchSignedBy ?? accountId }
      : {
          ...pact,
          organizationSignedAt: pact.organizationSignedAt ?? at,
          organizationSignedBy: pact.organizationSignedBy ?? accountId,
        };
  const both = signed.branchSignedAt !== null && signed.organizationSignedAt !== null;
  return ok({ ...signed, state: both ? 'SIGNED' : 'DRAFT', version: pact.version + 1 });
}

export const MAX_PACT_ITEMS = 30;
export const MAX_PACT_YEARS = 5;

/** Who speaks for an organisation (联络员): an account that holds the role, by the name it goes by at work. */
export interface Liaison {
  readonly displayName: string;
  /** The first day, as `YYYY-MM-DD`. */
  readonly since: string;
}

/** A pact's period: it ends after it starts and lasts at most five years. */
export function pactPeriodProblem(startsOn: string, endsOn: string): Problem | null {
  if (endsOn <= startsOn) return { path: ['endsOn'], rule: 'ENDS_BEFORE_START' };
  return endsOn > addDays(startsOn, MAX_PACT_YEARS * 366) ? { path: ['endsOn'], rule: 'MAX', limit: MAX_PACT_YEARS } : null;
}
