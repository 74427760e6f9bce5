import { describe, expect, it } from 'vitest';
import { anInstant, anInstantOrNone, anInteger, aText, aUuid, oneOf, pageWindow, toCursor } from './page.js';

const id = '00000000-0000-7000-8000-000000000001';
const time = '2026-12-01T01:00:00.000Z';

describe('pageWindow', () => {
  const ask = (request: Parameters<typeof pageWindow>[2]) => pageWindow('needs.WAITING', [anInstant, aUuid], request);

  it('goes on from a cursor of its own', () => {
    expect(ask({ after: toCursor('needs.WAITING', [time, id]), first: 5 })).toEqual({
      ok: true,
      value: { limit: 5, backward: false, from: [time, id] },
    });
    expect(ask({ before: toCursor('needs.WAITING', [time, id]) })).toMatchObject({ value: { limit: 20, backward: true } });
  });

  it.each([
    ['of another list', toCursor('needs.NEWEST', [id])],
    ['of another order', toCursor('needs.URGENCY', [time, id])],
    ['made up: no instant', toCursor('needs.WAITING', ['yesterday', id])],
    ['made up: no such day', toCursor('needs.WAITING', ['2026-02-30T99:00:00.000Z', id])],
    ['made up: not in the calendar', toCursor('needs.WAITING', ['2026-02-30T00:00:00.000Z', id])],
    ['made up: not of this millennium', toCursor('needs.WAITING', ['0000-01-01T00:00:00.000Z', id])],
    ['made up: no id', toCursor('needs.WAITING', [time, 'x'])],
    ['made up: a number', toCursor('needs.WAITING', [time, 7])],
    ['cut short', toCursor('needs.WAITING', [time])],
    ['no cursor', 'x'],
    ['nested', Buffer.from('["needs.WAITING",["a"],{}]').toString('base64url')],
  ])('refuses what is %s', (_what, after) => {
    expect(ask({ after })).toMatchObject({ ok: false, failure: { problems: [{ path: ['after'], rule: 'BAD_FORMAT' }] } });
  });

  it.each([
    [{ first: -1 }, { path: ['first'], rule: 'MIN' }],
    [{ last: 101 }, { path: ['last'], rule: 'MAX', limit: 100 }],
    [
      { first: 1, last: 1 },
      { path: ['last'], rule: 'NOT_ALLOWED' },
    ],
    [
      { last: 1, after: 'x' },
      { path: ['after'], rule: 'NOT_ALLOWED' },
    ],
    [
      { first: 1, before: 'x' },
      { path: ['before'], rule: 'NOT_ALLOWED' },
    ],
  ])('refuses %j', (request, problem) => {
    const result = ask(request);
    expect(result.ok ? [] : result.failure.problems).toContainEqual(expect.objectContaining(problem));
  });
});

it('knows sort values by their looks', () => {
  expect([
    anInstantOrNone('infinity'),
    anInstant('infinity'),
    anInteger(3),
    anInteger(1.5),
    anInteger(2 ** 31),
    anInteger('3'),
  ]).toEqual([true, false, true, false, false, false]);
  expect([aText('U001'), aText('a\u0000'), aText('x'.repeat(201)), oneOf(['P1'])('P1'), oneOf(['P1'])('P9')]).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});
