/** One thing that happened to a need, as people are told it. */
export interface TimelineEntry {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly labelZh: string;
  readonly labelEn: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly actorRole: string;
}

type Label = readonly [zh: string, en: string];

/** What everybody who may follow a need is told. */
const TOLD: Readonly<Record<string, Label>> = {
  NEED_SUBMITTED: ['需求已登记', 'The need was taken down.'],
  NEED_OPENED: ['已核实,正在寻找服务', 'It was verified; help is being looked for.'],
  NEED_REJECTED: ['不予受理', 'It was not taken on.'],
  NEED_MERGED: ['与同类需求合并办理', 'It was merged with a like one.'],
  NEED_TRANSFERRED: ['已转交其他部门办理', 'It was handed on to another office.'],
  NEED_WITHDRAWN: ['已撤回', 'It was withdrawn.'],
  NEED_EXPIRED: ['已过期限', 'Its deadline passed.'],
  NEED_UNMET: ['暂时无法满足', 'It could not be met.'],
  NEED_FULFILLED: ['已办结', 'It is done.'],
  NEED_REOPENED: ['重新办理', 'It was opened again.'],
  REFERRAL_REQUESTED: ['已联系服务单位,等待答复', 'An organization was asked.'],
  REFERRAL_ACCEPTED: ['服务单位已接单', 'An organization promised to help.'],
  REFERRAL_IN_PROGRESS: ['正在服务', 'The service has begun.'],
  REFERRAL_ON_HOLD: ['服务暂缓', 'The service is on hold.'],
  REFERRAL_COMPLETED: ['服务已完成', 'The service was delivered.'],
  REFERRAL_CONFIRMED: ['已回访确认', 'Those who received it confirmed that help arrived.'],
  REFERRAL_DISPUTED: ['回访有异议,正在核实', 'It did not arrive as recorded; the branch looks into it.'],
  SERVICE_RATED: ['已评价服务', 'The service was rated.'],
  REFERRAL_CANCELLED: ['服务安排已取消,继续寻找', 'The appointment was called off; the search goes on.'],
  REFERRAL_FAILED: ['服务未能完成,继续寻找', 'The service did not work out; the search goes on.'],
};

/** What is the staff's own: notes on the handling, and who declined. */
const STAFF_ONLY: Readonly<Record<string, Label>> = {
  NEED_CHANGED: ['内容已更正', 'Its content was corrected.'],
  NEED_TIED: ['约定与另一需求同场服务', 'It shall go together with another.'],
  NEED_UNTIED: ['不再与另一需求同场', 'It goes alone again.'],
  NEED_URGENCY_SET: ['紧急程度已调整', 'Its urgency was changed.'],
  NEED_ABSORBED: ['并入一条同类需求', 'A like need was merged into it.'],
  REFERRAL_DRAFT: ['拟定服务单', 'A referral was drafted.'],
  REFERRAL_REJECTED: ['单位谢绝', 'An organization declined.'],
  COOPERATION_RATED: ['单位已评价协作', 'The organization rated the cooperation.'],
  REFERRAL_ENTERED_IN_ERROR: ['服务单登记有误', 'A referral was entered in error.'],
};

/** The label of an event for this reader; null when the event is not for them. */
export const labelFor = (kind: string, isStaff: boolean): Label | null =>
  TOLD[kind] ?? (isStaff ? (STAFF_ONLY[kind] ?? [kind, kind]) : null);

const BY: Readonly<Record<string, Label>> = {
  COMMUNITY_ADMIN: ['社区工作人员', 'community staff'],
  BRANCH_SECRETARY: ['小区书记', 'branch secretary'],
  ESTATE_OFFICER: ['小区专员', 'estate officer'],
  GENERALIST_WORKER: ['全能社工', 'generalist worker'],
  LIAISON: ['红盟单位', 'partner organization'],
  FAMILY: ['家属', 'family'],
  VOLUNTEER: ['志愿者', 'volunteer'],
};

/** Who did it, by their role only. */
export const doneBy = (role: string, locale: 'zh' | 'en'): string => (BY[role] ?? ['系统', 'system'])[locale === 'zh' ? 0 : 1];
