import { describe, expect, it } from 'vitest';
import { MATCHED_URGENCIES } from '../kernel/vocabulary.js';
import { overtakenWithin } from '../modules/matching/planner/overtaking.js';
import { coversCategory } from '../modules/matching/planner/rules.js';
import { readSeedData } from '../seeds/data.js';
import { compared } from './comparison.js';
import { BARRIERS } from './ledger.js';
import { BOARD, ENGINE, ENGINE_P1_FIRST, ENGINE_STRICT, GREEDY, type Method, weekly } from './methods.js';
import { filesOf, simulate } from './simulate.js';
import { planWorld } from './world.js';
import { liveYear, type Year } from './year.js';

const data = readSeedData();
const short = { seed: 1, months: 1, scale: 1 };

describe('a simulated month', () => {
  const simulation = simulate(data, short);
  const files = filesOf(data, short, simulation);

  it('writes the same page and pictures for the same seed, to the byte', () => {
    expect(filesOf(data, short, simulate(data, short))).toEqual(files);
    expect([...files.keys()].filter(name => name.endsWith('.svg'))).toHaveLength(5);
  });

  it('counts every need that was asked for once', () => {
    const { intake, needs } = simulation.ample.world;
    const impossible = [...intake.impossible.values()].reduce((a, b) => a + b, 0);
    expect(intake.rejected + intake.transferred + intake.byOthers + impossible + needs.length).toBe(intake.submitted);
    expect(needs.length).toBeGreaterThan(100);
  });

  it('leaves no picture that the page does not show, and shows none that is not there', () => {
    const shown = [...files.get('year.md')!.matchAll(/\]\((year-[^)]+\.svg)\)/g)].map(([, name]) => name);
    expect(new Set(shown)).toEqual(new Set([...files.keys()].filter(name => name.endsWith('.svg'))));
    expect(files.get('year.md')).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('the same events', () => {
  const world = planWorld(data, { seed: 2, months: 2, scale: 3, placesPct: 25 });
  const { method, comparison } = compared(weekly(ENGINE));
  const years = [BOARD, GREEDY, method, ENGINE_P1_FIRST].map(own => liveYear(world, own));

  it('meet every method: needs, sessions called off, refusals', () => {
    const refused = years.map(
      ({ ledger }) =>
        new Map(
          ledger.needs.flatMap(({ asked, refused }) =>
            refused.map(({ offerId, sessionId }) => [`${asked.facts.id} ${sessionId ?? offerId}`, { asked, offerId, sessionId }]),
          ),
        ),
    );
    expect(refused.some(({ size }) => size > 0)).toBe(true);
    for (const { ledger } of years) {
      expect(ledger.needs.map(({ asked }) => asked)).toEqual(world.needs);
      expect(ledger.sessions.filter(({ isCancelled }) => isCancelled).map(({ planned }) => planned)).toEqual(
        world.sessions.filter(({ cancelledAt }) => cancelledAt !== null),
      );
    }
    const all = refused.flatMap(pairs => [...pairs.values()]);
    expect(new Set(all.map(({ sessionId }) => sessionId === null)).size).toBe(2);
    for (const { asked, offerId, sessionId } of all)
      expect(world.fates.refuses(asked.facts.id, { id: sessionId ?? '', offerId })).toBe(
        sessionId === null ? 'OFFER' : 'SESSION',
      );
  });

  it('never get a session more than it holds, nor a need more than it asks, and nothing stays promised', () => {
    for (const {
      ledger,
      method: { name },
    } of years) {
      for (const { planned, served, free } of ledger.sessions) {
        expect(free, name).toBeGreaterThanOrEqual(0);
        expect(served + free, name).toBeLessThanOrEqual(planned.facts.capacity);
      }
      const served = ledger.sessions.reduce((sum, session) => sum + session.served, 0);
      expect(served, name).toBe(ledger.needs.reduce((sum, { fulfilled }) => sum + fulfilled, 0));
      for (const { asked, promised, fulfilled, ending } of ledger.needs) {
        expect(promised, name).toBe(0);
        expect(fulfilled, name).toBeLessThanOrEqual(asked.facts.open);
        expect(ending === 'SERVED', name).toBe(fulfilled === asked.facts.open);
      }
    }
  });

  it('are never served better by greedy ranking than by the engine on the same morning, and sometimes worse', () => {
    expect(comparison.mornings).toBeGreaterThan(10);
    expect(comparison.greedyServesBetter).toBe(0);
    expect(comparison.engineServesBetter).toBeGreaterThan(0);
  });

  it('let nobody sell what is gone', () => {
    const { ledger } = liveYear({ ...world, needs: world.needs.slice(0, 1), sessions: world.sessions.slice(0, 1) }, BOARD);
    const [need, session] = [ledger.needs[0]!, ledger.sessions[0]!];
    expect(() => ledger.promise(need, session, session.free + 1, world.start)).toThrow('more than there is');
  });
});

describe('a year in which three categories have a tenth of their places', () => {
  const CODES = ['HAIRCUT', 'GOODS', 'REPAIR_ELECTRIC'];
  const whole = planWorld(data, { seed: 1, months: 12, scale: 1, placesPct: 10 });
  const needs = whole.needs.filter(({ facts }) => CODES.includes(facts.categoryCode));
  const sessions = whole.sessions.filter(session => needs.some(need => coversCategory(need.facts, session.facts)));
  const world = { ...whole, needs, sessions };
  const [strict, engine, p1First] = [ENGINE_STRICT, ENGINE, ENGINE_P1_FIRST].map(method => liveYear(world, method));
  /** By urgencies of who was left out and who came first: how much later the latter had asked, and what a policy allows. */
  const leadsOf = (year: Year | undefined, { weights }: Method) => {
    const within = overtakenWithin(weights);
    return MATCHED_URGENCIES.flatMap(leftOut =>
      MATCHED_URGENCIES.map(holder => ({ hours: year!.leads.longest(leftOut, holder), bound: within(holder, leftOut) })),
    );
  };

  it('lets nobody come first who asked later than the default policy allows', () => {
    const leads = leadsOf(engine, ENGINE);
    for (const { hours, bound } of leads) expect(hours === 0 || hours < bound).toBe(true);
    expect(leads.filter(({ hours }) => hours > 0).length).toBeGreaterThan(4);
  });

  it('knows for every plan why it left a need out', () => {
    const needs = engine!.ledger.needs;
    for (const { barriers, leftOut, longestStreak } of needs) {
      expect(Object.values(barriers).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(leftOut);
      expect(barriers.PROMISED + barriers.P1 + barriers.OTHERS).toBeGreaterThanOrEqual(longestStreak);
    }
    for (const barrier of BARRIERS)
      expect(
        needs.some(({ barriers }) => barriers[barrier] > 0),
        barrier,
      ).toBe(true);
  });

  it('would let them under strict tiers, and P1 where it always comes first', () => {
    expect(leadsOf(strict, ENGINE).some(({ hours, bound }) => hours > bound)).toBe(true);
    for (const { hours, bound } of leadsOf(p1First, ENGINE_P1_FIRST)) expect(hours === 0 || hours < bound).toBe(true);
    expect(leadsOf(p1First, ENGINE).some(({ hours, bound }) => hours > bound)).toBe(true);
  });
});
