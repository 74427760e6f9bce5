import type { Explanation, RunnerUp } from '../matching.domain.js';
import type { ShownExplanation } from '../planner/explaining.js';
import type { Reason } from '../planner/rules.js';
import type { CostPart, Part, RankPart } from '../planner/scoring.js';

/** Explanations in words, Chinese and English; the same numbers as in the data. */
export type Locale = 'zh' | 'en';
export type Said = readonly [zh: string, en: string];
export const pick = ([zh, en]: Said, locale: Locale): string => (locale === 'zh' ? zh : en);

export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
const yuan = (fen: number): string => (fen / 100).toFixed(2);

export function duration(minutes: number): Said {
  if (minutes < 120) return [`${minutes} 分钟`, plural(minutes, 'minute')];
  const hours = Math.round(minutes / 60);
  if (hours < 48) return [`${hours} 小时`, plural(hours, 'hour')];
  const days = Math.round(hours / 24);
  return [`${days} 天`, plural(days, 'day')];
}

function age(months: number): Said {
  if (months < 36) return [`${months} 个月`, plural(months, 'month')];
  const years = Math.floor(months / 12);
  return [`${years} 岁`, plural(years, 'year')];
}

function reasonSaid({ code, numbers: n }: Reason): Said {
  const at = (name: string): number => n[name] ?? 0;
  switch (code) {
    case 'P0_TO_OFFICER':
      return ['紧急(P0)需求不参与匹配,由专员立即处理。', 'An emergency (P0) is never matched: the officer handles it at once.'];
    case 'NEED_NOT_OPEN':
      return ['需求当前不在待对接状态。', 'The need is not open.'];
    case 'NEED_COVERED':
      return ['需求数量已全部落实。', 'Everything the need asks for is promised or delivered.'];
    case 'NOT_MATCHABLE':
      return ['此类需求不由红盟单位承接。', 'Needs of this category do not go to partner organizations.'];
    case 'WRONG_CATEGORY':
      return ['资源类别不对应此需求。', "The offer's category does not cover the need's."];
    case 'WRONG_UNIT':
      return ['资源与需求的计量单位不同。', 'Offer and need are counted in different units.'];
    case 'OFFER_NOT_PUBLISHED':
      return ['资源未发布或已暂停。', 'The offer is not published.'];
    case 'SESSION_CANCELLED':
      return ['该场次已取消。', 'The session is cancelled.'];
    case 'NOT_A_MEMBER':
      return ['该单位不是本总支的红盟成员。', "The organization is not an active member of this branch's alliance."];
    case 'NO_PACT':
      return ['服务当日没有有效的共建协议。', 'No pact is in force on the day of the service.'];
    case 'NO_FILING':
      return ['服务当日没有有效的备案。', 'No filing is valid on the day of the service.'];
    case 'OUT_OF_AREA':
      return ['不在该资源的服务范围内。', "Outside the offer's service area."];
    case 'OPTED_OUT':
      return [
        '服务对象不同意自动匹配,请人工安排。',
        'The beneficiary asked not to be matched automatically: staff arrange it by hand.',
      ];
    case 'RESTRICTED':
      return ['服务对象已要求限制处理其信息。', 'The beneficiary asked that their data be kept and not used.'];
    case 'NO_CONSENT':
      return ['缺少服务对象对此类服务的同意。', "The beneficiary's consent for this category is missing."];
    case 'TOO_YOUNG': {
      const [has, asked] = [age(at('ageMonths')), age(at('minAgeMonths'))];
      return [
        `服务当日 ${has[0]},未满 ${asked[0]}。`,
        `${has[1]} old on the day of the service; the offer asks for ${asked[1]}.`,
      ];
    }
    case 'TOO_OLD': {
      const [has, asked] = [age(at('ageMonths')), age(at('maxAgeMonths'))];
      return [
        `服务当日 ${has[0]},须小于 ${asked[0]}。`,
        `${has[1]} old on the day of the service; the offer asks for less than ${asked[1]}.`,
      ];
    }
    case 'CARE_CATEGORY':
      return ['不属于该资源面向的重点人群。', 'Not in any of the groups that the offer is for.'];
    case 'NAMED_BUILDINGS':
      return [
        `该资源只面向 ${at('buildings')} 个指定楼栋。`,
        `The offer is only for ${plural(at('buildings'), 'named building')}.`,
      ];
    case 'BENEFICIARY_UNKNOWN':
      return [
        '该资源对服务对象有条件,而需求没有登记到个人。',
        'The offer asks something of the person, and the need names none.',
      ];
    case 'NOT_ELIGIBLE':
      return ['不符合该资源的服务对象条件。', 'Not eligible for this offer.'];
    case 'WRONG_MODE':
      return ['服务方式不一致(上门、到点或线上)。', 'No common way of service (at home, on site, online).'];
    case 'COSTS_TOO_MUCH':
      return [
        `收费 ${yuan(at('costFen'))} 元,需求最多接受 ${yuan(at('acceptsCostFen'))} 元。`,
        `Costs ${yuan(at('costFen'))} yuan; the need accepts at most ${yuan(at('acceptsCostFen'))}.`,
      ];
    case 'OFFER_NOT_VALID':
      return ['该时间不在资源的有效期内。', 'The offer does not hold at that time.'];
    case 'LEAD_TIME': {
      const [left, asked] = [duration(Math.max(0, at('minutesLeft'))), duration(at('leadTimeMinutes'))];
      return [
        `距开始只有 ${left[0]},须提前 ${asked[0]} 预约。`,
        `It starts in ${left[1]}; the offer needs ${asked[1]} of notice.`,
      ];
    }
    case 'NO_WINDOW':
      return ['与需求可接受的时段都不重合。', "Overlaps none of the need's time windows."];
    case 'AFTER_DEADLINE': {
      const late = duration(at('minutesLate'));
      return [`比需求的期限晚 ${late[0]}。`, `${late[1]} after the need's deadline.`];
    }
    case 'DECLINED_BEFORE':
      return ['此前已被谢绝。', 'This pair was declined before.'];
    case 'EXCLUDED':
      return ['一方已排除另一方。', 'One side excluded the other.'];
    case 'PERSON_BUSY':
      return [
        '服务对象届时另有服务安排,或来不及赶到。',
        'The person is promised to be elsewhere then, or could not get there in time.',
      ];
    case 'HELPER_BUSY':
      return ['该场次的人手、场地或设备届时已有安排。', 'The helper, room or device of the session is promised elsewhere then.'];
    case 'TOGETHER':
      return ['与结伴的需求不在同一场次。', 'The need that it goes together with is not in this session.'];
    case 'MINIMUM_NOT_REACHED':
      return ['该场次未达最低开办人数。', 'Too few come for the session to be held.'];
    case 'PORTION_TOO_SMALL':
      return ['所余数量少于该需求一次所需。', 'Less is left than the need takes at once.'];
    case 'RESERVED_FOR_OTHERS':
      return ['余下名额留给其他总支的居民。', "The places left are kept for other branches' residents."];
    case 'CAP_REACHED':
      return ['已达政策规定的次数上限。', 'The person has had as much of it as the policy gives in a while.'];
    case 'FORBIDDEN':
      return ['本次方案中被人工排除。', 'Forbidden by hand in this plan.'];
    case 'SESSION_FULL':
      return [`${at('capacity')} 个名额已全部约满。`, `All ${plural(at('capacity'), 'place')} are promised.`];
  }
}

