import { changeResolvers } from './changes.graphql.js';
import { decisionResolvers } from './decisions.graphql.js';
import { explanationResolvers } from './explanation.graphql.js';
import { fairnessResolvers } from './fairness.graphql.js';
import { matchResolvers } from './matches.graphql.js';
import { outcomeResolvers } from './outcomes.graphql.js';
import { placingResolvers } from './placing.graphql.js';
import { planResolvers } from './plans.graphql.js';
import { planMutations } from './plans.mutations.graphql.js';
import { policyResolvers } from './policies.graphql.js';
import { PlanProofResolver } from './proof.graphql.js';
import { scarcityResolvers } from './scarcity.graphql.js';
import { simulationResolvers } from './simulation.graphql.js';

export { MatchDecision, OverrideReasonEnum } from './decisions.graphql.js';
export { Match } from './matches.graphql.js';
export { MatchPlan } from './plans.graphql.js';

export const matchingResolvers = [
  ...changeResolvers,
  ...decisionResolvers,
  ...explanationResolvers,
  ...fairnessResolvers,
  ...matchResolvers,
  ...outcomeResolvers,
  ...placingResolvers,
  ...planMutations,
  ...planResolvers,
  PlanProofResolver,
  ...policyResolvers,
  ...scarcityResolvers,
  ...simulationResolvers,
] as const;
