import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lockout } from '../../kernel/access.js';
import { createLockout } from './lockout.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Fails until shut out; how many tries that took and for how many seconds the door is shut. */
async function exhaust(lockout: Lockout, login: string, address: string | null) {
  for (let tries = 0; ; tries++) {
    const admission = await lockout.admit(login, address);
    if (!admission.ok) return { tries, seconds: admission.failure.retryAfterSeconds };
  }
}

describe('lock-out', () => {
  it('shuts after five failures, each time for twice as long, at most an hour', async () => {
    const lockout = createLockout();
    const seconds: number[] = [];
    for (let round = 0; round < 8; round++) {
      const shut = await exhaust(lockout, 'admin', 'a');
      expect(shut.tries).toBe(5);
      seconds.push(shut.seconds);
      await vi.advanceTimersByTimeAsync(shut.seconds * 1000 - 1);
      expect((await lockout.admit('admin', 'a')).ok).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(seconds).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  it('lets five of two hundred tries in parallel through, and tells which was the last', async () => {
    const lockout = createLockout();
    const answers = await Promise.all(Array.from({ length: 200 }, () => lockout.admit('admin', 'a')));
    const admitted = answers.filter(answer => answer.ok).map(answer => answer.value.isLast);
    expect(admitted.sort()).toEqual([false, false, false, false, true]);
  });

  it('forgets failures after a success, also after the last try', async () => {
    const lockout = createLockout();
    for (let round = 0; round < 3; round++) {
      for (let failed = 0; failed < 4; failed++) await lockout.admit('admin', 'a');
      const last = await lockout.admit('admin', 'a');
      if (!last.ok) throw new Error('shut too early');
      expect(last.value.isLast).toBe(true);
      await last.value.succeed();
    }
    expect(await exhaust(lockout, 'admin', 'a')).toEqual({ tries: 5, seconds: 60 });
  });

  it('shuts out a stranger without shutting out the owner elsewhere', async () => {
    const lockout = createLockout();
    for (let n = 0; n < 500; n++) await lockout.admit('admin', 'stranger');
    expect((await lockout.admit('admin', 'owner')).ok).toBe(true);
  });

  it('counts an account over all addresses, and an address over all accounts', async () => {
    const lockout = createLockout({ perAccount: 5, perLogin: 7, perAddress: 9 });
    for (let n = 0; n < 7; n++) expect((await lockout.admit('admin', `address ${n}`)).ok).toBe(true);
    expect((await lockout.admit('admin', 'one more')).ok).toBe(false);
    for (let n = 0; n < 9; n++) expect((await lockout.admit(`login ${n}`, 'a')).ok).toBe(true);
    expect((await lockout.admit('one more', 'a')).ok).toBe(false);
    expect((await lockout.admit('one more', 'b')).ok).toBe(true);
  });

  it('gives a good try back to its address and account, also the last one', async () => {
    const lockout = createLockout({ perAccount: 5, perLogin: 2, perAddress: 2 });
    await lockout.admit('admin', 'office');
    for (let n = 0; n < 10; n++) {
      const admission = await lockout.admit('admin', 'office');
      if (!admission.ok) throw new Error('an office is shut out for signing in');
      await admission.value.succeed();
    }
    await lockout.admit('admin', 'office');
    expect((await lockout.admit('admin', 'office')).ok).toBe(false);
  });
});
