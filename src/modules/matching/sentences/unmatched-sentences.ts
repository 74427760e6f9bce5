import type { Certificate, UnmatchedReason } from '../matching.domain.js';
import { duration, type Locale, liftedSaid, pick, plural, type Said } from './sentences.js';

/** Why a need stays unserved; counts only, no names. */
export function unmatchedSentence(reason: UnmatchedReason, quantity: number, certificate: Certificate, locale: Locale): string {
  const { ofCategory, possible } = certificate;
  const none = (zh: string, en: string): Said => [
    `本总支有 ${ofCategory} 个此类场次,${zh}。`,
    `Of ${plural(ofCategory, 'session')} of this category in the alliance, ${en}.`,
  ];
  const said: Record<Exclude<UnmatchedReason, Blocker>, () => Said> = {
    NO_OFFER_OF_CATEGORY: () => ['本总支红盟没有此类资源。', 'Nobody in the alliance of this branch offers this category.'],
    NO_STANDING: () => none('但都没有有效的协议或备案', 'none has a pact in force and valid filings'),
    OUT_OF_AREA: () => none('但都不服务该片区', 'none serves this place'),
    CONSENT: () => none('但服务对象未同意匹配', 'none may be used without the consent of the person'),
    NOT_ELIGIBLE: () => none('但服务对象不符合条件', 'none is open to this person'),
    WRONG_MODE: () => none('但服务方式不符', 'none comes to where it is needed'),
    COST: () => none('但收费都超过可接受的金额', 'all cost more than the need accepts'),
    EXCLUDED: () => none('但都已谢绝或被排除', 'the remaining were declined or excluded'),
    WRONG_TIME: () => none('但时间都不合适', 'none is at a time that suits'),
    ALL_FULL: () => [
      `能服务的 ${possible} 个场次都已约满。${fullSaid(certificate)[0]}`,
      `All ${plural(possible, 'session')} that could serve are full. ${fullSaid(certificate)[1]}`,
    ],
    PARTLY_SERVED: () => [
      `还差 ${quantity}:能服务的 ${possible} 个场次都已约满。${fullSaid(certificate)[0]}`,
      `${quantity} remain: all ${plural(possible, 'session')} that could serve are full. ${fullSaid(certificate)[1]}`,
    ],
  };
  if (!isBlocker(reason)) return pick(said[reason](), locale);
  return pick(
    possible === 0 ? none(`但都${BLOCKED[reason][0]}`, `all are ${BLOCKED[reason][1]}`) : blockedSaid(certificate),
    locale,
  );
}

/** What can keep a need out of a session that every rule allows it, in words that follow a count. */
const BLOCKED = {
  HELPER_BUSY: ['人手、场地或设备另有安排', 'without their helper, room or device'],
  MINIMUM_NOT_REACHED: ['未达最低开办人数', 'without enough people to be held'],
  RESERVED_FOR_OTHERS: ['余位留给其他总支', "with only places left that are kept for other branches' residents"],
  PERSON_BUSY: ['与本人其他安排冲突', 'at a time when the person is elsewhere or on the way'],
  PORTION_TOO_SMALL: ['余量少于一次所需', 'with less left than the need takes at once'],
  TOGETHER: ['不能同时接纳结伴的两项需求', 'unable to take both needs that go together'],
  CAP_REACHED: ['已达本人次数上限', 'more than the policy gives one person in a while'],
  BUDGET_ENDED: ['在计算时间内尚无定论', 'not settled within the time of the run'],
} as const satisfies Partial<Record<UnmatchedReason, Said>>;
type Blocker = keyof typeof BLOCKED;
const isBlocker = (reason: UnmatchedReason): reason is Blocker => reason in BLOCKED;

function blockedSaid(certificate: Certificate): Said {
  const { possible, blocked } = certificate;
  const words = blocked.map(({ code, sessions }) => {
    const [zh, en]: Said = isBlocker(code) ? BLOCKED[code] : ['已约满', 'full'];
    return [`${sessions} 个${zh}`, `${sessions} ${en}`] as const;
  });
  const [zhFull, enFull] = fullSaid(certificate);
  return [
    `能服务的 ${possible} 个场次中:${words.map(([zh]) => zh).join('、')}。${zhFull}`,
    `Of ${plural(possible, 'session')} that could serve: ${words.map(([, en]) => en).join('; ')}. ${enFull}`.trim(),
  ];
}

function fullSaid({ closedSet, promised, holders, lowest, pinned, possible, ...own }: Certificate): Said {
  const zh: string[] = [];
  const en: string[] = [];
  if (closedSet > possible) {
    zh.push(`连同占用者可调换的场次共 ${closedSet} 个`);
    en.push(`With those to which their holders could move there are ${closedSet}`);
  }
  if (promised > 0) {
    zh.push(`其中 ${promised} 个已全部承诺`);
    en.push(`${plural(promised, 'session')} promised already`);
  }
  if (holders.length) {
    const tiers = holders.map(({ tier, needs }) => [`P${tier} 档 ${needs} 项`, `${needs} as P${tier}`] as const);
    const long = holders
      .flatMap(({ waiting }) => waiting)
      .filter(({ band }) => band === 'UNDER_28_DAYS' || band === 'LONGER')
      .reduce((total, { needs }) => total + needs, 0);
    zh.push(`由排序在前的需求占用(${tiers.map(([said]) => said).join('、')}${long ? `;${long} 项已等待两周以上` : ''})`);
    en.push(
      `held by needs that come first (${tiers.map(([, said]) => said).join(', ')}${long ? `; ${long} of them waiting two weeks or more` : ''})`,
    );
  }
  if (lowest) {
    zh.push(`其中最后一位为 P${lowest.tier} 档,${lowest.points} 分(${lead(lowest)[0]})`);
    en.push(`the last of them as P${lowest.tier} with ${lowest.points} points (${lead(lowest)[1]})`);
  }
  if (pinned > 0) {
    zh.push(`${pinned} 项由人工指定`);
    en.push(`${pinned} pinned by hand`);
  }
  if (own.liftedBy > 0) {
    zh.push(`此需求${liftedSaid(own)[0]}`);
    en.push(`this need has ${liftedSaid(own)[1]}`);
  }
  return [zh.length ? `${zh.join(',')}。` : '', en.length ? `${en.join('; ')}.` : ''];
}

function lead({ tiersAhead, pointsAhead, hoursEarlier }: NonNullable<Certificate['lowest']>): Said {
  if (tiersAhead > 0) return [`高 ${tiersAhead} 档`, `${plural(tiersAhead, 'tier')} ahead`];
  if (pointsAhead > 0) return [`比此需求多 ${pointsAhead} 分`, `${plural(pointsAhead, 'point')} ahead`];
  const [zh, en] = duration(Math.max(0, hoursEarlier) * 60);
  return [`同分,早提交 ${zh}`, `equal points, submitted ${en} earlier`];
}
