import { allianceResolvers } from './alliance/alliance.mutations.graphql.js';
import { territoryResolvers } from './territory/territory.graphql.js';

/** The resolvers of every subject, for the schema. */
export const resolvers = [...territoryResolvers, ...allianceResolvers] as const;
