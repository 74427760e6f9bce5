import { allianceResolvers } from './alliance/alliance.mutations.graphql.js';
import { identityResolvers } from './identity/identity.mutations.graphql.js';
import { matchingResolvers } from './matching/matching.graphql.js';
import { needsResolvers } from './needs/needs.mutations.graphql.js';
import { offersResolvers } from './offers/offers.mutations.graphql.js';
import { consentResolvers } from './privacy/consents.mutations.graphql.js';
import { referralsResolvers } from './referrals/referrals.mutations.graphql.js';
import { residentsResolvers } from './residents/residents.mutations.graphql.js';
import { taxonomyResolvers } from './taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from './territory/territory.graphql.js';

/** The resolvers of every subject, for the schema. */
export const resolvers = [
  ...territoryResolvers,
  ...taxonomyResolvers,
  ...allianceResolvers,
  ...offersResolvers,
  ...residentsResolvers,
  ...needsResolvers,
  ...matchingResolvers,
  ...referralsResolvers,
  ...consentResolvers,
  ...identityResolvers,
] as const;
