/** Why data must be kept although somebody asked to have it erased. */
export const HOLD_REASONS = ['LAWSUIT', 'SUPERVISION', 'DISPUTE', 'AUDIT', 'BREACH'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Longest, in days; it may be set again. A hold without an end would be a way around the law. */
export const MAX_HOLD_DAYS = 366;

/** Erasure waits until this is over (PIPL art. 47: what the law orders to be kept is kept, and nothing else is done with it). */
export interface LegalHold {
  readonly id: string;
  readonly branchId: string;
  readonly residentId: string;
  readonly reason: HoldReason;
  /** The last day, `YYYY-MM-DD`. */
  readonly until: string;
  readonly setBy: string | null;
  readonly setAt: Date;
  readonly liftedAt: Date | null;
  readonly version: number;
}

/** How many rows of each kind were emptied. */
export interface ErasedCounts {
  readonly records: number;
  readonly needs: number;
  readonly notes: number;
  readonly serviceRecords: number;
  readonly ratings: number;
  readonly requests: number;
  readonly links: number;
}

/** That somebody was erased: what they get in hand. */
export interface ErasureReceipt {
  readonly id: string;
  readonly branchId: string;
  readonly residentId: string;
  readonly requestId: string;
  readonly erasedAt: Date;
  readonly executedBy: string | null;
  readonly requestedBy: string | null;
  readonly counts: ErasedCounts;
}

/** Days after which no backup holds what was erased: backups and archived WAL are kept no longer (`docs/privacy.md`). */
export const BACKUP_DAYS = 30;

type Said = readonly [zh: string, en: string];

/** What stays, and why. */
export const KEPT: readonly { readonly what: Said; readonly why: Said }[] = [
  {
    what: [
      '空白档案:小区、楼栋、性别、出生年份、关爱类别',
      'an empty record: branch, building, sex, year of birth, groups of care',
    ],
    why: [
      '统计数字不因删除而改变,否则前后相减会泄露本人情况;不能据此识别个人,两年后清除类别',
      'counts do not change: subtraction of before and after would tell of the person; it identifies nobody, and the groups go after two years',
    ],
  },
  {
    what: [
      '需求、服务单和服务记录的编号、类别、数量和时间,以及评价的分数与选项',
      'numbers, categories, quantities and times of needs, referrals and services, and scores and remarks of ratings',
    ],
    why: ['服务台账与资金核对', 'the ledger of services and money'],
  },
  {
    what: ['同意与撤回的记录(只有代码和时间)', 'what was agreed to and withdrawn (codes and times)'],
    why: [
      '个人信息保护法第六十九条:处理者须证明自己没有过错;三年后清除',
      'PIPL art. 69: whoever processed the data must prove to have been right to; they go after three years',
    ],
  },
  {
    what: ['查阅记录与处理日志(只有编号)', 'the access log and the event log (ids only)'],
    why: ['个人信息保护法第五十六条:至少保存三年', 'PIPL art. 56: three years at least'],
  },
];
