import type { Rule } from '../db/rules.js';
import { allianceResolvers } from './alliance/alliance.mutations.graphql.js';
import { alliancePermissions } from './alliance/alliance.permissions.js';
import { membershipSight, pactSight } from './alliance/alliance.policy.js';
import { auditResolvers } from './audit/audit.mutations.graphql.js';
import { auditPermissions } from './audit/audit.permissions.js';
import { auditSight } from './audit/audit.policy.js';
import { clientSight } from './identity/clients.policy.js';
import { identityResolvers } from './identity/identity.mutations.graphql.js';
import { identityPermissions } from './identity/identity.permissions.js';
import { accountSight, invitationSight, roleSight } from './identity/identity.policy.js';
import { matchingResolvers } from './matching/matching.graphql.js';
import { matchingPermissions } from './matching/matching.permissions.js';
import { matchSight, planSight } from './matching/matching.policy.js';
import { needsResolvers } from './needs/needs.mutations.graphql.js';
import { needsPermissions } from './needs/needs.permissions.js';
import { needSight } from './needs/needs.policy.js';
import { offersResolvers } from './offers/offers.mutations.graphql.js';
import { offersPermissions } from './offers/offers.permissions.js';
import { offerSight, sessionSight } from './offers/offers.policy.js';
import { consentResolvers } from './privacy/consents.mutations.graphql.js';
import { consentSight } from './privacy/consents.policy.js';
import { holdSight } from './privacy/holds.policy.js';
import { privacyResolvers } from './privacy/privacy.graphql.js';
import { privacyPermissions } from './privacy/privacy.permissions.js';
import { requestSight } from './privacy/requests.policy.js';
import { referralsResolvers } from './referrals/referrals.mutations.graphql.js';
import { referralsPermissions } from './referrals/referrals.permissions.js';
import { referralSight } from './referrals/referrals.policy.js';
import { residentsResolvers } from './residents/residents.mutations.graphql.js';
import { residentsPermissions } from './residents/residents.permissions.js';
import { kinshipSight, residentSight } from './residents/residents.policy.js';
import { taxonomyResolvers } from './taxonomy/taxonomy.graphql.js';
import { taxonomyPermissions } from './taxonomy/taxonomy.permissions.js';
import { territoryResolvers } from './territory/territory.graphql.js';
import { territoryPermissions } from './territory/territory.permissions.js';

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
  ...privacyResolvers,
  ...identityResolvers,
  ...auditResolvers,
] as const;

/** What every subject says of who may see and do what. */
export const permissions = [
  territoryPermissions,
  taxonomyPermissions,
  alliancePermissions,
  offersPermissions,
  residentsPermissions,
  needsPermissions,
  matchingPermissions,
  referralsPermissions,
  privacyPermissions,
  identityPermissions,
  auditPermissions,
] as const;

/** By which rule an object is shown at all, by type; types that are not here are public. */
export const sights: Readonly<Record<string, Pick<Rule<never>, 'grants'>>> = {
  Membership: membershipSight,
  Pact: pactSight,
  Offer: offerSight(''),
  Session: sessionSight(''),
  Resident: residentSight,
  Kinship: kinshipSight,
  Need: needSight,
  Match: matchSight,
  MatchPlan: planSight,
  Referral: referralSight,
  Account: accountSight,
  RoleAssignment: roleSight,
  Invitation: invitationSight,
  ApiClient: clientSight,
  AuditEvent: auditSight,
  Consent: consentSight,
  PersonalInfoRequest: requestSight,
  LegalHold: holdSight,
};
