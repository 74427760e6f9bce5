import { z } from 'zod';
import type { BudgetSizes } from './graphql/budgets.js';
import { LIMITS } from './graphql/limits.js';
import { type NumberedKeys, parseKeys } from './kernel/keys.js';

const MIN_SECRET = 32;
/** Each may be given as a file, too: `DATA_KEYS_FILE`. */
const KEY_SETTINGS = ['DATA_KEYS', 'INDEX_KEYS', 'AUDIT_KEYS'];

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
  /** Under which address clients know us, without a path: named to programs that look for our token endpoint. */
  readonly publicUrl: string | null;
  /** Signs access tokens; null: made once and kept in `dataDir`. */
  readonly jwtSecret: string | null;
  /** Accepted beside it while keys change: the one before, or the one that comes next. */
  readonly jwtSecretPrevious: string | null;
  /** An OpenID provider that people may sign in by; null: none. */
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly redirectUris: readonly string[];
  } | null;
  /** Seal personal columns; null: those of `dataKeysFile`, and without one a key is made and kept in `dataDir`. */
  readonly dataKeys: NumberedKeys | null;
  readonly dataKeysFile: string | null;
  /** Make personal columns findable; null: as with `dataKeys`. */
  readonly indexKeys: NumberedKeys | null;
  readonly indexKeysFile: string | null;
  /** Sign the heads of the audit chain; null: as with `dataKeys`. */
  readonly auditKeys: NumberedKeys | null;
  readonly auditKeysFile: string | null;
  /** Where the signed heads are kept, outside the database; null: in `dataDir`. */
  readonly auditDir: string | null;
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

const numberedKeys = z.string().transform((text, context) => {
  const { keys, problems } = parseKeys(text);
  for (const problem of problems) context.addIssue(problem);
  return keys;
});

const HERE = ['localhost', '127.0.0.1', '[::1]'];
/** HTTPS, or HTTP on this machine. */
const address = z.url({ protocol: /^https?$/, error: 'is not an address such as https://id.example' }).refine(text => {
  const { protocol, hostname } = URL.canParse(text) ? new URL(text) : {};
  return protocol !== 'http:' || HERE.includes(hostname ?? '');
}, 'is http: to another machine');

const list = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);

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
  PUBLIC_URL: origin.refine(text => text !== '*', 'is not an address such as https://api.example').optional(),
  JWT_SECRET: secret.optional(),
  JWT_SECRET_PREVIOUS: secret.optional(),
  OIDC_ISSUER: address.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_REDIRECT_URIS: z.string().transform(list).pipe(z.array(address)).optional(),
  DATA_KEYS: numberedKeys.optional(),
  DATA_KEYS_FILE: z.string().optional(),
  INDEX_KEYS: numberedKeys.optional(),
  INDEX_KEYS_FILE: z.string().optional(),
  AUDIT_KEYS: numberedKeys.optional(),
  AUDIT_KEYS_FILE: z.string().optional(),
  AUDIT_DIR: z.string().optional(),
  CORS_ORIGINS: z.string().transform(list).pipe(z.array(origin)).default([]),
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
function productionProblems(given: Given): readonly string[] {
  const { JWT_SECRET, DEMO_DATA, CORS_ORIGINS = '' } = given;
  return [
    JWT_SECRET ? [] : ['JWT_SECRET is missing: production makes no secret of its own'],
    ...KEY_SETTINGS.map(name =>
      given[name] || given[`${name}_FILE`] ? [] : [`${name} is missing: production makes no key of its own`],
    ),
    DEMO_DATA === 'true' ? ['DEMO_DATA is true: demo accounts have a published password'] : [],
    CORS_ORIGINS.split(',').some(origin => origin.trim() === '*') ? ['CORS_ORIGINS holds *: name the origins'] : [],
  ].flat();
}

const OIDC = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URIS'] as const;

/** A provider is described as a whole or not at all. */
function oidcProblems(given: Given): readonly string[] {
  const missing = OIDC.filter(name => !given[name]);
  return missing.length === OIDC.length ? [] : missing.map(name => `${name} is missing beside the others of OIDC_`);
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
    ...KEY_SETTINGS.flatMap(name => (given[name] && given[`${name}_FILE`] ? [`${name} and ${name}_FILE are both set`] : [])),
    ...oidcProblems(given),
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
    publicUrl: env.PUBLIC_URL ?? null,
    oidc: env.OIDC_ISSUER
      ? {
          issuer: env.OIDC_ISSUER,
          clientId: env.OIDC_CLIENT_ID ?? '',
          clientSecret: env.OIDC_CLIENT_SECRET ?? '',
          redirectUris: env.OIDC_REDIRECT_URIS ?? [],
        }
      : null,
    dataKeys: env.DATA_KEYS ?? null,
    dataKeysFile: env.DATA_KEYS_FILE ?? null,
    indexKeys: env.INDEX_KEYS ?? null,
    indexKeysFile: env.INDEX_KEYS_FILE ?? null,
    auditKeys: env.AUDIT_KEYS ?? null,
    auditKeysFile: env.AUDIT_KEYS_FILE ?? null,
    auditDir: env.AUDIT_DIR ?? null,
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
