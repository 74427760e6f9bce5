import type { SubjectPermissions } from '../../kernel/permissions.js';

export const taxonomyPermissions: SubjectPermissions = {
  subject: 'taxonomy',
  queries: [[['ANYBODY'], 'categories enumLabels']],
  types: {
    ServiceCategory: [
      [['ANYBODY'], 'capacityUnit children code labelEn labelZh matchable needsConsent needsFiling openEligibility parent'],
    ],
  },
  parts: { EnumLabel: 'labelEn labelZh value' },
  filters: { 'Query.categories': [[['ANYBODY'], 'root']], 'Query.enumLabels': [[['ANYBODY'], 'name']] },
};
