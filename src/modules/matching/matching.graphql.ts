import { decisionResolvers } from './decisions.graphql.js';
import { explanationResolvers } from './explanation.graphql.js';
import { fairnessResolvers } from './fairness.graphql.js';
import { matchResolvers } from './matches.graphql.js';
import { outcomeResolvers } from './outcomes.graphql.js';
import { planResolvers } from './plans.graphql.js';
import { planMutations } from './plans.mutations.graphql.js';
import { policyResolvers } from './policies.graphql.js';

export { MatchDecision, OverrideReasonEnum } from './decisions.graphql.js';
export { Match } from './matches.graphql.js';
export { MatchPlan } from './plans.graphql.js';

export const matchingResolvers = [
  ...explanationResolvers,
  ...matchResolvers,
  ...planResolvers,
  ...planMutations,
  ...policyResolvers,
  ...decisionResolvers,
  ...fairnessResolvers,
  ...outcomeResolvers,
] as const;
