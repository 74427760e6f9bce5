import { defineEnum } from '../../graphql/enums.js';
import type {
  BeneficiaryKind,
  Channel,
  NeedCloseReason,
  NeedOrder,
  NeedState,
  RequesterKind,
  TransferTarget,
  UrgencyReason,
} from './needs.domain.js';

export const NeedStateEnum = defineEnum<NeedState>(
  'NeedState',
  'Where a need stands; how far it is covered is told by `coverage`, not by a state.',
  {
    SUBMITTED: ['待核实', 'to be verified', 'Taken down; staff have not checked it yet.'],
    OPEN: ['办理中', 'open', 'Verified; waits for help or is being helped.'],
    FULFILLED: ['已办结', 'fulfilled', 'All that was asked was delivered.'],
    REJECTED: ['不予受理', 'rejected', 'Not taken on, with a reason.'],
    MERGED: ['已并单', 'merged', 'Goes on as another need.'],
    TRANSFERRED: ['已转办', 'transferred', 'Another office follows it.'],
    WITHDRAWN: ['已撤回', 'withdrawn', 'No longer wanted, with a reason.'],
    EXPIRED: ['已过期', 'expired', 'Its deadline passed and nobody had taken it.'],
    UNMET: ['无法满足', 'unmet', 'Nobody can meet it, with a reason.'],
  },
);

export const BeneficiaryKindEnum = defineEnum<BeneficiaryKind>('BeneficiaryKind', 'For whom something is asked.', {
  RESIDENT: ['居民', 'resident', 'One person, on file or not.'],
  GROUP: ['群体', 'group', 'Several people, e.g. street cleaners or couriers.'],
  ORGANIZATION: ['单位', 'organization', 'A partner organization (双向服务).'],
  PLACE: ['公共部位', 'place', 'A stairwell or a yard, nobody in particular.'],
});

export const RequesterKindEnum = defineEnum<RequesterKind>('RequesterKind', 'Who asked.', {
  SELF: ['本人', 'the person', 'The beneficiary in person.'],
  FAMILY: ['家属', 'family', 'A relative.'],
  STEWARD: ['楼栋红管家', 'building steward', 'The steward of the stairwell.'],
  OFFICER: ['小区专员', 'estate officer', 'Staff, from what they saw.'],
  ORGANIZATION: ['单位', 'organization', 'A partner organization.'],
});

export const ChannelEnum = defineEnum<Channel>('Channel', 'The way by which a need came in.', {
  COUNTER: ['窗口', 'counter', 'At the service centre.'],
  PHONE: ['电话', 'phone', 'By telephone.'],
  WECHAT: ['微信', 'WeChat', 'By mini-program or message.'],
  TERMINAL: ['自助终端', 'terminal', 'At a public screen.'],
  VISIT: ['上门走访', 'visit', 'On a visit at home.'],
  HOTLINE: ['热线', 'hotline', 'Handed down by 12345 or another hotline.'],
  IMPORT: ['导入', 'import', 'Loaded from older lists; no mutation takes it.'],
});

export const TransferTargetEnum = defineEnum<TransferTarget>('TransferTarget', 'To whom a need is handed on.', {
  GRID: ['网格', 'grid', 'The grid worker and the four platforms behind.'],
  SUBDISTRICT: ['街道', 'subdistrict', 'The subdistrict office.'],
  HOTLINE_12345: ['12345热线', 'hotline 12345', "The city's hotline."],
  BACK_OFFICE: ['社区后台', 'back office', "The community's own specialists."],
  EMERGENCY: ['110/119/120', 'emergency services', 'Police, fire brigade or ambulance.'],
});

export const NeedCloseReasonEnum = defineEnum<NeedCloseReason>(
  'NeedCloseReason',
  'Why a need came to its end without being fulfilled; which ones go with which end is told by the mutations.',
  {
    NOT_A_NEED: ['不属于需求', 'not a need', 'A complaint, an opinion, a mistake.'],
    OUT_OF_SCOPE: ['超出受理范围', 'out of scope', 'Not what a community can take on.'],
    NOT_VERIFIABLE: ['无法核实', 'not verifiable', 'Nobody could be reached or it was not true.'],
    REPEATED: ['重复提交', 'repeated', 'Told before.'],
    BEYOND_LAW: ['于法无据', 'beyond the law', 'The law does not allow it.'],
    SOLVED_OTHERWISE: ['已自行解决', 'solved otherwise', 'Settled without us.'],
    NO_LONGER_WANTED: ['不再需要', 'no longer wanted', 'They changed their mind.'],
    DIED_OR_MOVED: ['去世或迁出', 'died or moved', 'The person is not here any more.'],
    NO_SUPPLY: ['没有资源', 'no supply', 'Nobody offers it.'],
    NOT_ELIGIBLE_ANYWHERE: ['不符合任何服务条件', 'not eligible anywhere', 'Offers exist, none for this person.'],
    OTHER: ['其他', 'other', 'None of these.'],
  },
);

export const UrgencyReasonEnum = defineEnum<UrgencyReason>('UrgencyReason', 'Why staff changed the urgency.', {
  HEALTH: ['健康状况变化', 'health', 'The person is worse or at risk.'],
  SAFETY: ['安全隐患', 'safety', 'Something may hurt people.'],
  WAITED_LONG: ['等待过久', 'waited long', 'It must not wait longer.'],
  EASED: ['情况缓解', 'eased', 'It presses less than before.'],
  MISJUDGED: ['原判断有误', 'misjudged', 'It was not put down right.'],
  OTHER: ['其他', 'other', 'None of these.'],
});

export const NeedOrderEnum = defineEnum<NeedOrder>('NeedOrder', 'The order of a list of needs.', {
  WAITING: ['等待最久在前', 'longest waiting first', 'By the time of submission.'],
  URGENCY: ['最急在前', 'most urgent first', 'By urgency, then by the time of submission.'],
  NEWEST: ['最新在前', 'newest first', 'By the time it was taken down.'],
});
