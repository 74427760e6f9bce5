import type { SubjectPermissions } from '../../kernel/permissions.js';

const RECORD = ['STAFF', 'KIN'] as const;

export const residentsPermissions: SubjectPermissions = {
  subject: 'residents',
  queries: [
    [['STAFF'], 'residents'],
    [RECORD, 'resident'],
    [['STAFF', 'SELF'], 'kinships'],
  ],
  mutations: [
    [['STAFF'], 'residentCreate residentUpdate kinshipVerify kinshipReject'],
    [RECORD, 'residentReveal'],
    [['STAFF', 'SELF'], 'kinshipRevoke'],
    [['ACCOUNT'], 'kinshipClaim'],
  ],
  types: {
    Resident: [
      [
        RECORD,
        `ageBand branch building careCategories consentsToHealthMatching createdAt deceasedOn id languages maskedName maskedPhone
        optedOut residencyStatus restricted sex storey version`,
      ],
      [['STAFF'], 'abilityLevel'],
    ],
    Kinship: [[['STAFF', 'SELF'], 'availableTransitions claimant createdAt id relation resident state verifiedAt version']],
    Viewer: [[['KIN'], 'residents']],
  },
  parts: { ResidentClearValues: 'birthDate name phone room' },
  filters: {
    ResidentFilterInput: [[['STAFF'], 'address branchId careCategories minAge name phone residencyStatuses']],
    'Query.kinships': [[['STAFF', 'SELF'], 'branchId residentId states']],
  },
};
