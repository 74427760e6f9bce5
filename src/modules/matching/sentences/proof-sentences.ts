import type { PlanProof } from '../matching.domain.js';
import { type Locale, pick, type Said } from './sentences.js';

/** What is proven of a plan. */
export function proofSentence({ proven, gap }: PlanProof, locale: Locale): string {
  if (proven || !gap)
    return pick(['已证明:在所有规则之内没有更好的方案。', 'Proven: no plan that keeps all rules is better.'], locale);
  if (gap.kind === 'CHANGES')
    return pick(
      [
        `计算时间用尽:谁得到服务已证明最优;已发布的建议变动 ${gap.changes},至多可降到 ${gap.bound}。`,
        `The time ended: who is served is proven best; the changes of ${gap.changes} could come down to ${gap.bound} at most.`,
      ],
      locale,
    );
  const said: Said =
    gap.kind === 'SERVED'
      ? [
          `计算时间用尽:第 ${gap.rankPosition} 位之前已证明最优;该位现得 ${gap.served},至多可得 ${gap.bound}。`,
          `The time ended: proven best before place ${gap.rankPosition}; the need there gets ${gap.served} and could get ${gap.bound} at most.`,
        ]
      : [
          `计算时间用尽:谁得到服务已证明最优;总代价 ${gap.cost},至多可降到 ${gap.bound}。`,
          `The time ended: who is served is proven best; the cost of ${gap.cost} could come down to ${gap.bound} at most.`,
        ];
  return pick(said, locale);
}
