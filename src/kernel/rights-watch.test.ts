import { describe, expect, it } from 'vitest';
import { createRightsWatch, type RightsLook } from './rights-watch.js';

function watched() {
  let at = 0;
  const asked: (string | null)[] = [];
  let next: () => Promise<RightsLook> = async () => ({ horizon: '1', changes: [] });
  const watch = createRightsWatch({
    lookSince: horizon => {
      asked.push(horizon);
      return next();
    },
    elapsed: () => at,
    freshMs: 500,
    onError: () => undefined,
  });
  return {
    watch,
    asked,
    finds: (horizon: string, ...changes: RightsLook['changes']) => {
      next = async () => ({ horizon, changes });
    },
    answers: (answer: () => Promise<RightsLook>) => {
      next = answer;
    },
    wait: (ms: number) => {
      at += ms;
    },
  };
}

describe('the watch over rights', () => {
  it('looks at most once in a while, from where it looked before', async () => {
    const { watch, asked, finds, wait } = watched();
    await Promise.all([watch.catchUp(), watch.catchUp(), watch.catchUp()]);
    wait(500);
    await watch.catchUp();
    expect(asked).toEqual([null]);
    finds('7');
    wait(1);
    await watch.catchUp();
    wait(501);
    await watch.catchUp();
    expect(asked).toEqual([null, '1', '7']);
  });

  it('says of each subject since when it changed, once for what is found twice', async () => {
    const { watch, finds, wait } = watched();
    await watch.catchUp();
    const before = watch.turn;
    finds('2', { id: 'x', subjectId: 'a' });
    wait(501);
    await watch.catchUp();
    expect([watch.holds(before, ['b']), watch.holds(before, ['b', 'a']), watch.holds(watch.turn, ['a'])]).toEqual([
      true,
      false,
      true,
    ]);
    const after = watch.turn;
    wait(501);
    await watch.catchUp();
    expect(watch.holds(after, ['a'])).toBe(true);
  });

  it('does not take a look that began long ago for a fresh one', async () => {
    const { watch, asked, answers, finds, wait } = watched();
    const { promise, resolve } = Promise.withResolvers<RightsLook>();
    answers(() => promise);
    const slow = watch.catchUp();
    wait(501);
    const second = watch.catchUp();
    finds('9', { id: 'x', subjectId: 'a' });
    resolve({ horizon: '5', changes: [] });
    expect(await slow).toBe(true);
    expect(await second).toBe(true);
    expect(asked).toEqual([null, '5']);
    expect(watch.holds(0, ['a'])).toBe(false);
  });

  it('trusts nothing while it cannot look, and looks again with the next request', async () => {
    const { watch, answers, finds } = watched();
    answers(() => Promise.reject(new Error('gone')));
    expect(await watch.catchUp()).toBe(false);
    finds('3');
    expect(await watch.catchUp()).toBe(true);
  });

  it('forgets all rather than remember too much', async () => {
    const { watch, finds, wait } = watched();
    await watch.catchUp();
    const before = watch.turn;
    finds('2', ...Array.from({ length: 10_001 }, (_, n) => ({ id: `c${n}`, subjectId: `s${n}` })));
    wait(501);
    await watch.catchUp();
    expect([watch.holds(before, ['stranger']), watch.holds(watch.turn, ['stranger', 's1'])]).toEqual([false, true]);
  });
});
