import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Problem } from '../../src/modules/matching/engine/solver.js';

/** One run of LEMON's network simplex; `lemon.cc` says what is solved and how. */
export interface LemonRun {
  readonly milliseconds: number;
  readonly components: number;
  readonly cost: bigint;
  readonly unserved: Float64Array;
}

/** An instance in LEMON's own process, which waits between two runs. */
export interface Lemon {
  /** Both levels in one run. */
  readonly whole: () => Promise<LemonRun>;
  /** Level 2 alone, for served quantities that it gets for nothing. */
  readonly placing: (unserved: Float64Array) => Promise<LemonRun>;
  readonly stop: () => void;
}

const MAGIC = 0x314d4152;

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const writeInstance = (path: string, problem: Problem): void => {
  const { needCount, sessionCount, needQuantity, sessionCapacity, pairStart, pairSession, pairCost, needRank } = problem;
  const head = Int32Array.of(MAGIC, needCount, sessionCount, pairSession.length);
  const file = openSync(path, 'w');
  for (const part of [head, needQuantity, sessionCapacity, pairStart, pairSession, pairCost, needRank])
    writeSync(file, bytesOf(part));
  closeSync(file);
};

const readAnswer = (path: string): Float64Array => {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
};

/**
 * Builds the C++ program in a folder that is removed again, and lends its path: undefined where there is no compiler or no LEMON
 * (Debian: `apt install g++ liblemon-dev`).
 */
export const withLemon = (use: (program: string | undefined) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'red-alliance-lemon-'));
  try {
    const program = join(folder, 'lemon');
    const source = fileURLToPath(new URL('lemon.cc', import.meta.url));
    const { status } = spawnSync('g++', ['-std=c++17', '-O2', '-w', '-o', program, source], { stdio: 'ignore' });
    use(status === 0 ? program : undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Gives an instance to the program; what it reads and writes lies beside it. */
export const openLemon = (program: string, problem: Problem): Lemon => {
  const [instance, answer] = [`${program}.instance`, `${program}.answer`];
  writeInstance(instance, problem);
  const child = spawn(program, [instance], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const run = async (what: 'whole' | 'placing'): Promise<LemonRun> => {
    child.stdin.write(`${what} ${answer}\n`);
    const { value } = await lines.next();
    if (typeof value !== 'string') throw new Error('LEMON ended without an answer');
    const [nanoseconds, components, cost] = value.split(' ');
    return {
      milliseconds: Number(nanoseconds) / 1e6,
      components: Number(components),
      cost: BigInt(cost ?? ''),
      unserved: readAnswer(answer),
    };
  };
  return {
    whole: () => run('whole'),
    placing: unserved => {
      writeFileSync(answer, bytesOf(unserved));
      return run('placing');
    },
    stop: () => child.stdin.end(),
  };
};
