import type { SubjectPermissions } from '../../kernel/permissions.js';

const AUDIT = ['ADMIN', 'AUDITOR'] as const;

export const auditPermissions: SubjectPermissions = {
  subject: 'audit',
  queries: [[AUDIT, 'auditEvents']],
  mutations: [[AUDIT, 'auditVerify']],
  types: {
    AuditEvent: [
      [
        AUDIT,
        `actor actorId at branch clientId evidence from hash id kind labelEn labelZh position reason requestId role sealedAt subjectId
        subjectType systemPurpose to`,
      ],
    ],
    Community: [[AUDIT, 'auditHead']],
  },
  parts: {
    AuditActor: 'displayName login',
    AuditHead: 'hash position publicKey sealedAt signed',
    AuditPlace: 'hash position',
    AuditReport: 'after comparedWith complete event flaw head position sound',
    SignedAuditHead: 'day hash position publicKey signature signedAt',
  },
  filters: { AuditEventFilterInput: [[AUDIT, 'actorId branchId clientId from kind subjectId until']] },
};
