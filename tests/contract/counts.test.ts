import { expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { undecided } from '../support/undecided.js';

/**
 * Why a number that leaves the house cannot tell of few people (domain.md §7: k ≥ 5). A new number without an entry fails here, so
 * that somebody decides.
 */
const DECISIONS = {
  /** Goes through `kernel/small-cells.ts`, where subtraction is thought of, too. */
  SUPPRESSED: [
    'CostPartOutcomes.median',
    'FairnessMeasures',
    'LeftOutCount.needs',
    'OutcomeRating',
    'OutcomeShares',
    'RankPartOutcomes.median',
    'RatingFigures',
    'ServiceRemarkShare',
  ],
  /** Counts exactly what the same caller may list with the same filter: it adds nothing to the list. */
  LISTED: ['*.totalCount'],
  /** For staff of the branch, who read the records that are counted. */
  STAFF: [
    'BlockedCount',
    'BreachActor',
    'BreachClass',
    'BreachReport',
    'HolderCount',
    'LongestWaiting',
    'LowestHolder',
    'MatchPlan.progress',
    'MatchPlanChange',
    'MatchPlanGap',
    'MatchPlanSimulation',
    'MatchPlanTotals',
    'RuleCount',
    'ScarceSupply',
    'SimulatedFigures',
    'SimulatedProposals',
    'SimulatedSupply',
    'SupplyUse',
    'UnmatchedCertificate',
    'UnmatchedNeed',
    'UrgencyTotal',
    'WaitingCount',
  ],
  /** Of one record, told to whoever may read the record. */
  OF_ONE_RECORD: [
    'CooperationRating',
    'CostDifference',
    'CostScore',
    'ErasedRows',
    'Match.quantity',
    'Match.rankPosition',
    'MatchDecision',
    'MatchExplanation',
    'MatchSuggestion',
    'NamedNumber',
    'Need.acceptsCostFen',
    'Need.floor',
    'Need.minimumQuantity',
    'Need.quantity',
    'NeedCoverage',
    'NeedWaiting',
    'RankScore',
    'RecipientHome.storey',
    'Referral.quantity',
    'Resident.storey',
    'RuleFailure',
    'RunnerUp',
    'ServiceRating',
    'ServiceRecord',
  ],
  /** Of organizations and their supply, of houses, rules, versions and keys of groups: no people are counted. */
  NOT_PEOPLE: [
    '*.version',
    '*.policyVersion',
    '*.tier',
    'ApiClient',
    'AuditEvent.position',
    'AuditHead',
    'AuditPlace',
    'AuditReport',
    'BranchQuota',
    'Building',
    'CareCategoryWeight',
    'Community.builtAround',
    'DeadlineWeight',
    'Eligibility',
    'FairnessReport.loadGini',
    'GradedWeight',
    'InvalidInputError',
    'LeftOutCount.times',
    'MatchCap',
    'MatchCostWeights',
    'MatchLift',
    'MatchPlan.budgetSeconds',
    'MatchRankWeights',
    'Offer',
    'OrganizationLoad',
    'Places',
    'PointsOutcomes.from',
    'PersonalDataExport.schemaVersion',
    'RemainingError',
    'RetentionRule',
    'Session',
    'SignedAuditHead',
    'StaleVersionError',
    'TooManyAttemptsError',
  ],
} as const;

it('every number that can be asked for has a reason why it tells of no few people', () => {
  const entries = Object.values(DECISIONS).flat();
  expect(undecided(createSchema(), ['Int', 'Float', 'Quantity', 'Fen'], entries)).toEqual({ fields: [], entries: [] });
});
