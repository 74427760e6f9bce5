import { accessResolvers } from './access.graphql.js';
import { breachResolvers } from './breach.graphql.js';
import { erasureResolvers } from './erasure.graphql.js';
import { exportResolvers } from './export.graphql.js';
import { requestResolvers } from './requests.graphql.js';
import { requestMutations } from './requests.mutations.graphql.js';
import { retentionResolvers } from './retention.graphql.js';

export const privacyResolvers = [
  ...accessResolvers,
  ...requestResolvers,
  ...requestMutations,
  ...erasureResolvers,
  ...exportResolvers,
  ...retentionResolvers,
  ...breachResolvers,
] as const;
