import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/support/instances.js';
import { brokenBy, type Portion, randomAwkward } from '../../../../tests/support/awkward.js';
import { DAY, need, now, planInput, session } from '../../../../tests/support/facts.js';
import { between } from '../../../../tests/support/matching.js';
import type { Proposal } from './facts.js';
import { computePlacement, type Occasion, type Placement } from './placing.js';
import { computePlan, type PlanInput } from './planning.js';
import { byRank, DEFAULT_WEIGHTS, rankOf, type Weights } from './scoring.js';

const proposalsOf = (plan: PlanInput): readonly Proposal[] =>
  computePlan(plan).matches.map(({ needId, sessionId, branchId, quantity }) => {
    return { matchId: `${needId} ${sessionId}`, needId, sessionId, branchId, quantity, respondBy: null };
  });

/** What is out once the placement is made. */
const outAfter = (proposals: readonly Proposal[], { withdrawn, proposed }: Placement): readonly Portion[] => [
  ...proposals.filter(({ matchId }) => !withdrawn.includes(matchId)),
  ...proposed,
];
const gotBy = (portions: readonly Portion[], id: string): number =>
  portions.reduce((total, { needId, quantity }) => (needId === id ? total + quantity : total), 0);

describe('a placement', () => {
  it('goes by the order of plans: who has waited long takes the place of a proposal to somebody who asked lately', () => {
    const fresh = need({ id: 'fresh', submittedAt: now - DAY });
    const old = need({ id: 'old', urgency: 'P4', submittedAt: now - 70 * DAY, person: null, forResident: false });
    const sessions = [session({ free: 1, capacity: 1 })];
    const proposals = proposalsOf(planInput([fresh], sessions));
    const place = (weights: Weights) =>
      computePlacement(planInput([fresh, old], sessions, { weights, proposals }), { kind: 'NEED', needId: 'old' });
    const { proposed, withdrawn } = place(DEFAULT_WEIGHTS);
    expect(proposed.map(({ needId, explanation }) => [needId, explanation.tier])).toEqual([['old', 2]]);
    expect(withdrawn).toEqual(['fresh s']);
    const strict = { ...DEFAULT_WEIGHTS, rank: { ...DEFAULT_WEIGHTS.rank, lift: { fromP4: 0, fromP3: 0, fromP2: 0 } } };
    expect(place(strict)).toMatchObject({ proposed: [], withdrawn: [], gaps: [{ needId: 'old', certificate: { tier: 4 } }] });
  });
});

describe('a placement where rules look at more than one pair', () => {
  it.each<readonly [string, Occasion['kind']]>([
    ['one need', 'NEED'],
    ['the free places of one session', 'SESSION'],
  ])('keeps them all, and nobody loses to a lower rank: %s', (_, kind) => {
    let [served, moved] = [0, 0];
    for (let seed = 1; seed <= 250; seed++) {
      const random = createRandom(seed);
      const estate = randomAwkward(random, between(random, 3, 8), between(random, 2, 5));
      const { needs, sessions } = estate;
      const weights = { ...DEFAULT_WEIGHTS, caps: estate.caps };
      const [newcomer, freed] = [
        needs[between(random, 0, needs.length - 1)]!,
        sessions[between(random, 0, sessions.length - 1)]!,
      ];
      const before =
        kind === 'NEED'
          ? planInput(
              needs.filter(({ id }) => id !== newcomer.id),
              sessions,
              { weights },
            )
          : planInput(
              needs,
              sessions.map(one => (one.id === freed.id ? { ...one, free: 0, quotas: [] } : one)),
              { weights },
            );
      const proposals = proposalsOf(before);
      const occasion: Occasion = kind === 'NEED' ? { kind, needId: newcomer.id } : { kind: 'SESSION', sessionId: freed.id };
      const placement = computePlacement(planInput(needs, sessions, { weights, proposals }), occasion);
      const after = outAfter(proposals, placement);
      expect(brokenBy(after, estate), `seed ${seed}`).toEqual([]);
      const ranked = needs.map(one => ({ need: one, rank: rankOf(one, DEFAULT_WEIGHTS, now) })).sort(byRank);
      const vectors = [proposals, after].map(portions => ranked.map(({ need }) => gotBy(portions, need.id)));
      const at = vectors[0]!.findIndex((got, i) => got !== vectors[1]![i]);
      if (at >= 0) expect(vectors[1]![at]!, `seed ${seed}`).toBeGreaterThan(vectors[0]![at]!);
      const changed = placement.changes.length > 0;
      expect(changed, `seed ${seed}`).toBe(placement.proposed.length + placement.withdrawn.length > 0);
      if (changed) served++;
      if (placement.withdrawn.length) moved++;
    }
    expect(Math.min(served, moved)).toBeGreaterThan(5);
  });
});
