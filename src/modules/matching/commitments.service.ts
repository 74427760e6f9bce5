import { DAY } from '../../kernel/clock.js';
import type { Scope } from '../../scope/scope.js';
import { quotasLeft } from '../offers/offers.service.js';
import type { CompanionFacts, PlaceFacts, PromiseFacts, QuotaFacts } from './facts.js';
import type { NeedRow, SessionRow } from './facts.repo.js';
import { cappedRows, companionRows, promiseRows, takenUp } from './promises.repo.js';
import type { Weights } from './scoring.js';

/** What is promised already, as it binds what may be promised next. */
export interface Commitments {
  readonly promisesTo: (beneficiaryId: string) => readonly PromiseFacts[];
  readonly companionOf: (need: NeedRow['need']) => CompanionFacts | null;
  /** By cap of the policy. */
  readonly usedOfCaps: (beneficiaryId: string | null) => readonly number[];
  readonly isTakenUp: (sessionId: string) => boolean;
  readonly quotasOf: (sessionId: string) => readonly QuotaFacts[];
}

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
  const withResources = sessions.flatMap(({ session }) => (session.resourceKeys.length ? session.id : []));
  const since = (days: number): Date => new Date(sys.now().getTime() - days * DAY);
  const [promises, companions, taken, used, quotas] = await Promise.all([
    people.length ? promiseRows(sys, people) : [],
    companionIds.length ? companionRows(sys, companionIds) : [],
    withResources.length ? takenUp(sys, withResources) : new Set<string>(),
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
    isTakenUp: sessionId => taken.has(sessionId),
    quotasOf: sessionId => quotas.get(sessionId) ?? [],
  };
}
