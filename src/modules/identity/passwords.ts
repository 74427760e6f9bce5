import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { TooManyAttempts } from '../../kernel/failures.js';
import { fail, ok, type Result } from '../../kernel/result.js';

/** Argon2id, 19 MiB, two passes (OWASP Password Storage). `2` is Argon2id in the library's erased enum. */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** The hash of random bytes that nobody knows, under the same parameters: what an unknown name is compared with. */
export const NOBODYS_HASH = '$argon2id$v=19$m=19456,t=2,p=1$Mkl3/LNNFeC0/9DbByUwAw$LmPZa0WqxkciIbnOqzpAnxSBKcpjbZ+DiRHNyRe74X8';

/** Runs few at a time; lets others wait, up to a bound, and turns away the rest. */
export function createQueue({ concurrent, waiting }: { readonly concurrent: number; readonly waiting: number }) {
  let running = 0;
  const line: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<Result<T, TooManyAttempts>> => {
    if (running < concurrent) running++;
    else if (line.length < waiting) await new Promise<void>(resolve => line.push(resolve));
    else return fail({ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: 2 });
    try {
      return ok(await work());
    } finally {
      const next = line.shift();
      if (next) next();
      else running--;
    }
  };
}

/** Hashing fills a thread and 19 MiB each: one processor stays free for everyone else, and one of libuv's four threads too. */
const inTurn = createQueue({ concurrent: Math.min(3, Math.max(1, availableParallelism() - 1)), waiting: 128 });

/** Full-width letters of Chinese keyboards are the same password (NIST SP 800-63B §3.1.1.2 asks for NFKC or NFKD). */
const normal = (password: string): string => password.normalize('NFKC');

/** A salted hash in PHC form. About 40 ms off the main thread; fails when too many wait already. */
export const hashPassword = (password: string) => inTurn(() => hash(normal(password), PARAMETERS));

/** True when the password fits; without a hash the same work is done and the answer is no. */
export const fits = (passwordHash: string | null, password: string) =>
  inTurn(async () => (await verify(passwordHash ?? NOBODYS_HASH, normal(password))) && passwordHash !== null);

/** The hash was made with less than what is asked today. */
export function isOutdated(passwordHash: string): boolean {
  const { algorithm, memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
  return (
    algorithm !== PARAMETERS.algorithm ||
    memoryCost < PARAMETERS.memoryCost ||
    timeCost < PARAMETERS.timeCost ||
    parallelism < PARAMETERS.parallelism
  );
}
