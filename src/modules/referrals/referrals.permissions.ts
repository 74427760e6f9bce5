import type { SubjectPermissions } from '../../kernel/permissions.js';

const SIDES = ['STAFF', 'PERFORMER', 'KIN'] as const;

export const referralsPermissions: SubjectPermissions = {
  subject: 'referrals',
  queries: [[SIDES, 'referral referrals']],
  mutations: [
    [['PARTNER'], 'needClaim'],
    [['PERFORMER'], 'matchAccept'],
    [['STAFF'], 'referralRequest referralSubmit referralMarkAsError'],
    [['PERFORMER'], 'referralAccept referralReject referralStart referralHold referralResume referralComplete referralFail'],
    [['STAFF', 'KIN'], 'referralConfirm referralDispute'],
    [SIDES, 'referralCancel'],
  ],
  types: {
    Referral: [
      [
        SIDES,
        `acceptedAt availableTransitions branch closedAt id match need number organization origin quantity reason requestedAt respondBy
        serviceRecord session state version`,
      ],
      [['STAFF'], 'decision'],
    ],
    Need: [
      [SIDES, 'referrals'],
      [['STAFF', 'KIN', 'ORGANIZATION', 'PARTNER'], 'stage'],
    ],
    Session: [[SIDES, 'referrals']],
  },
  parts: {
    Evidence: 'kind reference showsMinors',
    ServiceRecord:
      'confirmation confirmedAs confirmedAt disputeReason endedAt evidence place quantity receivedBy recordedAt startedAt',
  },
  filters: {
    ReferralFilterInput: [[SIDES, 'branchId from needId organizationId sessionId states until']],
  },
};
