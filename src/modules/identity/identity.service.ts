/** What other subjects and the doors know of identity. */
export { accountById, BY_LOGIN, hasDemoAccounts, pageOfAccounts, rolesByAccount, visibleAccount } from './accounts.repo.js';
export { createAccounts, deactivateAccount } from './accounts.service.js';
export { loadActor } from './actor.repo.js';
export { type Authentication, type Caller, createAuthentication } from './authentication.service.js';
export {
  API_SCOPES,
  type ApiClient,
  CLIENTS,
  type ClientToken,
  type ClientWithKey,
  clientById,
  createClient,
  issueClientToken,
  liveKeysOf,
  pageOfClients,
  revokeClient,
  rotateKey,
} from './clients.service.js';
export {
  beginExternal,
  identityProviders,
  indexedLinks,
  linkExternal,
  linkedProviders,
  signInExternally,
  unlinkExternal,
} from './external.service.js';
export {
  type Account,
  INVITATION_STATES,
  type Invitation,
  type InvitationState,
  invitationState,
  type RoleAssignment,
} from './identity.domain.js';
export {
  acceptInvitation,
  createInvitation,
  INVITATIONS,
  invitationById,
  pageOfInvitations,
  revokeInvitation,
} from './invitations.service.js';
export { changePassword, indexedResets, issueReset, resetPassword } from './passwords.service.js';
export { type AssignRole, assignRole, endRole, findRole, type NewRole } from './roles.service.js';
export { refreshSession, type Session, signIn, signOut } from './sessions.service.js';
export { confirmTotpCode, disableTotp, enrollTotp, resetTotp, sealedTotps, totpSince } from './totp.service.js';
export { purgeCredentials } from './upkeep.service.js';
