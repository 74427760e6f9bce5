import type { SubjectPermissions } from '../../kernel/permissions.js';

export const identityPermissions: SubjectPermissions = {
  subject: 'identity',
  queries: [
    [['SELF', 'ADMIN'], 'accounts'],
    [['ACCOUNT'], 'viewer'],
  ],
  mutations: [
    [['ADMIN'], 'accountCreate accountDeactivate roleAssign roleEnd'],
    [['SELF'], 'passwordChange'],
    [['ANYBODY'], 'signIn signOut sessionRefresh'],
  ],
  types: {
    Account: [[['SELF', 'ADMIN'], 'active createdAt displayName id login roles version']],
    RoleAssignment: [[['SELF', 'ADMIN'], 'account area branch id organization role validFrom validUntil']],
    Viewer: [[['ACCOUNT'], 'account roles']],
  },
  filters: { 'Query.accounts': [[['SELF', 'ADMIN'], 'text']] },
};
