import { allianceResolvers } from './alliance/alliance.mutations.graphql.js';
import { identityResolvers } from './identity/identity.mutations.graphql.js';
import { taxonomyResolvers } from './taxonomy/taxonomy.graphql.js';
import { territoryResolvers } from './territory/territory.graphql.js';

/** The resolvers of every subject, for the schema. */
export const resolvers = [...territoryResolvers, ...taxonomyResolvers, ...allianceResolvers, ...identityResolvers] as const;
