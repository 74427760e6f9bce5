import { canonical, digest } from './chain.js';

/** An entry of the access log, for every column of which the event log vouches. */
export interface Look {
  readonly communityId: string;
  readonly id: string;
  readonly at: Date;
  readonly accountId: string | null;
  readonly actorRole: string;
  readonly purpose: string | null;
  readonly action: string;
  readonly residentId: string | null;
  readonly branchId: string | null;
  readonly requestId: string | null;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** SHA-256 over entries, in the order in which the event names them. */
export const looksDigest = (looks: readonly Look[]): string =>
  digest(
    canonical(
      looks.map(({ communityId, id, at, accountId, actorRole, purpose, action, residentId, branchId, requestId, detail }) => [
        communityId,
        id,
        at,
        accountId,
        actorRole,
        purpose,
        action,
        residentId,
        branchId,
        requestId,
        detail,
      ]),
    ),
  );

/** The event that vouches for the entries of one look, about the person where it was one, so that the access log cannot be altered unseen. */
export function vouchFor(looks: readonly Look[]) {
  const [first] = looks;
  if (!first) throw new Error('nothing was looked at');
  const { id, residentId, purpose, detail, action } = first;
  const isOnePerson = looks.length === 1 && residentId !== null;
  return {
    kind: 'PERSONAL_DATA_READ' as const,
    subject: isOnePerson ? { type: 'Resident', id: residentId } : { type: 'AccessLog', id },
    reason: purpose ?? detail.purpose?.toString() ?? null,
    data: { action, accessIds: looks.map(look => look.id), accessHash: looksDigest(looks) },
  };
}

/** Which entries an event vouches for, and by which hash; null for other events. */
export function vouchedBy({
  kind,
  data: { accessIds, accessHash },
}: {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}) {
  return kind === 'PERSONAL_DATA_READ' && Array.isArray(accessIds) ? { accessIds: accessIds.map(String), accessHash } : null;
}
