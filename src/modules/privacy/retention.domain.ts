/** What happens to data when its time is over. */
export const RETENTION_ACTIONS = ['EMPTIED', 'DELETED'] as const;
export type RetentionAction = (typeof RETENTION_ACTIONS)[number];

export const RETENTION_CODES = [
  'NEED_TEXTS',
  'UNVERIFIED_NEEDS',
  'REQUEST_WORDS',
  'ERASED_SHELLS',
  'ACCESS_LOG',
  'CONSENTS',
  'IDEMPOTENCY_KEYS',
] as const;
export type RetentionCode = (typeof RETENTION_CODES)[number];

type Said = readonly [zh: string, en: string];

/** How long something is kept, and why no longer and no shorter. A change of a rule is a new version of it. */
export interface RetentionRule {
  readonly code: RetentionCode;
  readonly version: number;
  /** Days after the moment that `since` names. */
  readonly days: number;
  readonly since: Said;
  readonly action: RetentionAction;
  readonly basis: Said;
}

/** The rules in force (PIPL art. 19: no longer than the purpose needs). People whom a legal hold keeps are left out of all that tells of them. */
export const RETENTION_RULES: readonly RetentionRule[] = [
  {
    code: 'NEED_TEXTS',
    version: 1,
    days: 730,
    since: ['需求办结或关闭', 'the need was closed'],
    action: 'EMPTIED',
    basis: [
      '个人信息保护法第十九条;社区确定办结后两年去标识化',
      'PIPL art. 19; the community keeps words for two years after the close, and pseudonyms after',
    ],
  },
  {
    code: 'UNVERIFIED_NEEDS',
    version: 1,
    days: 90,
    since: ['需求提交而始终未核实', 'the need was submitted, and never verified'],
    action: 'EMPTIED',
    basis: ['个人信息保护法第十九条;未受理的需求不再需要', 'PIPL art. 19; what was never taken on is not needed'],
  },
  {
    code: 'REQUEST_WORDS',
    version: 1,
    days: 1096,
    since: ['个人信息请求办结', 'the request was answered'],
    action: 'EMPTIED',
    basis: ['个人信息保护法第五十六条:处理记录保存三年', 'PIPL art. 56: records of processing for three years'],
  },
  {
    code: 'ERASED_SHELLS',
    version: 1,
    days: 730,
    since: ['个人信息删除', 'the person was erased'],
    action: 'EMPTIED',
    basis: ['统计期过后不再需要关爱类别', 'reports of that time are closed: the groups of care are not needed'],
  },
  {
    code: 'ACCESS_LOG',
    version: 1,
    days: 1096,
    since: ['查阅发生', 'the look'],
    action: 'DELETED',
    basis: [
      '个人信息保护法第五十六条、网络数据安全管理条例第十二条:至少三年',
      'PIPL art. 56, Network Data Regulations art. 12: three years at least',
    ],
  },
  {
    code: 'CONSENTS',
    version: 1,
    days: 1096,
    since: ['同意被撤回', 'the consent was withdrawn'],
    action: 'DELETED',
    basis: [
      '个人信息保护法第五十六条、网络数据安全管理条例第十二条:至少三年',
      'PIPL art. 56, Network Data Regulations art. 12: three years at least',
    ],
  },
  {
    code: 'IDEMPOTENCY_KEYS',
    version: 1,
    days: 7,
    since: ['请求到达', 'the request came'],
    action: 'DELETED',
    basis: ['重复请求只在数日内可能发生', 'a repeat comes within days or never'],
  },
];

/** What was done by a rule. */
export interface RetentionDone {
  readonly rule: RetentionRule;
  readonly lastAppliedAt: Date | null;
  readonly applied: number;
}
