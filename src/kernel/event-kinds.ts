/**
 * Everything that the event log can tell of, with labels for people. The log is kept for ever: a kind that is no longer appended
 * stays here, so that old events keep their labels.
 */
export const EVENT_KINDS = {
  COMMUNITY_FOUNDED: ['社区已建立', 'Community founded'],

  ACCOUNT_CREATED: ['账号已开通', 'Account opened'],
  ACCOUNT_DEACTIVATED: ['账号已停用', 'Account shut'],
  ROLE_ASSIGNED: ['角色已授予', 'Role given'],
  ROLE_ENDED: ['角色已收回', 'Role taken'],
  PASSWORD_CHANGED: ['密码已修改', 'Password changed'],
  SIGNED_IN: ['登录', 'Signed in'],
  SIGNED_OUT: ['退出登录', 'Signed out'],
  SIGN_IN_LOCKED: ['登录已被暂时锁定', 'Sign-in locked for a while'],
  REFRESH_TOKEN_REUSED: ['刷新令牌被重复使用，会话已终止', 'Refresh token used twice, session ended'],

  ORGANIZATION_REGISTERED: ['单位已登记', 'Organization registered'],
  ORGANIZATION_CHANGED: ['单位信息已更正', 'Organization corrected'],
  MEMBERSHIP_INVITED: ['邀请加入红盟', 'Invited to the alliance'],
  MEMBERSHIP_APPLIED: ['申请加入红盟', 'Applied to the alliance'],
  MEMBERSHIP_ACTIVE: ['成为红盟成员', 'Became a member of the alliance'],
  MEMBERSHIP_SUSPENDED: ['成员资格已暂停', 'Membership suspended'],
  MEMBERSHIP_ENDED: ['成员资格已终止', 'Membership ended'],
  PACT_DRAFTED: ['共建协议已拟定', 'Pact drafted'],
  PACT_SIGNED: ['共建协议已签署', 'Pact signed'],
  PACT_TERMINATED: ['共建协议已终止', 'Pact ended before its time'],

  OFFER_DRAFTED: ['资源已拟定', 'Offer drafted'],
  OFFER_CHANGED: ['资源已修改', 'Offer changed'],
  OFFER_PUBLISHED: ['资源已发布', 'Offer published'],
  OFFER_PAUSED: ['资源已暂停', 'Offer paused'],
  OFFER_WITHDRAWN: ['资源已撤回', 'Offer withdrawn'],
  OFFER_EXPIRED: ['资源已过期', 'Offer expired'],
  OFFER_ASSURED: ['资源已再次确认', 'Offer assured again'],
  SESSION_SCHEDULED: ['场次已安排', 'Session scheduled'],
  SESSION_CHANGED: ['场次已修改', 'Session changed'],
  SESSION_RESIZED: ['场次名额已调整', 'Places of a session changed'],
  SESSION_CANCELLED: ['场次已取消', 'Session called off'],

  RESIDENT_REGISTERED: ['居民已建档', 'Resident put on file'],
  RESIDENT_CHANGED: ['居民档案已更正', 'Record of a resident corrected'],
  RESIDENTS_IMPORTED: ['居民档案已批量导入', 'Records of residents loaded'],
  KINSHIP_CLAIM_RECEIVED: ['收到亲属关系申请', 'Claim of kinship received'],
  KINSHIP_CLAIMED: ['申报亲属关系', 'Kinship claimed'],
  KINSHIP_VERIFIED: ['亲属关系已核实', 'Kinship verified'],
  KINSHIP_REJECTED: ['亲属关系未通过核实', 'Kinship not confirmed'],
  KINSHIP_REVOKED: ['亲属关系已解除', 'Kinship revoked'],
  PERSONAL_DATA_READ: ['查阅个人信息', 'Personal data read'],

  NEED_SUBMITTED: ['需求已登记', 'Need taken down'],
  NEED_OPENED: ['需求已核实', 'Need verified'],
  NEED_CHANGED: ['需求内容已更正', 'Need corrected'],
  NEED_URGENCY_SET: ['紧急程度已调整', 'Urgency changed'],
  NEED_TIED: ['约定与另一需求同场服务', 'Need tied to another'],
  NEED_UNTIED: ['不再与另一需求同场', 'Need goes alone again'],
  NEED_ABSORBED: ['并入同类需求', 'Took in a like need'],
  NEED_REJECTED: ['需求不予受理', 'Need not taken on'],
  NEED_MERGED: ['需求已合并', 'Need merged into another'],
  NEED_TRANSFERRED: ['需求已转交', 'Need handed on'],
  NEED_WITHDRAWN: ['需求已撤回', 'Need withdrawn'],
  NEED_EXPIRED: ['需求已过期限', 'Need past its deadline'],
  NEED_UNMET: ['需求暂时无法满足', 'Need could not be met'],
  NEED_FULFILLED: ['需求已办结', 'Need fulfilled'],
  NEED_REOPENED: ['需求重新办理', 'Need opened again'],

  MATCH_POLICY_ADOPTED: ['匹配规则已更新', 'Match policy adopted'],
  MATCH_PLAN_CREATED: ['匹配方案开始计算', 'Match plan started'],
  MATCH_PLAN_READY: ['匹配方案已算出', 'Match plan computed'],
  MATCH_PLAN_FAILED: ['匹配方案计算失败', 'Match plan failed'],
  MATCH_PLAN_CANCELLED: ['匹配方案已取消', 'Match plan cancelled'],
  MATCH_PLAN_PUBLISHED: ['匹配方案已发布', 'Match plan published'],
  MATCH_PLAN_AMENDED: ['匹配方案已补充', 'Match plan amended'],
  MATCH_PROPOSED: ['匹配建议已提出', 'Match proposed'],
  MATCH_ACCEPTED: ['匹配建议已接受', 'Match accepted'],
  MATCH_DECLINED: ['匹配建议已谢绝', 'Match declined'],
  MATCH_FELL_OUT: ['匹配建议已不成立', 'Match no longer possible'],
  MATCH_LAPSED: ['匹配建议已失效', 'Match lapsed'],

  REFERRAL_DRAFT: ['服务单已拟定', 'Referral drafted'],
  REFERRAL_REQUESTED: ['已请求单位服务', 'Organization asked'],
  REFERRAL_ACCEPTED: ['单位已接单', 'Organization accepted'],
  REFERRAL_REJECTED: ['单位已谢绝', 'Organization declined'],
  REFERRAL_IN_PROGRESS: ['服务已开始', 'Service begun'],
  REFERRAL_ON_HOLD: ['服务暂缓', 'Service on hold'],
  REFERRAL_COMPLETED: ['服务已完成', 'Service delivered'],
  REFERRAL_CONFIRMED: ['已回访确认', 'Delivery confirmed'],
  REFERRAL_DISPUTED: ['回访有异议', 'Delivery disputed'],
  REFERRAL_FAILED: ['服务未能完成', 'Service failed'],
  REFERRAL_CANCELLED: ['服务单已取消', 'Referral called off'],
  REFERRAL_ENTERED_IN_ERROR: ['服务单登记有误', 'Referral entered in error'],

  AUDIT_VERIFIED: ['审计链已核验', 'Audit chain verified'],
  AUDIT_HEAD_SIGNED: ['审计链头已签名', 'Head of the audit chain signed'],
} as const satisfies Readonly<Record<string, readonly [zh: string, en: string]>>;

type Label = readonly [zh: string, en: string];
const labels: Readonly<Record<string, Label | undefined>> = EVENT_KINDS;

/** Gives back what is a kind of event; anything else is a bug, so it throws. */
export function assertEventKind(kind: string): string {
  if (!labels[kind]) throw new TypeError(`${kind} is no kind of event: name it in kernel/event-kinds.ts`);
  return kind;
}

/** What people are told an event was; its kind itself where that is unknown: evidence is shown also when nobody knows what it says. */
export const eventLabel = (kind: string): Label => labels[kind] ?? [kind, kind];