export const reasonSentence = (reason: Reason, locale: Locale): string => pick(reasonSaid(reason), locale);

const RANK_SAID: Readonly<Record<RankPart, (measured: number) => Said>> = {
  WAITING: hours => [`已等待 ${hours} 个工作小时`, `waiting for ${plural(hours, 'working hour')}`],
  AGE_80: years => [`${years} 岁`, `${years} years old`],
  CARE: () => ['重点人群', 'in a group that the community cares for in particular'],
  DEADLINE: days => [`距期限 ${days} 天`, `${plural(days, 'day')} to the deadline`],
  LEFT_OUT: days => [`此前方案 ${days} 天未能安排`, `left out by plans on ${plural(days, 'day')} before`],
  REPEAT: times => [`近期已享受同类服务 ${times} 次`, `served ${plural(times, 'time')} lately`],
};
const COST_SAID: Readonly<Record<CostPart, (measured: number) => Said>> = {
  DISTANCE: meters => [`步行约 ${meters} 米`, `${meters} m on foot`],
  FLOORS: floors => [`无电梯楼梯 ${floors} 层`, `${plural(floors, 'floor')} of stairs`],
  DAYS: days => [`${days} 天后`, `in ${plural(days, 'day')}`],
  NEW_HELPER: () => ['此前未服务过此人', 'has not helped this person before'],
  LOAD: promises => [`该单位近期已承接 ${promises} 项`, `the organization made ${plural(promises, 'promise')} lately`],
  LANGUAGE: () => ['没有共同语言', 'no common language'],
};

