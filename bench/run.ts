import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Runs benchmarks, each in a process of its own, and writes `RESULTS.md` beside this file: all of them, which takes a quarter of an
 * hour, or those that are named (`npm run bench -- serving plans`), leaving the others' sections as they are.
 */
const PARTS = [
  {
    file: 'serving.ts',
    title: 'Serving',
    about:
      'Three operations of a branch secretary over HTTP on the demo estate, and Q0, which asks for nothing; `operations/` has them. The load comes from the same machine and takes its share of it.',
  },
  {
    file: 'audit.ts',
    title: 'The audit chain',
    about:
      'What the event log costs writers, how soon events are sealed, how a backlog is worked off, and how fast a chain is verified.',
  },
  {
    file: 'cost.ts',
    title: 'Points and time',
    about:
      'What operations are charged (`extensions.cost`) against what they take over HTTP on the demo estate, one caller at a time. The door alone takes what the first row says, whatever is asked.',
  },
  { file: 'plans.ts', title: 'Plans and suggestions', about: 'Over the API on the demo estate, the run in its worker thread.' },
  {
    file: 'plans.ts',
    title: 'Plans and suggestions of a large community',
    about: 'The same on an estate fourteen times as large: 3,000 needs, 100,000 pairs.',
    arguments: ['--scale', '14', '--rounds', '3'],
  },
  {
    file: 'wall.ts',
    title: 'The wall',
    about:
      'A register of 300,000 behind row-level security, with what is personal sealed: lists, counts, the facts of a plan, and a change of keys.',
  },
  {
    file: 'live.ts',
    title: 'Steady and live',
    about: 'The engine beside a plan that is out: how much of it a new one changes, and what a single change takes.',
  },
  {
    file: 'matching.ts',
    title: 'The engine alone',
    about:
      'Made-up instances, proof of the optimum included, in a thread for each core where a large one falls into parts, in turns with LEMON 1.3.1 (C++, network simplex by components, -O2): for both levels, and for level 2 alone when level 1 is given to it for nothing. Both levels are checked to be equal. The aim is at most 0.6 of LEMON on the first nine and 1.0 on the others.',
    arguments: ['5'],
  },
  {
    file: 'constrained.ts',
    title: 'The awkward rules',
    about:
      'Made-up branches with minimums, people and helpers who cannot be in two places, couples, caps and quotas: the search alone, with HiGHS as its referee, and HiGHS alone.',
    arguments: ['3'],
  },
] as const;
const LIBRARIES = ['@apollo/server', 'graphql', 'type-graphql', 'drizzle-orm', 'postgres', 'autocannon'];

const versionOf = (name: string): string => {
  const { version } = JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8'));
  return `${name} ${version}`;
};

function run(file: string, args: readonly string[] = []): string {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file} ended with ${status}`);
  return stdout.trim();
}

const named = process.argv.slice(2);
const unknown = named.filter(name => !PARTS.some(({ file }) => file === `${name}.ts`));
if (unknown.length) throw new Error(`no benchmark is called ${unknown.join(', ')}`);

const results = new URL('RESULTS.md', import.meta.url);
const before = new Map(
  readFileSync(results, 'utf8')
    .split(/^(?=## )/m)
    .map(section => [/^## (.*)$/m.exec(section)?.[1], section.trim()]),
);
const busy = () => loadavg()[0]?.toFixed(1);

const sections = PARTS.map(part => {
  const old = before.get(part.title);
  if (old && named.length && !named.includes(part.file.replace('.ts', ''))) return old;
  process.stderr.write(`${part.title}\n`);
  const load = busy();
  const figures = run(part.file, 'arguments' in part ? part.arguments : []);
  const when = `_${new Date().toISOString().slice(0, 10)}; the load average was ${load} before and ${busy()} after._`;
  return `## ${part.title}\n\n${part.about}\n\n${when}\n\n${figures}`;
});
const head = `# Benchmarks

Written by \`npm run bench\`; not edited by hand. Compare figures of one section with each other, not with those of another.

- Machine: ${availableParallelism()} cores, shared with other work, so noisy; each table says how far its runs lay apart
- Node ${process.versions.node}; ${LIBRARIES.map(versionOf).join(', ')}`;
writeFileSync(results, `${[head, ...sections].join('\n\n')}\n`);
