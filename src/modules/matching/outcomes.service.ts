import { worksFor } from '../../kernel/actor.js';
import type { InvalidInput } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { type Period, periodProblem } from '../../kernel/small-cells.js';
import { defineLoader } from '../../scope/loader.js';
import type { Scope } from '../../scope/scope.js';
import { logAccess } from '../privacy/access.service.js';
import { type OutcomeReport, outcomeReport } from './outcomes.domain.js';
import { declinedProposals, endedReferrals } from './outcomes.repo.js';

interface Asked extends Period {
  readonly branchId: string;
}
const keyOf = ({ branchId, from, until }: Asked): string => `${branchId} ${from} ${until}`;

/** For all branches that are asked about at once, in the same statements as for one. */
const reports = defineLoader<Asked, OutcomeReport>(
  'matchingOutcomes',
  async (scope, asked) => {
    const found = new Map<string, OutcomeReport>();
    for (const [, of] of Map.groupBy(asked, ({ from, until }) => `${from} ${until}`)) {
      const [{ from, until }] = of as [Asked, ...Asked[]];
      const ended = await load(
        scope,
        of.map(({ branchId }) => branchId),
        { from, until },
      );
      for (const one of of)
        found.set(
          keyOf(one),
          outcomeReport(
            { from, until },
            ended.filter(({ branchId }) => branchId === one.branchId),
          ),
        );
    }
    return found;
  },
  keyOf,
);

/** Whom a pair concerns is read under the purpose `fairness`, to count different people, with one entry in the access log. */
const load = (scope: Scope, branchIds: readonly string[], period: Period) =>
  scope.asSystem('fairness').reading(async sys => {
    const ended = [...(await endedReferrals(sys, branchIds, period)), ...(await declinedProposals(sys, branchIds, period))];
    await logAccess(sys, {
      action: 'MATCHING_OUTCOMES',
      detail: { pairs: ended.length, residents: new Set(ended.map(({ personKey }) => personKey)).size },
    });
    return ended;
  });

/** How the pairs of a branch came out by what the engine had said of them. For its staff; null for others. */
export async function outcomesOf(
  scope: Scope,
  branchId: string,
  period: Period,
): Promise<Result<OutcomeReport | null, InvalidInput>> {
  if (!worksFor(scope.actor, branchId)) return ok(null);
  const problem = periodProblem(period, { wholeMonth: false });
  return problem ? fail({ code: 'INVALID_INPUT', problems: [problem] }) : ok(await scope.load(reports, { branchId, ...period }));
}