export const rankPartSentence = ({ code, measured }: Part<RankPart>, locale: Locale): string =>
  pick(RANK_SAID[code](measured), locale);
export const costPartSentence = ({ code, measured }: Part<CostPart>, locale: Locale): string =>
  pick(COST_SAID[code](measured), locale);

/** That waiting has lifted a need above its urgency; empty where it has not. */
export const liftedSaid = ({ tier, liftedBy }: Pick<Explanation, 'tier' | 'liftedBy'>): Said =>
  liftedBy > 0 ? [`等候已久,按 P${tier} 排序`, `waited long: counts as P${tier}`] : ['', ''];

/** Why this need comes where it comes, and why this session: one or two sentences. */
export function explanationSentence(explanation: ShownExplanation, locale: Locale): string {
  const { urgency, points, cost, rankParts, costParts, pinned, runnersUp } = explanation;
  const next = cost === null ? null : nextSaid(cost, runnersUp ?? []);
  const list = (parts: readonly string[]): string => parts.join(locale === 'zh' ? '、' : ', ');
  const rank = list(rankParts.map(part => rankPartSentence(part, locale)));
  const fit = list(costParts.map(part => costPartSentence(part, locale)));
  const lifted = liftedSaid(explanation);
  const zh = [
    `紧急程度 ${[urgency, lifted[0], points === null ? '' : `${points} 分`].filter(Boolean).join(',')}${rank ? `(${rank})` : ''}。`,
    cost === null ? (fit ? `${fit}。` : '') : `匹配代价 ${cost}${fit ? `(${fit})` : ''}。`,
    next?.[0] ?? '',
    pinned ? '由人工指定。' : '',
  ];
  const en = [
    `Urgency ${[urgency, lifted[1], points === null ? '' : `${points} points`].filter(Boolean).join(', ')}${rank ? ` (${rank})` : ''}.`,
    cost === null ? (fit ? `${fit[0]?.toUpperCase()}${fit.slice(1)}.` : '') : `Cost ${cost}${fit ? ` (${fit})` : ''}.`,
    next?.[1] ?? '',
    pinned ? 'Pinned by hand.' : '',
  ];
  return locale === 'zh' ? zh.join('') : en.filter(Boolean).join(' ');
}

/** The best session that it did not get: what it would have cost, or that it is full. */
function nextSaid(cost: number, [next]: readonly RunnerUp[]): Said | null {
  if (!next) return null;
  if (next.isFull && next.cost < cost)
    return [`代价更低(${next.cost})的场次已约满。`, `A session at lower cost (${next.cost}) is full.`];
  return [`次优场次代价 ${next.cost}。`, `The next best session would cost ${next.cost}.`];
}

/** How a session that a need did not get compares; `nameOf` names the parts of the cost. */
export function runnerUpSentence(
  { cost, isFull, differences }: RunnerUp,
  nameOf: (code: CostPart) => string,
  locale: Locale,
): string {
  const parts = differences.map(({ code, value }) => `${nameOf(code)} ${value > 0 ? '+' : '−'}${Math.abs(value)}`);
  const zh = [`代价 ${cost}`, ...(parts.length ? [`(${parts.join('、')})`] : []), isFull ? ',已约满。' : '。'];
  const en = [`Cost ${cost}`, ...(parts.length ? [` (${parts.join(', ')})`] : []), isFull ? ', full.' : '.'];
  return pick([zh.join(''), en.join('')], locale);
}
