import { localDate } from '../../kernel/clock.js';
import type { InvalidInput } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { type Period, periodProblem } from '../../kernel/small-cells.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { logAccess } from '../privacy/access.service.js';
import { ageBand, openProfile } from '../residents/residents.service.js';
import { allBranches } from '../territory/territory.service.js';
import { type AskedNeed, type FairnessReport, fairnessReport, type OrganizationLoad } from './fairness.domain.js';
import { readsAggregates, readsFairness } from './fairness.policy.js';
import { type AskedRow, askedNeeds, type BranchLoad, loadsOf } from './fairness.repo.js';

/** Null: the whole community. */
interface Asked extends Period {
  readonly branchId: string | null;
}
const keyOf = ({ branchId, from, until }: Asked): string => `${branchId} ${from} ${until}`;

/** Reports of all branches that are asked about at once, in the same statements for one branch and for all. */
const reports = defineLoader<Asked, FairnessReport>(
  'fairnessReport',
  async (scope, asked) => {
    const everywhere = (await allBranches(scope)).map(({ id }) => id);
    const found = new Map<string, FairnessReport>();
    for (const [, of] of Map.groupBy(asked, ({ from, until }) => `${from} ${until}`)) {
      const [{ from, until }] = of as [Asked, ...Asked[]];
      const branchIds = of.flatMap(({ branchId }) => branchId ?? everywhere);
      const { needs, loads } = await load(scope, [...new Set(branchIds)], { from, until });
      for (const one of of) {
        const ours = ({ branchId }: { readonly branchId: string }): boolean => one.branchId === null || branchId === one.branchId;
        const report = fairnessReport({ from, until }, needs.filter(ours), byOrganization(loads.filter(ours)), scope.now());
        found.set(keyOf(one), report);
      }
    }
    return found;
  },
  keyOf,
);

/** Who asked and who was served is read under the purpose `fairness`, with one entry in the access log; counts leave, nobody's record. */
const load = (scope: Scope, branchIds: readonly string[], period: Period) =>
  scope.asSystem('fairness').reading(async sys => {
    const needs = (await askedNeeds(sys, branchIds, period)).map(row => ofPerson(sys, row));
    const loads = await loadsOf(sys, branchIds, period);
    await logAccess(sys, {
      action: 'FAIRNESS',
      detail: { needs: needs.length, residents: new Set(needs.map(({ personKey }) => personKey)).size },
    });
    return { needs, loads };
  });

function ofPerson(sys: Scope, { beneficiaryId, profileSealed, ...need }: AskedRow): AskedNeed {
  const person = beneficiaryId && profileSealed && openProfile(sys, beneficiaryId, profileSealed);
  return {
    ...need,
    personKey: beneficiaryId ?? need.needId,
    ageBand: person ? ageBand(person.birthDate, localDate(need.submittedAt)) : null,
    careCategories: person ? person.careCategories : [],
  };
}

/** An organization may stand in the alliances of several branches. */
const byOrganization = (loads: readonly BranchLoad[]): OrganizationLoad[] =>
  [...Map.groupBy(loads, ({ organizationId }) => organizationId)].map(([organizationId, own]) => ({
    organizationId,
    promised: own.reduce((total, { promised }) => total + promised, 0),
    delivered: own.reduce((total, { delivered }) => total + delivered, 0),
  }));

/**
 * How the needs fared that were submitted to a branch (null: to the whole community) in a period. Null for who may not read it;
 * for readers of aggregates one whole month at a time and no single record.
 */
export async function fairnessOf(
  scope: Scope,
  branchId: string | null,
  period: Period,
): Promise<Result<FairnessReport | null, InvalidInput>> {
  const inFull = readsFairness(scope.actor, branchId);
  if (!inFull && !readsAggregates(scope.actor, branchId)) return ok(null);
  const problem = periodProblem(period, { wholeMonth: !inFull });
  if (problem) return fail({ code: 'INVALID_INPUT', problems: [problem] });
  const report = await scope.load(reports, { branchId, ...period });
  return ok(report && (inFull ? report : { ...report, longestWaiting: null }));
}
