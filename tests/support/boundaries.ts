import { dirname, join } from 'node:path/posix';

/** A source file by its path below `src`, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** From the inside out: a layer imports those before it, and itself. */
const LAYERS = [
  'kernel',
  'db',
  'scope',
  'domain',
  'table',
  'policy',
  'repo',
  'service',
  'graphql',
  'http',
  'app',
  'main',
] as const;
type Layer = (typeof LAYERS)[number];

const PACKAGES: readonly { readonly name: RegExp; readonly only: (path: string) => boolean; readonly rule: string }[] = [
  {
    name: /^drizzle-orm(\/|$)/,
    only: path => /\.(repo|table|policy)\.ts$/.test(path) || path.startsWith('db/'),
    rule: 'only repo, table, policy and db/ import drizzle',
  },
  { name: /^postgres$/, only: path => path.startsWith('db/'), rule: 'only db/ imports the driver' },
  {
    name: /^type-graphql$/,
    only: path => path.endsWith('.graphql.ts') || path.startsWith('graphql/'),
    rule: 'only *.graphql.ts and graphql/ import type-graphql',
  },
  {
    name: /^(graphql|@apollo\/.*|graphql-.*|@graphql-.*)$/,
    only: path => path.endsWith('.graphql.ts') || /^(graphql|http)\//.test(path) || path === 'app.ts',
    rule: 'only *.graphql.ts, graphql/, http/ and app.ts import GraphQL',
  },
];

function layerOf(path: string): Layer {
  const [top = ''] = path.split('/');
  if (top === 'main.ts' || top.endsWith('.cli.ts') || top === 'seeds' || top === 'simulation') return 'main';
  if (!path.includes('/') || path === 'modules/index.ts') return 'app';
  if (top !== 'modules') return top as Layer;
  const kind = /\.(domain|table|policy|repo|service|graphql)\.ts$/.exec(path)?.[1];
  // A file of a subject without a kind is pure, like its domain.
  return (kind ?? 'domain') as Layer;
}

/** The process itself, and what it hands on to the programs it runs (PATH). */
const ENVIRONMENT = ['main.ts', 'keys.cli.ts', 'seeds/cli.ts', 'config.ts', 'db/embedded/processes.ts'];

const moduleOf = (path: string): string | null => /^modules\/([^/]+)\//.exec(path)?.[1] ?? null;

/** What a file imports, also dynamically and by `new URL(…, import.meta.url)`. Comments do not count. */
export function importsOf(text: string): readonly string[] {
  const code = text.replace(/\/\*.*?\*\//gs, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const patterns = [
    /\b(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g,
    /\bimport\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
    /\bnew URL\(\s*['"](\.[^'"]+\.(?:js|ts))['"]/g,
  ];
  return patterns.flatMap(pattern => [...code.matchAll(pattern)].map(([, name = '']) => name));
}

function localViolation(from: string, to: string): string | null {
  if (from.startsWith('modules/matching/engine/') && !to.startsWith('modules/matching/engine/'))
    return 'the solver imports nothing but its own files';
  const [source, target] = [layerOf(from), layerOf(to)];
  if (LAYERS.indexOf(target) > LAYERS.indexOf(source)) return `${source} does not import ${target}`;
  if (source === 'domain' && !['kernel', 'domain'].includes(target)) return 'a domain imports the kernel only';
  const [mine, theirs] = [moduleOf(from), moduleOf(to)];
  if (mine === null || theirs === null || mine === theirs) return null;
  if (source === 'domain') return "a domain imports no other subject's";
  if (target === 'repo') return "another subject's repo is its own";
  if (target === 'table' && !['repo', 'table', 'policy'].includes(source)) return "another subject's tables are for SQL joins";
  if (target === 'policy' && !['repo', 'policy'].includes(source)) return "another subject's policy is for SQL";
  if (target === 'domain' && !to.endsWith('.domain.ts')) return "another subject's inner files are its own";
  return null;
}

/** Every import that breaks a rule, as `file -> import: rule`. */
export function violations(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path, text }) => {
    const found = importsOf(text).flatMap(name => {
      if (name.startsWith('.')) {
        if (!/\.(js|json|ts)$/.test(name)) return [`${path} -> ${name}: local imports end in .js`];
        const to = join(dirname(path), name).replace(/\.js$/, '.ts');
        const rule = to.startsWith('..') ? null : localViolation(path, to);
        return rule === null ? [] : [`${path} -> ${to}: ${rule}`];
      }
      if (path.startsWith('modules/matching/engine/') && !name.startsWith('node:'))
        return [`${path} -> ${name}: the solver imports nothing but its own files`];
      const broken = PACKAGES.find(({ name: pattern, only }) => pattern.test(name) && !only(path) && layerOf(path) !== 'main');
      return broken ? [`${path} -> ${name}: ${broken.rule}`] : [];
    });
    const readsEnvironment = /\bprocess\s*\.\s*env\b/.test(text) && !ENVIRONMENT.includes(path);
    return readsEnvironment ? [...found, `${path}: only main.ts and config.ts read the environment`] : found;
  });
}
