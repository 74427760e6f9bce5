import type { SubjectPermissions } from '../../kernel/permissions.js';

/** What is published is public; drafts are its organization's, what is paused or over also for staff of branches it is a partner of. */
const SHOWN = ['ANYBODY', 'ORGANIZATION', 'STAFF', 'ADMIN'] as const;

export const offersPermissions: SubjectPermissions = {
  subject: 'offers',
  queries: [[SHOWN, 'offer offers session sessions']],
  mutations: [
    [
      ['ORGANIZATION', 'ADMIN'],
      `offerAssure offerCreate offerPause offerPublish offerUpdate offerWithdraw
      sessionCancel sessionCapacityChange sessionUpdate sessionsCreate`,
    ],
  ],
  types: {
    Offer: [
      [
        SHOWN,
        `capacityStatus category costFen coversChildren description eligibility filing id languages lastAssuredOn leadTimeMinutes
        modes needsAssessment organization pauseReason serviceArea sessions state title upcomingSessions validity version volunteer`,
      ],
      [['ORGANIZATION', 'ADMIN'], 'availableTransitions'],
    ],
    Session: [
      [
        SHOWN,
        `branchQuotas building canReserve cancelReason capacityStatus id minimumAttendance offer place quantity state time version`,
      ],
      [['ORGANIZATION', 'STAFF', 'ADMIN'], 'resourceKeys'],
      [['ORGANIZATION', 'ADMIN'], 'availableTransitions'],
    ],
    Branch: [[SHOWN, 'offers sessions']],
    Organization: [[SHOWN, 'offers']],
  },
  parts: {
    BranchQuota: 'branch places',
    Eligibility: 'buildings careCategories maxAgeMonths minAgeMonths',
    Filing: 'number validUntil',
    Places: 'capacity remaining reserved unit',
    SessionTime: 'endsAt startsAt',
    Validity: 'endsOn startsOn',
  },
  filters: {
    OfferFilterInput: [[SHOWN, 'branchId categories mode organizationId states text validFrom validUntil']],
    SessionFilterInput: [
      [SHOWN, 'branchId categories from offerId organizationId until withFreePlaces'],
      [['ORGANIZATION', 'STAFF', 'ADMIN'], 'withCancelled'],
    ],
    'Session.canReserve': [[SHOWN, 'quantity']],
  },
};
