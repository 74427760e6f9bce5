import { accessResolvers } from './access.graphql.js';
import { ConsentResolver, ConsentsOfNeedResolver, ConsentsOfResidentResolver } from './consents.graphql.js';
import { erasureResolvers } from './erasure.graphql.js';
import { NoticeResolver } from './notices.graphql.js';
import { ConsentMutations } from './privacy.mutations.graphql.js';
import { recipientResolvers } from './recipients.graphql.js';
import { requestResolvers } from './requests.graphql.js';
import { requestMutations } from './requests.mutations.graphql.js';

export const privacyResolvers = [
  ConsentResolver,
  ConsentsOfResidentResolver,
  ConsentsOfNeedResolver,
  ConsentMutations,
  NoticeResolver,
  ...recipientResolvers,
  ...accessResolvers,
  ...requestResolvers,
  ...requestMutations,
  ...erasureResolvers,
] as const;
