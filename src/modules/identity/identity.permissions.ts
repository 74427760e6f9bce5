import type { SubjectPermissions } from '../../kernel/permissions.js';

export const identityPermissions: SubjectPermissions = {
  subject: 'identity',
  queries: [
    [['SELF', 'ADMIN'], 'accounts'],
    [['ADMIN'], 'apiClients'],
    [['ADMIN', 'SECRETARY'], 'invitations'],
    [['ANYBODY'], 'identityProviders'],
    [['ACCOUNT'], 'viewer'],
  ],
  mutations: [
    [['ADMIN'], 'accountDeactivate apiClientCreate apiClientKeyRotate apiClientRevoke roleAssign roleEnd totpReset'],
    [['ADMIN', 'SECRETARY'], 'invitationCreate invitationRevoke'],
    [['ADMIN', 'ANY_STAFF'], 'passwordResetIssue'],
    [['SELF'], 'externalIdentityLink externalIdentityUnlink passwordChange totpConfirm totpDisable totpEnroll'],
    [['ANYBODY'], 'externalSignIn externalSignInBegin invitationAccept passwordReset sessionRefresh signIn signOut'],
  ],
  inPerson: `accountDeactivate apiClientCreate apiClientKeyRotate apiClientRevoke invitationCreate invitationRevoke passwordResetIssue
    roleAssign roleEnd totpConfirm totpEnroll totpReset`,
  types: {
    Account: [[['SELF', 'ADMIN'], 'active createdAt displayName id linkedProviders login roles totpSince version']],
    RoleAssignment: [[['SELF', 'ADMIN'], 'account area branch id organization role validFrom validUntil']],
    ApiClient: [
      [
        ['ADMIN'],
        'account addresses clientId createdAt expiresAt id lastUsedAt limitedToBranches liveKeys name pointsPerMinute revokedAt scopes',
      ],
    ],
    Invitation: [
      [
        ['ADMIN', 'SECRETARY'],
        'acceptedAt area branch createdAt expiresAt id invitedBy organization role state validFrom validUntil',
      ],
    ],
    Viewer: [[['ACCOUNT'], 'account roles']],
  },
  filters: { 'Query.accounts': [[['SELF', 'ADMIN'], 'text']] },
};
