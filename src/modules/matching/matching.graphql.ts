import { explanationResolvers } from './explanation.graphql.js';
import { matchResolvers } from './matches.graphql.js';
import { planResolvers } from './plans.graphql.js';
import { planMutations } from './plans.mutations.graphql.js';
import { PlanProofResolver } from './proof.graphql.js';

export { Match } from './matches.graphql.js';
export { MatchPlan } from './plans.graphql.js';

export const matchingResolvers = [
  ...explanationResolvers,
  ...matchResolvers,
  ...planResolvers,
  PlanProofResolver,
  ...planMutations,
] as const;
