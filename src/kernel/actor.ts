/** The named reasons for which a service may compute over personal data that its caller may not see. A closed list. */
export const SYSTEM_PURPOSES = [
  'matching',
  'deidentify',
  'seed',
  'sign-in',
  'sealing',
  'kinship',
  'upkeep',
  'fairness',
  'key-rotation',
  'sharing',
  'objection',
  'rights',
  'retention',
  'breach',
] as const;
export type SystemPurpose = (typeof SYSTEM_PURPOSES)[number];

export const ROLES = [
  'COMMUNITY_ADMIN',
  'BRANCH_SECRETARY',
  'ESTATE_OFFICER',
  'GENERALIST_WORKER',
  'LIAISON',
  'VOLUNTEER',
  'FAMILY',
  'MEDIATOR',
  'SUBDISTRICT',
  'AUDITOR',
] as const;
export type Role = (typeof ROLES)[number];

/** A program that acts for an account by a key of its own, and no further than the key's scopes reach. */
export interface ApiClientGrant {
  readonly id: string;
  /** `subject:read` and `subject:write`, e.g. `offers:read`. */
  readonly scopes: readonly string[];
  /** What it may spend in a minute; absent where it has no quota of its own. */
  readonly pointsPerMinute?: number;
}

/** A person who signed in, with everything that policies ask about, read once per token. All ids are raw. */
export interface AccountActor {
  readonly kind: 'ACCOUNT';
  readonly accountId: string;
  readonly roles: readonly Role[];
  /** Branches whose records this caller reads in full (L3): a secretary's and a generalist's own, an officer's area, an admin's all. */
  readonly branchIds: readonly string[];
  /** Branches that this caller runs as secretary (an admin: all): may plan, publish, decide memberships. */
  readonly secretaryBranchIds: readonly string[];
  /** Organisations that this caller speaks for. */
  readonly organizationIds: readonly string[];
  /** Branches in whose alliance one of those organisations is an active member. */
  readonly memberBranchIds: readonly string[];
  /** Residents that this caller is verified kin of. */
  readonly kinIds: readonly string[];
  /** The program through which the account acts; null for a person who signed in. */
  readonly client: ApiClientGrant | null;
}

/** Who asks. Made once per request from a verified token; `ANONYMOUS` sees level L0 (what is public). */
export type Actor =
  | { readonly kind: 'ANONYMOUS' }
  | AccountActor
  | {
      readonly kind: 'SYSTEM';
      readonly purpose: SystemPurpose;
      readonly behalfOf: string | null;
      /** The program through which it was asked for. */
      readonly clientId?: string | null;
    };

export const ANONYMOUS: Actor = { kind: 'ANONYMOUS' };

const has = (actor: Actor, role: Role): boolean => actor.kind === 'ACCOUNT' && actor.roles.includes(role);
export const isAdmin = (actor: Actor): boolean => has(actor, 'COMMUNITY_ADMIN');
/** Not through a program: for what by which a program could widen itself. */
export const isInPerson = (actor: Actor): actor is AccountActor => actor.kind === 'ACCOUNT' && actor.client === null;
export const isAuditor = (actor: Actor): boolean => has(actor, 'AUDITOR');
export const isSubdistrict = (actor: Actor): boolean => has(actor, 'SUBDISTRICT');
/** Works for the community (admin, secretary, officer or generalist), so reads full records of some branches. */
export const isStaff = (actor: Actor): boolean => actor.kind === 'ACCOUNT' && actor.branchIds.length > 0;
/** Reads the full records of this branch. */
export const worksFor = (actor: Actor, branchId: string): boolean =>
  actor.kind === 'ACCOUNT' && actor.branchIds.includes(branchId);
/** Runs some branch. */
export const isSecretary = (actor: Actor): boolean => actor.kind === 'ACCOUNT' && actor.secretaryBranchIds.length > 0;
/** Runs this branch. */
export const runs = (actor: Actor, branchId: string): boolean =>
  actor.kind === 'ACCOUNT' && actor.secretaryBranchIds.includes(branchId);
export const speaksFor = (actor: Actor, organizationId: string): boolean =>
  actor.kind === 'ACCOUNT' && actor.organizationIds.includes(organizationId);
/** Somebody's family, by role or by a verified link: a liaison or an officer may be somebody's daughter, too. */
export const mayBeFamily = (actor: Actor): actor is AccountActor =>
  has(actor, 'FAMILY') || (actor.kind === 'ACCOUNT' && actor.kinIds.length > 0);
export const accountOf = (actor: Actor): string | null =>
  actor.kind === 'ACCOUNT' ? actor.accountId : actor.kind === 'SYSTEM' ? actor.behalfOf : null;
/** The program through which the actor acts, or for which the system does. */
export const clientOf = (actor: Actor): string | null =>
  actor.kind === 'ACCOUNT' ? (actor.client?.id ?? null) : actor.kind === 'SYSTEM' ? (actor.clientId ?? null) : null;

/** Whether a role reaches a branch (null: what belongs to none). An officer and a generalist read the same, so either will do. */
function reaches(role: Role, actor: AccountActor, branchId: string | null): boolean {
  if (role === 'BRANCH_SECRETARY') return branchId !== null && actor.secretaryBranchIds.includes(branchId);
  if (role === 'ESTATE_OFFICER' || role === 'GENERALIST_WORKER') return branchId !== null && actor.branchIds.includes(branchId);
  return role !== 'LIAISON' || branchId === null || actor.memberBranchIds.includes(branchId);
}

/**
 * The role by which an account acts on something of a branch: the strongest of its roles (they are named in that order) that
 * reaches the branch, else the strongest at all; null for an account without a role, which acts for itself.
 */
export const roleUsed = (actor: AccountActor, branchId: string | null): Role | null => {
  const held = ROLES.filter(role => actor.roles.includes(role));
  return held.find(role => reaches(role, actor, branchId)) ?? held[0] ?? null;
};
