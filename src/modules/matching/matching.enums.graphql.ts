import { defineEnum } from '../../graphql/enums.js';
import type {
  ChangeCause,
  ChangeKind,
  MatchState,
  PlanFailure,
  PlanState,
  UnmatchedReason,
  WaitingBand,
} from './matching.domain.js';
import type { MatchReason } from './planner/rules.js';
import type { CostPart, RankPart } from './planner/scoring.js';

export const PlanStateEnum = defineEnum<PlanState>('MatchPlanState', 'Where a run of the engine stands.', {
  QUEUED: ['排队中', 'queued', 'Written down, not begun.'],
  RUNNING: ['计算中', 'running', 'Poll `progress`.'],
  READY: ['待发布', 'ready', 'Computed and proven; nobody but the branch sees it.'],
  PUBLISHED: ['已发布', 'published', 'Its matches were proposed to the organizations.'],
  FAILED: ['失败', 'failed', '`failure` tells why; make a new one.'],
  CANCELLED: ['已取消', 'cancelled', 'Stopped while it waited or computed; it has no matches.'],
});

export const PlanFailureEnum = defineEnum<PlanFailure>('MatchPlanFailure', 'What went wrong with a run.', {
  PROOF_FAILED: [
    '结果未通过验证',
    'proof failed',
    "The engine's answer did not prove itself, so it is not shown. A bug; report it.",
  ],
  INTERRUPTED: ['中断', 'interrupted', 'The server stopped while it ran.'],
  ERROR: ['出错', 'error', 'Something unforeseen; the server log has it.'],
});

export const MatchStateEnum = defineEnum<MatchState>('MatchState', 'Where a proposed pair stands.', {
  PLANNED: ['未发布', 'planned', 'In a plan that was not published.'],
  PROPOSED: ['待单位答复', 'proposed', 'The organization may accept or decline until `respondBy`.'],
  ACCEPTED: ['已接受', 'accepted', 'A referral exists.'],
  DECLINED: ['已谢绝', 'declined', 'Costs nothing; the need stays open.'],
  FELL_OUT: ['已失效', 'fell out', 'Did not hold any more when its plan was published.'],
  LAPSED: ['已过期', 'lapsed', 'Not answered in time, or replaced by a newer plan.'],
});

export const UnmatchedReasonEnum = defineEnum<UnmatchedReason>(
  'UnmatchedReason',
  'Why a plan left a need open: the step at which its last possible session dropped out, in the order of this list.',
  {
    NO_OFFER_OF_CATEGORY: ['没有此类资源', 'no offer of the category', 'Nobody in the alliance of the branch offers it.'],
    NO_STANDING: ['协议或备案无效', 'no valid pact or filing', 'Offers exist, but without a pact in force or a valid filing.'],
    OUT_OF_AREA: ['不在服务范围', 'out of area', 'No offer serves this branch.'],
    CONSENT: ['缺少同意', 'consent missing', 'The person opted out, or did not consent to this category.'],
    NOT_ELIGIBLE: ['不符合条件', 'not eligible', 'Age, group or building.'],
    WRONG_MODE: ['服务方式不符', 'wrong mode', 'E.g. needed at home, offered on site only.'],
    COST: ['费用过高', 'costs too much', 'More than the need accepts.'],
    EXCLUDED: ['已谢绝或排除', 'declined or excluded', 'The rest was declined before, excluded, or forbidden in this plan.'],
    WRONG_TIME: ['时间不合', 'wrong time', 'No window, lead time or deadline fits.'],
    HELPER_BUSY: ['人手或场地冲突', 'helper or room busy', 'Its helper, room or device is promised or planned elsewhere then.'],
    MINIMUM_NOT_REACHED: ['未达开办人数', 'minimum not reached', 'Too few would come for the session to be held.'],
    RESERVED_FOR_OTHERS: ['名额留给其他总支', 'reserved for others', 'What is free is kept for residents of other branches.'],
    PERSON_BUSY: ['本人时间冲突', 'person busy', 'They are elsewhere then, or on the way, by a promise or in this plan.'],
    PORTION_TOO_SMALL: ['余量不足', 'portion too small', 'Less is left than the need takes at once.'],
    TOGETHER: ['结伴需求未能同场', 'not together', 'No session has room for both needs that go together.'],
    CAP_REACHED: ['已达次数上限', 'cap reached', 'The person has had as much of it as the policy gives one person in a while.'],
    BUDGET_ENDED: ['计算时间用尽', 'budget ended', 'The time of the run ended before this was settled; the plan tells its gap.'],
    ALL_FULL: ['名额已满', 'all full', 'Every place that could serve it is held by needs that come first, or promised.'],
    PARTLY_SERVED: ['部分满足', 'partly served', 'Something is served; for the rest all is full.'],
  },
);

