import type { InvalidState } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import type { KinshipRelation } from '../../kernel/vocabulary.js';
import type { KinshipState } from './residents.domain.js';

/** A link between an account and a resident. Only a verified one opens anything. */
export interface Kinship {
  readonly id: string;
  readonly branchId: string;
  readonly residentId: string;
  readonly accountId: string;
  readonly relation: KinshipRelation;
  readonly state: KinshipState;
  readonly verifiedBy: string | null;
  readonly verifiedAt: Date | null;
  readonly version: number;
  readonly createdAt: Date;
}

export const REJECT_REASONS = ['NOT_KIN', 'WRONG_PERSON', 'NO_PROOF', 'NOT_WISHED'] as const;
/** Why staff did not confirm a claimed link. */
export type KinshipRejectReason = (typeof REJECT_REASONS)[number];

const NEXT: Readonly<Record<KinshipState, readonly KinshipState[]>> = {
  CLAIMED: ['VERIFIED', 'REJECTED', 'REVOKED'],
  VERIFIED: ['REVOKED'],
  REJECTED: [],
  REVOKED: [],
};

/** Where a link may go from here. */
export const nextOf = (state: KinshipState): readonly KinshipState[] => NEXT[state];

/** Moves a link on. `by` is the account that verifies. */
export function moveKinship(
  kinship: Kinship,
  to: KinshipState,
  { by, now }: { readonly by: string; readonly now: Date },
): Result<Kinship, InvalidState<KinshipState>> {
  const { state, version } = kinship;
  if (!NEXT[state].includes(to)) return fail({ code: 'INVALID_STATE', from: state, to });
  const verified = to === 'VERIFIED' ? { verifiedBy: by, verifiedAt: now } : {};
  return ok({ ...kinship, ...verified, state: to, version: version + 1 });
}
