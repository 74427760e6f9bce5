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
    [['STAFF', 'KIN'], 'referralConfirm referralDispute referralRateService'],
    [['PERFORMER'], 'referralRateCooperation'],
    [SIDES, 'referralCancel'],
  ],
  types: {
    Referral: [
      [
        SIDES,
        `acceptedAt availableTransitions branch closedAt id match need number organization origin quantity ratableUntil reason requestedAt respondBy
        serviceRecord session state version`,
      ],
      [['STAFF'], 'decision'],
      [['STAFF', 'KIN'], 'serviceRating'],
      [['STAFF', 'PERFORMER'], 'cooperationRating'],
    ],
    Branch: [[['STAFF'], 'serviceRatings']],
    Membership: [[['STAFF', 'ORGANIZATION'], 'ratingsOfMonth']],
    Need: [
      [SIDES, 'referrals'],
      [['STAFF', 'KIN', 'ORGANIZATION', 'PARTNER'], 'stage'],
    ],
    Session: [[SIDES, 'referrals']],
  },
  parts: {
    CooperationRating: 'ratedAt remarks score version',
    Evidence: 'kind reference showsMinors',
    MonthOfRatings: 'completeFrom figures from until',
    RatingFigures: 'bad good mean people ratings remarks services',
    ServiceRating: 'note ratedAs ratedAt referral remarks score version',
    ServiceRecord:
      'confirmation confirmedAs confirmedAt disputeReason endedAt evidence place quantity receivedBy recordedAt startedAt',
    ServiceRemarkShare: 'remark share',
  },
  filters: {
    'Branch.serviceRatings': [[['STAFF'], 'maxScore']],
    'Membership.ratingsOfMonth': [[['STAFF', 'ORGANIZATION'], 'month']],
    ReferralFilterInput: [[SIDES, 'branchId from needId organizationId sessionId states until']],
  },
};
