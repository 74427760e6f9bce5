import { DAY } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { quotasLeft } from '../offers/offers.service.js';
import type { NeedRow, SessionRow } from './facts.repo.js';
import { shareResource } from './planner/clash.js';
import type { CompanionFacts, PlaceFacts, PromiseFacts, QuotaFacts } from './planner/facts.js';
import type { Weights } from './planner/scoring.js';
import { cappedRows, companionRows, promisedWithResources, promiseRows } from './promises.repo.js';

/** What is promised already, as it binds what may be promised next. */
export interface Commitments {
  readonly promisesTo: (beneficiaryId: string) => readonly PromiseFacts[];
  readonly companionOf: (need: NeedRow['need']) => CompanionFacts | null;
  /** By cap of the policy. */
  readonly usedOfCaps: (beneficiaryId: string | null) => readonly number[];
  /** A helper, room or device of it is promised to another session at an overlapping time. */
  readonly isTakenUp: (row: Pick<SessionRow, 'session' | 'offer'>) => boolean;
  readonly quotasOf: (sessionId: string) => readonly QuotaFacts[];
}

const timed = <T extends { readonly startsAt: Date | null; readonly endsAt: Date | null }>({ startsAt, endsAt, ...row }: T) => ({
  ...row,
  time: startsAt && endsAt ? { startsAt: startsAt.getTime(), endsAt: endsAt.getTime() } : null,
});

/** Loads it for these needs and sessions; statements whose question nobody raises are not sent. */
export async function loadCommitments(
  sys: Scope,
  needs: readonly NeedRow[],
  sessions: readonly SessionRow[],
  { caps = [] }: Weights,
  placeOf: (buildingId: string) => PlaceFacts | null,
): Promise<Commitments> {
  const people = [...new Set(needs.flatMap(({ beneficiaryId }) => beneficiaryId ?? []))];
  const companionIds = needs.flatMap(({ need }) => need.togetherWithId ?? []);
  const withResources = sessions.filter(({ session }) => session.resourceKeys.length > 0);
  const since = (days: number): Date => new Date(sys.now().getTime() - days * DAY);
  const [promises, companions, rivals, used, quotas] = await Promise.all([
    people.length ? promiseRows(sys, people) : [],
    companionIds.length ? companionRows(sys, companionIds) : [],
    withResources.length ? promisedWithResources(sys, [...new Set(withResources.map(({ offer }) => offer.organizationId))]) : [],
    caps.length && people.length
      ? cappedRows(
          sys,
          people,
          caps.map(({ category, days }) => ({ category, since: since(days) })),
        )
      : [],
    quotasLeft(
      sys,
      sessions.map(({ session }) => session),
    ),
  ]);
  const promisesTo = Map.groupBy(promises, ({ beneficiaryId }) => beneficiaryId);
  const sessionsOf = Map.groupBy(companions, ({ needId }) => needId);
  const usedBy = Map.groupBy(used, ({ beneficiaryId }) => beneficiaryId);
  return {
    promisesTo: beneficiaryId =>
      (promisesTo.get(beneficiaryId) ?? []).flatMap(({ sessionId, startsAt, endsAt, buildingId }) =>
        startsAt && endsAt
          ? [
              {
                sessionId,
                time: { startsAt: startsAt.getTime(), endsAt: endsAt.getTime() },
                place: buildingId === null ? null : placeOf(buildingId),
              },
            ]
          : [],
      ),
    companionOf: ({ togetherWithId }) => {
      const rows = togetherWithId === null ? undefined : sessionsOf.get(togetherWithId);
      return rows?.[0] ? { needId: rows[0].needId, sessionIds: rows.flatMap(({ sessionId }) => sessionId ?? []).sort() } : null;
    },
    usedOfCaps: beneficiaryId => caps.map((_, place) => usedBy.get(beneficiaryId)?.find(({ cap }) => cap === place)?.used ?? 0),
    isTakenUp: ({ session, offer }) =>
      rivals.some(
        rival =>
          rival.id !== session.id && shareResource(timed(rival), timed({ ...session, organizationId: offer.organizationId })),
      ),
    quotasOf: sessionId => quotas.get(sessionId) ?? [],
  };
}
