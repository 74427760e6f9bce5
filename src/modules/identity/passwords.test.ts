import { setTimeout as sleep } from 'node:timers/promises';
import { hash, parseOptions } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { createQueue, fits, hashPassword, isOutdated, NOBODYS_HASH } from './passwords.js';

const hashed = async (password: string): Promise<string> => {
  const result = await hashPassword(password);
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
};

describe('passwords', () => {
  it('fit their own salted hash only', async () => {
    const [first, second] = [await hashed('a long password'), await hashed('a long password')];
    expect(first).not.toBe(second);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await fits(first, 'another password')).toEqual({ ok: true, value: false });
    expect(await fits(first, 'a long password')).toEqual({ ok: true, value: true });
    expect(await fits(first, 'ａ ｌｏｎｇ password')).toEqual({ ok: true, value: true });
  });

  it('cost an unknown name the work of a known one', async () => {
    expect({ ...parseOptions(NOBODYS_HASH) }).toEqual({ ...parseOptions(await hashed('x')) });
    expect(await fits(null, 'x')).toEqual({ ok: true, value: false });
  });

  it.each([
    ['less memory', { memoryCost: 12_288, timeCost: 3, parallelism: 1 }, true],
    ['fewer passes', { memoryCost: 19_456, timeCost: 1, parallelism: 1 }, true],
    ['another variant', { algorithm: 1, memoryCost: 19_456, timeCost: 2, parallelism: 1 }, true],
    ['the same', { memoryCost: 19_456, timeCost: 2, parallelism: 1 }, false],
    ['more', { memoryCost: 20_000, timeCost: 3, parallelism: 1 }, false],
  ])('made with %s are outdated: %s', async (_name, parameters, outdated) => {
    expect(isOutdated(await hash('x', parameters))).toBe(outdated);
  });

  it('leave the event loop free while many are checked', async () => {
    const stored = await hashed('a long password');
    let turns = 0;
    const watch = setInterval(() => turns++, 5);
    const answers = await Promise.all(Array.from({ length: 16 }, () => fits(stored, 'a long password')));
    clearInterval(watch);
    expect(answers.every(answer => answer.ok && answer.value)).toBe(true);
    // Sixteen in a row take half a second of work; on the main thread the loop would not turn once meanwhile.
    expect(turns).toBeGreaterThan(3);
  });
});

describe('createQueue', () => {
  it('runs few at a time, lets some wait in order, and turns away the rest', async () => {
    const inTurn = createQueue({ concurrent: 2, waiting: 3 });
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(n =>
        inTurn(async () => {
          most = Math.max(most, ++running);
          await sleep(5);
          running--;
          done.push(n);
        }),
      ),
    );
    expect(most).toBe(2);
    expect(done).toEqual([1, 2, 3, 4, 5]);
    expect(answers[5]).toMatchObject({ ok: false, failure: { code: 'TOO_MANY_ATTEMPTS' } });
  });

  it('goes on after one fails', async () => {
    const inTurn = createQueue({ concurrent: 1, waiting: 1 });
    const failing = inTurn(() => Promise.reject(new Error('no')));
    const waiting = inTurn(async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    expect(await waiting).toEqual({ ok: true, value: 'yes' });
    expect(await inTurn(async () => 'again')).toEqual({ ok: true, value: 'again' });
  });
});