export const WaitingBandEnum = defineEnum<WaitingBand>(
  'WaitingBand',
  'How long a need has waited, in days since it was submitted.',
  {
    UNDER_3_DAYS: ['3天以内', 'under 3 days', 'Less than three days.'],
    UNDER_7_DAYS: ['3天至1周', 'under a week', 'From three days to less than seven.'],
    UNDER_14_DAYS: ['1至2周', 'under two weeks', 'From seven days to less than fourteen.'],
    UNDER_28_DAYS: ['2至4周', 'under four weeks', 'From fourteen days to less than twenty-eight.'],
    LONGER: ['4周以上', 'four weeks and more', 'Twenty-eight days and more.'],
  },
);

export const MatchReasonEnum = defineEnum<MatchReason>('MatchReason', 'Why a pair is not possible: one broken hard rule each.', {
  P0_TO_OFFICER: ['紧急需求转专员', 'P0 goes to the officer', 'Never matched.'],
  NEED_NOT_OPEN: ['需求未开放', 'need not open', 'Only open needs are matched.'],
  NEED_COVERED: ['需求已满足', 'need covered', 'No rule: nothing is left to serve.'],
  NOT_MATCHABLE: ['类别不参与匹配', 'category not matchable', 'Goes to the grid, to mediation or to the office.'],
  WRONG_CATEGORY: ['类别不符', 'wrong category', "Neither the need's category nor an ancestor that covers it."],
  WRONG_UNIT: ['计量单位不符', 'wrong unit', 'Capacity units must agree.'],
  OFFER_NOT_PUBLISHED: ['资源未发布', 'offer not published', 'Draft, paused, withdrawn or expired.'],
  SESSION_CANCELLED: ['场次已取消', 'session cancelled', 'It does not take place.'],
  NOT_A_MEMBER: ['非红盟成员', 'not a member', "Not active in the need's branch."],
  NO_PACT: ['无有效协议', 'no pact in force', 'On the day of the service.'],
  NO_FILING: ['无有效备案', 'no valid filing', 'Free clinics need one on the day.'],
  OUT_OF_AREA: ['不在服务范围', 'out of area', 'The offer names the branches it serves.'],
  OPTED_OUT: ['不同意自动匹配', 'opted out', 'PIPL art. 24; people decide by hand. Staff only.'],
  RESTRICTED: ['已限制处理', 'restricted', 'PIPL art. 44; the record is kept and nothing else is done with it. Staff only.'],
  NO_CONSENT: ['缺少同意', 'no consent', 'Touches health or the body; PIPL art. 29. Staff only.'],
  TOO_YOUNG: ['年龄不足', 'too young', 'On the day of the service. Staff only.'],
  TOO_OLD: ['超过年龄', 'too old', 'On the day of the service. Staff only.'],
  CARE_CATEGORY: ['非面向人群', 'not in its groups', 'Staff only.'],
  NAMED_BUILDINGS: ['非指定楼栋', 'not in its buildings', 'Staff only.'],
  BENEFICIARY_UNKNOWN: [
    '服务对象不明',
    'beneficiary unknown',
    'The offer has conditions on a person, the need names none. Staff only.',
  ],
  NOT_ELIGIBLE: ['不符合条件', 'not eligible', 'All that concerns the person, for readers outside the staff of the branch.'],
  WRONG_MODE: ['服务方式不符', 'wrong mode', 'No mode in common.'],
  COSTS_TOO_MUCH: ['费用过高', 'costs too much', 'More than the need accepts.'],
  OFFER_NOT_VALID: ['不在有效期', 'offer not valid then', 'Outside its validity.'],
  LEAD_TIME: ['提前时间不足', 'lead time too short', 'It starts sooner than the offer needs notice.'],
  NO_WINDOW: ['时段不合', 'no window', 'Overlaps no window of the need.'],
  AFTER_DEADLINE: ['超过期限', 'after the deadline', 'It ends too late.'],
  DECLINED_BEFORE: [
    '此前已谢绝',
    'declined before',
    'This session for a reason that passes, or the whole offer for one about the match itself.',
  ],
  EXCLUDED: ['已排除', 'excluded', 'One side excluded the other.'],
  PERSON_BUSY: ['本人时间冲突', 'person busy', 'Promised to be elsewhere then, or on the way. Staff only.'],
  HELPER_BUSY: ['人手或场地冲突', 'helper or room busy', 'Its helper, room or device is promised elsewhere then.'],
  TOGETHER: ['须与结伴需求同场', 'together', 'The need that it goes with is promised, planned or missing elsewhere.'],
  MINIMUM_NOT_REACHED: [
    '未达开办人数',
    'minimum not reached',
    'Too few are left for the session to be held. When a plan is published.',
  ],
  PORTION_TOO_SMALL: ['余量不足', 'portion too small', 'Less is left than the need takes at once. When a plan is published.'],
  RESERVED_FOR_OTHERS: [
    '名额留给其他总支',
    'reserved for others',
    'What is free is kept for other branches. When a plan is published.',
  ],
  CAP_REACHED: [
    '已达次数上限',
    'cap reached',
    'As much as the policy gives one person in a while. When a plan is published. Staff only.',
  ],
  FORBIDDEN: ['人工排除', 'forbidden', 'By hand, in this plan.'],
  SESSION_FULL: ['名额已满', 'session full', 'No rule: nothing is left to give.'],
});

