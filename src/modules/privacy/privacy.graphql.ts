import { accessResolvers } from './access.graphql.js';

export const privacyResolvers = [...accessResolvers] as const;
