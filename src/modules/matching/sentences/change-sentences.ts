import type { ChangeCause, PlannedChange } from '../matching.domain.js';
import { type Locale, reasonSentence } from './sentences.js';

type Said = readonly [zh: string, en: string];

const KIND_SAID: Readonly<Record<PlannedChange['kind'], Said>> = {
  KEPT: ['保持原建议。', 'Stays as proposed.'],
  MOVED: ['改到另一场次:', 'Moves to another session: '],
  DROPPED: ['不再建议:', 'No longer proposed: '],
  NEW: ['新增建议:', 'New: '],
};

const CAUSE_SAID: Readonly<Record<ChangeCause, Said>> = {
  NEED_CLOSED: ['需求已关闭。', 'the need is closed.'],
  NEED_COVERED: ['需求已落实,或数量已减少。', 'the need is covered, or asks for less.'],
  SESSION_CANCELLED: ['原场次已取消。', 'its session was cancelled.'],
  RULE_FAILS: ['原场次不再符合条件。', 'its session breaks a rule by now.'],
  OUT_OF_HORIZON: ['原场次不在本次方案的时间范围内。', 'its session lies outside the dates of this plan.'],
  FORBIDDEN: ['在本次方案中被人工排除。', 'forbidden by hand in this plan.'],
  PINNED: ['名额给了人工指定的需求。', 'a need that was pinned by hand has the place.'],
  SESSION_SHRUNK: ['原场次的名额减少了。', 'its session has fewer places than were proposed.'],
  OUTRANKED: ['名额给了排序在前的需求。', 'needs that come first have the place.'],
  MADE_ROOM: ['让出名额后,另有需求得以安排。', 'its place lets another need be served.'],
  MORE_SERVED: ['比上次多安排一部分。', 'more of it is served than before.'],
  NEWLY_SERVED: ['此前未安排,现可安排。', 'it was not served before, and is now.'],
};

/** What becomes of a proposal and why, short enough for a list; counts by tier, never a name. */
export function changeSentence({ kind, cause, details }: PlannedChange, locale: Locale): string {
  const at = locale === 'zh' ? 0 : 1;
  const taken = details.takenBy.map(({ tier, needs }) => (locale === 'zh' ? `P${tier} 档 ${needs} 项` : `${needs} as P${tier}`));
  const by = { zh: `(${taken.join('、')})`, en: ` (${taken.join(', ')})` }[locale];
  const said = cause === null ? '' : CAUSE_SAID[cause][at];
  const why = taken.length ? said.replace(/[。.]$/, end => `${by}${end}`) : said;
  const reasons = details.reasons.map(reason => reasonSentence(reason, locale));
  return `${KIND_SAID[kind][at]}${[why, ...reasons].join(locale === 'zh' ? '' : ' ')}`;
}