export const RankPartEnum = defineEnum<RankPart>('RankPart', 'What gives a need its points.', {
  WAITING: ['等待时间', 'waiting', 'Measured in working hours.'],
  AGE_80: ['八十岁以上', 'eighty and over', 'Measured in years. Staff only.'],
  CARE: ['重点人群', 'care categories', 'Measured in groups. Staff only.'],
  DEADLINE: ['临近期限', 'deadline near', 'Measured in days left.'],
  LEFT_OUT: [
    '此前未安排',
    'left out before',
    'Measured in days on which a published plan left it out, since somebody last promised to serve it.',
  ],
  REPEAT: ['近期已服务', 'served lately', 'Takes points off; measured in times. Staff only.'],
});

export const CostPartEnum = defineEnum<CostPart>('CostPart', 'What makes a pair fit less well.', {
  DISTANCE: ['步行距离', 'distance', 'Measured in meters. Staff only.'],
  FLOORS: ['楼层', 'floors', 'Stairs without a lift. Staff only.'],
  DAYS: ['等待天数', 'days until', 'Measured in days until the service.'],
  NEW_HELPER: ['新的服务者', 'new helper', 'Has not helped this beneficiary before. Staff only.'],
  LOAD: ['近期承接量', 'recent load', 'Promises of the organization lately: work is spread.'],
  LANGUAGE: ['语言', 'language', 'None in common. Staff only.'],
});

export const ChangeKindEnum = defineEnum<ChangeKind>('MatchPlanChangeKind', 'What becomes of a proposal in a newer plan.', {
  KEPT: ['保持', 'kept', 'The same session.'],
  MOVED: ['改场次', 'moved', 'Another session for the same need.'],
  DROPPED: ['取消', 'dropped', 'Nothing in its place.'],
  NEW: ['新增', 'new', 'Was not proposed before.'],
});

export const ChangeCauseEnum = defineEnum<ChangeCause>(
  'MatchPlanChangeCause',
  'Why a plan changes a proposal; where several hold, the first of this list.',
  {
    NEED_CLOSED: ['需求已关闭', 'need closed', 'Withdrawn, fulfilled, expired or otherwise not open.'],
    NEED_COVERED: ['需求已落实', 'need covered', 'Promised in another way, or asks for less than was proposed.'],
    SESSION_CANCELLED: ['场次已取消', 'session cancelled', 'It does not take place.'],
    RULE_FAILS: ['不再符合条件', 'a rule fails', '`reasons` tells which hard rules the pair breaks by now.'],
    OUT_OF_HORIZON: ['超出时间范围', 'out of horizon', 'The plan was asked for other dates.'],
    FORBIDDEN: ['人工排除', 'forbidden by hand', 'In this plan.'],
    PINNED: ['人工指定', 'pinned by hand', 'A pinned pair has the place, or the need itself was pinned elsewhere.'],
    SESSION_SHRUNK: ['名额减少', 'session shrunk', 'Fewer places are free than were proposed.'],
    OUTRANKED: ['被排序在前者占用', 'outranked', 'Needs that come first have the place, and there is no other.'],
    MADE_ROOM: ['让出名额', 'made room', 'Only by this move everybody is served who can be: the first aim of a plan.'],
    MORE_SERVED: ['增加数量', 'more served', 'Of a need that had a proposal.'],
    NEWLY_SERVED: ['新近可安排', 'newly served', 'Of a need that had none.'],
  },
);
