import type { SubjectPermissions } from '../../kernel/permissions.js';

/** Whoever sees a need at all: partners of the branch only while it is open, and then nothing that tells who it is. */
const SHOWN = ['STAFF', 'KIN', 'ORGANIZATION', 'PARTNER'] as const;
/** Who asked, and who answers for it. */
const INVOLVED = ['STAFF', 'KIN', 'ORGANIZATION'] as const;

export const needsPermissions: SubjectPermissions = {
  subject: 'needs',
  queries: [[SHOWN, 'need needs']],
  mutations: [
    [['STAFF'], 'needFulfill needMarkUnmet needMerge needReject needTransfer needUrgencySet needVerify'],
    [INVOLVED, 'needSubmit needUpdate needWithdraw'],
  ],
  types: {
    Need: [
      [
        SHOWN,
        `acceptsCostFen ageBand beneficiaryKind branch category closeReason closedAt coverage deadline floor id languages mergedInto
        minimumQuantity modes noLift number openedAt quantity state submittedAt togetherWith transferredTo urgency version
        waiting wheelchair windows`,
      ],
      [
        INVOLVED,
        `accessNotes availableTransitions beneficiary beneficiaryGroup beneficiaryOrganization building channel description
        requesterKind requesterName requesterOrganization timeline`,
      ],
    ],
    Branch: [[SHOWN, 'needs']],
    Resident: [[['STAFF', 'KIN'], 'needs']],
  },
  parts: {
    NeedCoverage: 'asked committed fulfilled open proposed',
    NeedTimelineEntry: 'at by from kind labelEn labelZh reason reasonLabel to',
    NeedWaiting: 'days since workingHours',
    NeedWindow: 'endsAt startsAt',
  },
  filters: {
    NeedFilterInput: [
      [SHOWN, 'branchId categories states submittedFrom submittedUntil unclaimed urgencies'],
      [INVOLVED, 'beneficiaryId text'],
      [['STAFF'], 'byHand'],
    ],
    'Query.needs': [[SHOWN, 'order']],
    'Branch.needs': [[SHOWN, 'order']],
    'Resident.needs': [[['STAFF', 'KIN'], 'order']],
  },
};
