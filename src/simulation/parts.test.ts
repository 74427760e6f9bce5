import { describe, expect, it } from 'vitest';
import type { Urgency } from '../kernel/vocabulary.js';
import { createAgenda } from './agenda.js';
import { createFates, ODDS } from './fates.js';
import { createLeads } from './leads.js';
import { gini, quantile } from './measures.js';
import { draw } from './svg.js';

describe('measures', () => {
  it('knows who waits alike and who waits for all', () => {
    expect(gini([])).toBe(0);
    expect(gini([0, 0])).toBe(0);
    expect(gini([5, 5, 5, 5])).toBeCloseTo(0, 12);
    expect(gini([0, 0, 0, 8])).toBeCloseTo(0.75, 12);
    expect(gini([1, 3])).toBeCloseTo(0.25, 12);
  });

  it('takes quantiles by the nearest rank', () => {
    const values = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
    expect([0, 0.5, 0.9, 0.91, 1].map(q => quantile(values, q))).toEqual([10, 50, 90, 100, 100]);
    expect(quantile([], 0.5)).toBe(0);
  });
});

describe('the agenda', () => {
  it('goes by time, then by what was added first, also for what is added on the way', () => {
    const agenda = createAgenda();
    const happened: string[] = [];
    const note =
      (name: string) =>
      (now: number): void =>
        void happened.push(`${name}@${now}`);
    for (const at of [5, 3, 9, 1, 7, 3, 2, 8]) agenda.add(at, note(`n${happened.length}`));
    agenda.add(3, now => {
      note('last of three')(now);
      agenda.add(3, note('now'));
      agenda.add(6, note('later'));
    });
    agenda.run();
    expect(happened.map(entry => Number(entry.split('@')[1]))).toEqual([1, 2, 3, 3, 3, 3, 5, 6, 7, 8, 9]);
    expect(happened.slice(2, 6).map(entry => entry.split('@')[0])).toEqual(['n0', 'n0', 'last of three', 'now']);
  });
});

describe('leads', () => {
  it('are the most working hours by which somebody asked later who came first', () => {
    const leads = createLeads();
    const monday = Date.parse('2026-11-30T00:30:00Z');
    const asked = (urgency: Urgency, hours: number) => ({ urgency, submittedAt: monday + hours * 3_600_000 });
    leads.note(asked('P3', 0), asked('P2', 5));
    leads.note(asked('P3', 0), asked('P2', 25));
    leads.note(asked('P3', 1), asked('P2', 2));
    leads.note(asked('P3', 5), asked('P1', 0));
    // One working day of 8.5 hours, and one hour of the next.
    expect(leads.longest('P3', 'P2')).toBe(9.5);
    expect([leads.longest('P3', 'P1'), leads.longest('P2', 'P3')]).toEqual([0, 0]);
  });
});

describe('fates', () => {
  it('depend on their names and the seed alone, and come as often as said', () => {
    const fates = createFates(7);
    expect(fates.draw('a', 1)).toBe(createFates(7).draw('a', 1));
    expect(fates.draw('a', 1)).not.toBe(createFates(8).draw('a', 1));
    expect(fates.draw('a', 1)).not.toBe(fates.draw('a', 2));
    const often = Array.from({ length: 4000 }, (_, i) => Number(fates.happens('declines', `n${i}`, 'o'))).reduce(
      (a, b) => a + b,
      0,
    );
    expect(often / 4000).toBeCloseTo(ODDS.declines, 1);
  });
});

describe('neighbors', () => {
  it('have fates of their own: two places of a session are both left as often as chance says', () => {
    const fates = createFates(1);
    const isLeft = (session: number, place: number): boolean => fates.draw('left', `s${session}`, place) < 0.25;
    for (const [one, other] of [
      [0, 1],
      [10, 11],
    ] as const) {
      const both = Array.from({ length: 20_000 }, (_, session) => Number(isLeft(session, one) && isLeft(session, other)));
      // Four standard deviations around a sixteenth.
      expect(Math.abs(both.reduce((a, b) => a + b, 0) / 20_000 - 1 / 16)).toBeLessThan(
        4 * Math.sqrt(((1 / 16) * (15 / 16)) / 20_000),
      );
    }
  });
});

describe('pictures', () => {
  const bars = {
    title: 'Tom & <Jerry>',
    series: [{ name: 'a', color: '#000' }],
    panels: [{ title: 'p', kind: 'BARS', values: [[50, 200]], labels: ['x', 'y'], top: 100, unit: ' %' }],
  } as const;

  it('escape what is said and keep within their frame', () => {
    const svg = draw(bars);
    expect(svg).toContain('Tom &amp; &lt;Jerry&gt;');
    const heights = [...svg.matchAll(/<rect x[^>]* height="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(heights[0]! * 2).toBe(heights[1]);
  });

  it('draw a line through every value', () => {
    const svg = draw({ ...bars, panels: [{ ...bars.panels[0], kind: 'LINES', values: [[0, 50, 100]] }] });
    expect(/points="([^"]+)"/.exec(svg)![1]!.split(' ')).toEqual(['0,210', '200,105', '400,0']);
  });
});
