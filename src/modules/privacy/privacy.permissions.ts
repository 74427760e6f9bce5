import type { SubjectPermissions } from '../../kernel/permissions.js';

const RECORD = ['STAFF', 'KIN'] as const;
/** Who asked follows what they asked for, also when their link is over. */
const ASKED = ['STAFF', 'KIN', 'SELF'] as const;

export const privacyPermissions: SubjectPermissions = {
  subject: 'privacy',
  queries: [
    [['ANYBODY'], 'privacyNotice processingPurposes'],
    [['KIN'], 'myAccessLog myData'],
    [ASKED, 'personalInfoRequests'],
    [['ADMIN', 'AUDITOR'], 'retentionReport'],
  ],
  mutations: [
    [['PERFORMER'], 'referralRecipientReveal serviceOrdersReveal'],
    [
      RECORD,
      'consentGrant consentWithdraw matchingOptOutSet processingRestrictionSet personalInfoRequestCreate residentDataExport',
    ],
    [['STAFF'], 'personalInfoRequestComplete personalInfoRequestRefuse personalInfoRequestStart'],
    [ASKED, 'personalInfoRequestWithdraw'],
    [['SECRETARY'], 'residentErase'],
    [['ADMIN'], 'breachReportCreate legalHoldLift legalHoldSet'],
  ],
  types: {
    Consent: [
      [
        RECORD,
        `availableTransitions dataClass grantedAt id method need noticeVersion organization purpose recordedBy relation resident state
        withdrawalMethod withdrawalRelation withdrawnAt`,
      ],
    ],
    AccessLogEntry: [[RECORD, 'action at by byYou fields label organization purpose resident']],
    PersonalInfoRequest: [
      [
        ASKED,
        `availableTransitions channel complaint createdAt decidedAt deceasedOn dueAt explanations id kind legalHold onBehalf overdue
        receipt refusalReason relation resident state version words`,
      ],
    ],
    LegalHold: [[RECORD, 'id liftedAt reason resident setAt until']],
    Resident: [[RECORD, 'accessLog consents']],
    Need: [[RECORD, 'consents']],
    Referral: [[['STAFF', 'KIN', 'PERFORMER'], 'recipientSight']],
    ServiceOrder: [
      [['PERFORMER'], 'building endsAt place recipientSight referral startsAt'],
      [['SERVING'], 'recipient'],
    ],
    PrivacyNotice: [[['ANYBODY'], 'publishedOn sections title version']],
    ProcessingActivity: [[['ANYBODY'], 'articles consentPurpose data dataClasses lawfulBasis purpose receivers retention']],
  },
  parts: {
    BilingualText: 'en zh',
    BreachActor: 'accountId by firstAt lastAt looks people',
    BreachClass: 'dataClass people',
    BreachReport: 'actors classes people residentIds text',
    ErasedRows: 'links needs notes ratings requests serviceRecords',
    ErasureReceipt: 'backupsUntil erased erasedAt kept',
    ExplainedDecision: 'decidedAt needNumber why',
    KeptData: 'what why',
    PersonalDataExport: 'cut generatedAt json schemaVersion text',
    PrivacyNoticeSection: 'body heading',
    Recipient: 'careNotes home phone salutation',
    RecipientHome: 'building room storey',
    RetentionRule: 'action applied basis code days lastAppliedAt since version',
    ServiceOrderPage: 'endCursor orders',
  },
  filters: {
    'Query.privacyNotice': [[['ANYBODY'], 'version']],
    'Query.personalInfoRequests': [[ASKED, 'branchId kinds residentId states']],
    'Query.resident': [[RECORD, 'purpose']],
    'Query.residents': [[['STAFF'], 'purpose']],
  },
};
