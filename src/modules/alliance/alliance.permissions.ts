import type { SubjectPermissions } from '../../kernel/permissions.js';

export const alliancePermissions: SubjectPermissions = {
  subject: 'alliance',
  queries: [[['ANYBODY'], 'organization organizations']],
  mutations: [
    [['SECRETARY'], 'organizationCreate membershipSuspend pactDraft'],
    [['ORGANIZATION', 'ADMIN'], 'organizationUpdate'],
    [['SECRETARY', 'ORGANIZATION'], 'membershipStart membershipActivate membershipEnd pactSign pactTerminate'],
  ],
  types: {
    Organization: [
      [['ANYBODY'], 'code id kind memberships name uscc version wishes'],
      [['ANY_STAFF', 'ORGANIZATION'], 'liaisons'],
    ],
    // Who is in an alliance is public; invitations, applications and past memberships are not: the rule of the policy.
    Membership: [
      [['ANYBODY', 'STAFF', 'ORGANIZATION', 'SUBDISTRICT'], 'branch id organization since state until version'],
      [['SECRETARY', 'ORGANIZATION'], 'availableTransitions'],
      [['STAFF', 'ORGANIZATION', 'SUBDISTRICT'], 'pacts'],
    ],
    Branch: [[['ANYBODY'], 'memberships']],
    Pact: [
      [
        ['STAFF', 'ORGANIZATION', 'SUBDISTRICT'],
        'branchSignature endsOn id items membership number organizationSignature startsOn state terminatedOn version',
      ],
      [['SECRETARY', 'ORGANIZATION'], 'availableTransitions'],
    ],
  },
  parts: { Liaison: 'displayName since', Signature: 'at by' },
  filters: { 'Query.organizations': [[['ANYBODY'], 'branchId kinds text']] },
};
