import type { ConsentPurpose, DataClass } from './consents.domain.js';
import type { Words } from './notices.js';

export const PROCESSING_PURPOSES = [
  'REGISTER',
  'NEEDS',
  'MATCHING',
  'HEALTH_MATCHING',
  'SHARE_WITH_ORGANIZATION',
  'TASK_CARE_NOTES',
  'FAMILY',
  'OVERSIGHT',
  'ACCESS_RECORDS',
  'EMERGENCY',
] as const;
/** Why the house handles personal data at all: closed. */
export type ProcessingPurpose = (typeof PROCESSING_PURPOSES)[number];

export const LAWFUL_BASES = ['STATUTORY_DUTY', 'SEPARATE_CONSENT', 'VITAL_INTEREST'] as const;
/** What allows it: PIPL art. 13(3) with 37, art. 23 and 29, art. 13(4). */
export type LawfulBasis = (typeof LAWFUL_BASES)[number];

/** One line of the record of processing (PIPL art. 17 and 56). */
export interface Processing {
  readonly purpose: ProcessingPurpose;
  readonly lawfulBasis: LawfulBasis;
  readonly articles: string;
  readonly dataClasses: readonly DataClass[];
  readonly data: Words;
  readonly retention: Words;
  readonly receivers: Words;
  /** What must be agreed to first; null where no consent is asked. */
  readonly consentPurpose: ConsentPurpose | null;
}

const STAFF: Words = { zh: '本总支及社区工作人员', en: 'staff of the branch and the community' };
const TWO_YEARS: Words = { zh: '办结后两年去标识', en: 'two years after the end, then without what identifies' };
const AS_LONG_AS_VALID: Words = {
  zh: '至撤回同意或服务完成满七日;同意与提供记录保存三年',
  en: 'until consent is withdrawn or seven days after the service; the consent and the record of sharing three years',
};

/** Everything that is done with personal data here, one line a purpose; the periods are domain.md §3.7's. */
export const PROCESSING: readonly Processing[] = [
  {
    purpose: 'REGISTER',
    lawfulBasis: 'STATUTORY_DUTY',
    articles: '个人信息保护法 13(3), 37; 城市居民委员会组织法 3',
    dataClasses: ['GENERAL', 'SENSITIVE'],
    data: {
      zh: '姓名、电话、住址、性别、出生日期、居住状态、关爱类别、能力等级',
      en: 'name, telephone, address, sex, date of birth, residency, care categories, ability',
    },
    retention: { zh: '在册期间', en: 'while on file' },
    receivers: STAFF,
    consentPurpose: null,
  },
  {
    purpose: 'NEEDS',
    lawfulBasis: 'STATUTORY_DUTY',
    articles: '个人信息保护法 13(3), 37; 城市居民委员会组织法 3, 4',
    dataClasses: ['GENERAL', 'SENSITIVE'],
    data: {
      zh: '需求内容、进门提示、办理过程、对服务的评价',
      en: 'what is asked, how to get in, what became of it, what was said of the service',
    },
    retention: TWO_YEARS,
    receivers: STAFF,
    consentPurpose: null,
  },
  {
    purpose: 'MATCHING',
    lawfulBasis: 'STATUTORY_DUTY',
    articles: '个人信息保护法 13(3), 24, 37',
    dataClasses: ['GENERAL'],
    data: {
      zh: '年龄、关爱类别、楼栋、语言、以往服务;单位只看到年龄段与需求本身',
      en: 'age, care categories, stairwell, languages, earlier services; organizations see the age band and the need itself only',
    },
    retention: TWO_YEARS,
    receivers: { zh: '无(系统内计算,可选择不参加)', en: 'nobody: computed in the system; one may opt out' },
    consentPurpose: null,
  },
  {
    purpose: 'HEALTH_MATCHING',
    lawfulBasis: 'SEPARATE_CONSENT',
    articles: '个人信息保护法 28, 29, 31',
    dataClasses: ['SENSITIVE'],
    data: { zh: '涉及健康、护理的需求类别', en: 'that a need concerns health or care' },
    retention: { zh: '至撤回同意;同意记录保存三年', en: 'until consent is withdrawn; the consent itself three years' },
    receivers: { zh: '无(系统内计算)', en: 'nobody: computed in the system' },
    consentPurpose: 'HEALTH_MATCHING',
  },
  {
    purpose: 'SHARE_WITH_ORGANIZATION',
    lawfulBasis: 'SEPARATE_CONSENT',
    articles: '个人信息保护法 23, 31; 网络数据安全管理条例 12, 21',
    dataClasses: ['GENERAL'],
    data: { zh: '称谓、电话,上门时的楼栋门牌', en: 'form of address, telephone; the door where the service comes home' },
    retention: AS_LONG_AS_VALID,
    receivers: { zh: '已接单的红盟单位联络员', en: 'liaisons of the organization that promised to serve' },
    consentPurpose: 'SHARE_WITH_ORGANIZATION',
  },
  {
    purpose: 'TASK_CARE_NOTES',
    lawfulBasis: 'SEPARATE_CONSENT',
    articles: '个人信息保护法 23, 28, 29, 31',
    dataClasses: ['SENSITIVE'],
    data: { zh: '本次服务须知的照护与进门提示', en: 'what to mind and how to get in, for this service' },
    retention: AS_LONG_AS_VALID,
    receivers: { zh: '已接单的红盟单位联络员', en: 'liaisons of the organization that promised to serve' },
    consentPurpose: 'TASK_CARE_NOTES',
  },
  {
    purpose: 'FAMILY',
    lawfulBasis: 'STATUTORY_DUTY',
    articles: '个人信息保护法 13(3), 37; 老年人权益保障法 13, 14',
    dataClasses: ['GENERAL', 'SENSITIVE'],
    data: { zh: '亲属关系、居民档案、需求与办理过程', en: 'the link, the record, needs and what became of them' },
    retention: { zh: '至关系解除', en: 'until the link ends' },
    receivers: { zh: '经核实的亲属、监护人', en: 'kin and guardians whose link was verified' },
    consentPurpose: null,
  },
  {
    purpose: 'OVERSIGHT',
    lawfulBasis: 'STATUTORY_DUTY',
    articles: '个人信息保护法 13(3), 25, 37',
    dataClasses: ['GENERAL'],
    data: { zh: '不少于五人的汇总数', en: 'counts of five people and more' },
    retention: { zh: '不含个人信息', en: 'nothing personal in them' },
    receivers: { zh: '街道、公众', en: 'the subdistrict, the public' },
    consentPurpose: null,
  },
  {
    purpose: 'ACCESS_RECORDS',
    lawfulBasis: 'STATUTORY_DUTY',
    articles: '个人信息保护法 51, 55, 56; 网络数据安全管理条例 12',
    dataClasses: ['GENERAL'],
    data: { zh: '谁在何时为何查看或提供了哪些信息', en: 'who looked at or passed on what, when and why' },
    retention: { zh: '最后一次使用后三年', en: 'three years after the last use' },
    receivers: { zh: '本人、亲属、审计人员', en: 'the person, kin, auditors' },
    consentPurpose: null,
  },
  {
    purpose: 'EMERGENCY',
    lawfulBasis: 'VITAL_INTEREST',
    articles: '个人信息保护法 13(4)',
    dataClasses: ['GENERAL', 'SENSITIVE'],
    data: { zh: '救助所必需的信息', en: 'what is needed to help' },
    retention: TWO_YEARS,
    receivers: { zh: '公安、消防、急救', en: 'police, fire brigade, ambulance' },
    consentPurpose: null,
  },
];
