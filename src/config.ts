import { z } from 'zod';
import type { BudgetSizes } from './graphql/budgets.js';
import { LIMITS } from './graphql/limits.js';

const MIN_SECRET = 32;

/** Everything that the process is told from outside, checked. */
export interface Config {
  readonly production: boolean;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Of the role that serves; null: a PostgreSQL of our own in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Of the role that owns the tables and migrates; null: `databaseUrl` does both if it may. */
  readonly databaseOwnerUrl: string | null;
  readonly dataDir: string;
  /** Signs access tokens; null: made once and kept in `dataDir`. */
  readonly jwtSecret: string | null;
  /** Still accepted while keys change. */
  readonly jwtSecretPrevious: string | null;
  /** Seal personal columns, by number; null: one is made and kept in `dataDir`. */
  readonly dataKeys: ReadonlyMap<number, Buffer> | null;
  /** Web pages of these origins may read answers. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Fill an empty database with the demonstration estate and its accounts. */
  readonly demoData: boolean;
  /** How many proxies before us write X-Forwarded-For. */
  readonly trustProxy: number;
  /** Code of the community of callers who name none; null: the first one. */
  readonly defaultCommunity: string | null;
  /** Highest price of one operation, in objects. */
  readonly costLimit: number;
  readonly introspection: boolean;
  /** Nothing runs but the operations in `schema/operations`. */
  readonly trustedDocumentsOnly: boolean;
  /** Points that may be spent in a minute. */
  readonly budgets: BudgetSizes;
  /** Connections that serve; a second pool for long work has half as many. */
  readonly poolSize: number;
  /** How long /readyz says 503 before we stop to listen, in milliseconds. */
  readonly drainDelayMs: number;
}

/** The environment does not make a configuration; every problem is listed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const integer = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `is less than ${min}`).max(max, `is more than ${max}`))
    .default(fallback);

const flag = z.enum(['true', 'false'], 'is neither true nor false').transform(value => value === 'true');

const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'is not a postgres:// URL' });

const secret = z
  .string()
  .refine(value => Buffer.byteLength(value) >= MIN_SECRET, `has fewer than ${MIN_SECRET} bytes`)
  .refine(value => new Set(value).size >= 8, 'repeats a few characters');

/** `1:base64,2:base64` */
const dataKeys = z.string().transform((text, context) => {
  const keys = new Map<number, Buffer>();
  for (const part of text.split(',')) {
    const [, number, encoded] = /^(\d{1,3}):([A-Za-z0-9+/_-]+={0,2})$/.exec(part.trim()) ?? [];
    const key = Buffer.from(encoded ?? '', 'base64');
    const id = Number(number);
    if (!number || id < 1 || id > 255) context.addIssue('is not of the form 1:base64,2:base64 with numbers 1 to 255');
    else if (key.length < MIN_SECRET) context.addIssue(`key ${id} has fewer than ${MIN_SECRET} bytes`);
    else if (keys.has(id)) context.addIssue(`has two keys ${id}`);
    keys.set(id, key);
  }
  return keys;
});

const origin = z
  .string()
  .refine(
    text => text === '*' || (URL.canParse(text) && new URL(text).origin === text),
    'is not a list of origins such as https://a.example',
  );

const environment = z.object({
  NODE_ENV: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(4000, 0, 65_535),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_OWNER_URL: databaseUrl.optional(),
  DATA_DIR: z.string().default('.data'),
  JWT_SECRET: secret.optional(),
  JWT_SECRET_PREVIOUS: secret.optional(),
  DATA_KEYS: dataKeys.optional(),
  CORS_ORIGINS: z
    .string()
    .transform(text =>
      text
        .split(',')
        .map(part => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(origin))
    .default([]),
  LOG_LEVEL: z.enum(LOG_LEVELS, `is none of ${LOG_LEVELS.join(', ')}`).optional(),
  DEMO_DATA: flag.optional(),
  TRUST_PROXY: integer(0, 0, 10),
  DEFAULT_COMMUNITY: z.string().optional(),
  COST_LIMIT: integer(5000, 1, 1_000_000),
  INTROSPECTION: flag.default(true),
  TRUSTED_DOCUMENTS_ONLY: flag.default(false),
  BUDGET_ACCOUNT: integer(60_000, 1, 999_999_999),
  BUDGET_ANONYMOUS: integer(20_000, 1, 999_999_999),
  BUDGET_SECRETS: integer(60, LIMITS.aliases, 999_999_999),
  POOL_SIZE: integer(4, 1, 100),
  DRAIN_DELAY_MS: integer(0, 0, 60_000),
});

type Given = Readonly<Record<string, string | undefined>>;

/** What a production process does not start with: whatever anybody could know or guess. Asked of the text, so that it is told beside what does not parse. */
function productionProblems({ JWT_SECRET, DATA_KEYS, DEMO_DATA, CORS_ORIGINS = '' }: Given): readonly string[] {
  return [
    JWT_SECRET ? [] : ['JWT_SECRET is missing: production makes no secret of its own'],
    DATA_KEYS ? [] : ['DATA_KEYS is missing: production makes no key of its own'],
    DEMO_DATA === 'true' ? ['DEMO_DATA is true: demo accounts have a published password'] : [],
    CORS_ORIGINS.split(',').some(origin => origin.trim() === '*') ? ['CORS_ORIGINS holds *: name the origins'] : [],
  ].flat();
}

/**
 * The configuration that the environment describes. An empty variable counts as absent.
 *
 * @throws ConfigError with every problem at once
 */
export function loadConfig(variables: Given): Config {
  const given: Given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const production = given.NODE_ENV === 'production';
  const { data: env, error } = environment.safeParse(given);
  const tooSmall = (['BUDGET_ACCOUNT', 'BUDGET_ANONYMOUS'] as const).filter(name => env && env[name] < env.COST_LIMIT);
  const problems = [
    ...(error?.issues ?? []).map(({ path, message }) => `${String(path[0])} ${message}`),
    ...(production ? productionProblems(given) : []),
    ...(given.DATABASE_OWNER_URL && !given.DATABASE_URL ? ['DATABASE_OWNER_URL is set without DATABASE_URL'] : []),
    ...tooSmall.map(name => `${name} is less than COST_LIMIT: there would be operations that it never pays for`),
  ];
  if (!env || problems.length) throw new ConfigError(problems);
  return {
    production,
    host: env.HOST,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL ?? null,
    databaseOwnerUrl: env.DATABASE_OWNER_URL ?? null,
    dataDir: env.DATA_DIR,
    jwtSecret: env.JWT_SECRET ?? null,
    jwtSecretPrevious: env.JWT_SECRET_PREVIOUS ?? null,
    dataKeys: env.DATA_KEYS ?? null,
    corsOrigins: env.CORS_ORIGINS,
    logLevel: env.LOG_LEVEL ?? (production ? 'info' : 'warn'),
    demoData: env.DEMO_DATA ?? !production,
    trustProxy: env.TRUST_PROXY,
    defaultCommunity: env.DEFAULT_COMMUNITY ?? null,
    costLimit: env.COST_LIMIT,
    introspection: env.INTROSPECTION,
    trustedDocumentsOnly: env.TRUSTED_DOCUMENTS_ONLY,
    budgets: { account: env.BUDGET_ACCOUNT, anonymous: env.BUDGET_ANONYMOUS, secrets: env.BUDGET_SECRETS },
    poolSize: env.POOL_SIZE,
    drainDelayMs: env.DRAIN_DELAY_MS,
  };
}
