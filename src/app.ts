import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { type Connection, connect, type Database } from './db/client.js';
import { isMigrated } from './db/migrate.js';
import { DatabaseRefused, openDatabase } from './db/open.js';
import { startSealer } from './db/sealer.js';
import { createApollo } from './graphql/apollo.js';
import { createBudgets } from './graphql/budgets.js';
import { createDocuments, type Manifest } from './graphql/documents.js';
import { buildSchema } from './graphql/schema.js';
import { createAdmission } from './http/admission.js';
import { createDocumentGate } from './http/documents.js';
import { serveGraphql } from './http/graphql.js';
import { createScopes } from './http/scopes.js';
import { openDoor } from './http/server.js';
import type { Actor } from './kernel/actor.js';
import { createBuckets } from './kernel/bucket.js';
import { type Clock, systemClock } from './kernel/clock.js';
import { createVault, type Vault } from './kernel/vault.js';
import { createLog } from './log.js';
import { hasDemoAccounts } from './modules/identity/identity.service.js';
import { createLockout } from './modules/identity/lockout.js';
import { createAuthentication } from './modules/identity/sessions.service.js';
import { createTokens } from './modules/identity/tokens.js';
import { resolvers } from './modules/index.js';
import { failInterruptedPlans, stopPlanRuns } from './modules/matching/plans.service.js';
import { communityIdByCode } from './modules/territory/territory.service.js';
import { Scope } from './scope/scope.js';
import { keptSecret } from './secrets.js';
import { startUpkeep } from './upkeep.js';

/** An operation; between the 15 s of a request and the 5 s of a statement. */
const OPERATION_DEADLINE = 10_000;
const SLOW_STATEMENT = 60_000;
/** Operations at work for each connection: the driver loses track when far more are queued. */
const PER_CONNECTION = 8;
const PATIENCE = 800;
const READY_WITHIN = 2000;
const TOKEN_TTL = 15 * 60;
const NAME = 'red-alliance';

/** What work within the process stands on: seeds, benchmarks, tests. */
export interface House {
  readonly db: Database;
  readonly slowDb: Database;
  readonly vault: Vault;
  readonly now: Clock;
  /** Of the role that owns the tables. */
  readonly ownerUrl: string;
  readonly scopeOf: (communityId: string, actor: Actor) => Scope;
  /** Tells whoever started us what is going on. */
  readonly tell: (line: string) => void;
}

export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** The schema to serve, instead of that of all subjects. */
  readonly schema?: GraphQLSchema;
  /** Fills an empty database when the configuration asks for demonstration data. */
  readonly seed?: (house: House) => Promise<unknown>;
  readonly tell?: (line: string) => void;
  /** Told of every statement that requests send. */
  readonly onStatement?: (text: string) => void;
  readonly deadlineMs?: number;
}

export interface App {
  readonly url: string;
  readonly port: number;
  readonly house: House;
  /** Answers what is in flight, then closes everything. May be called again. */
  stop(): Promise<void>;
}

/** A file that is published with the schema. */
const published = (name: string): string => readFileSync(fileURLToPath(new URL(`../schema/${name}`, import.meta.url)), 'utf8');

/** The schema of all subjects. */
export const createSchema = (): GraphQLSchema => buildSchema(resolvers);
/** As it is published: sorted, so that a change shows where it is. */
export const printSdl = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;

/**
 * Puts the process together: database, schema, sealer, door. What was opened is closed again when a later step fails.
 *
 * @throws EmbeddedPostgresError, DatabaseRefused, or the system's error when the port is taken
 */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (let step = closing.pop(); step; step = closing.pop()) await step();
  };
  try {
    const { house, url, port } = await open(config, overrides, step => closing.push(step));
    let stopped: Promise<void> | undefined;
    return {
      url,
      port,
      house,
      stop() {
        stopped ??= close();
        return stopped;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnClose = (step: () => Promise<unknown>) => void;

async function open(config: Config, overrides: Overrides, onClose: OnClose) {
  const { tell = () => undefined, clock: now = systemClock } = overrides;
  const log = overrides.log ?? createLog(config.logLevel);
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    ownerUrl: config.databaseOwnerUrl,
    dataDir: config.dataDir,
    passwordOf: role => keptSecret(config.dataDir, `${role}.password`),
    strict: config.production,
    tell,
  });
  onClose(() => database.stop());
  const { poolSize: max } = config;
  const serving = connect(database.servingUrl, { max, ...(overrides.onStatement && { onStatement: overrides.onStatement }) });
  onClose(() => serving.close());
  const slow = connect(database.servingUrl, { max: Math.ceil(max / 2), statementTimeoutMs: SLOW_STATEMENT });
  onClose(() => slow.close());

  const house = createHouse(config, serving, slow, { now, tell, ownerUrl: database.ownerUrl });
  if (config.demoData && overrides.seed && (await communityIdByCode(serving.db, null)) === null) await overrides.seed(house);
  if (config.production && (await hasDemoAccounts(serving.db)))
    throw new DatabaseRefused('Not in production: the database holds active demo accounts, whose password is published.');

  const schema = overrides.schema ?? createSchema();
  const sealer = startSealer(slow.db, now, error => log.warn({ err: error }, 'sealing failed, will try again'));
  onClose(() => sealer.stop());
  const upkeep = startUpkeep(house, error => log.warn({ err: error }, 'upkeep failed, will try again'));
  onClose(() => upkeep.stop());
  await failInterruptedPlans(serving.db, now(), { alone: config.databaseUrl === null }).catch(error =>
    log.warn({ err: error }, 'matching runs cut short are not marked yet'),
  );
  onClose(() => stopPlanRuns());
  const documents = createDocuments(JSON.parse(published('operations/manifest.json')) as Manifest);
  const budgets = createBudgets(createBuckets(), config.budgets);
  const apollo = await createApollo({
    schema,
    log,
    costLimit: config.costLimit,
    deadlineMs: overrides.deadlineMs ?? OPERATION_DEADLINE,
    introspection: config.introspection,
    documents,
  });
  onClose(() => apollo.stop());
  const door = await openDoor({
    ...config,
    log,
    graphql: serveGraphql({
      apollo,
      log,
      admission: createAdmission({ places: max * PER_CONNECTION, patienceMs: PATIENCE }),
      budgets,
      documents: createDocumentGate(documents, { onlyKnown: config.trustedDocumentsOnly }),
      scopeOf: createScopes({
        ...house,
        ...signing(config, house),
        turnAway: budgets.turnAway,
        communityIdByCode: code => communityIdByCode(serving.db, code),
        defaultCommunity: config.defaultCommunity,
        trustProxy: config.trustProxy,
      }),
    }),
    isReady: readiness(serving.db),
    sdl: printSdl(schema),
    examples: published('examples.graphql'),
  });
  onClose(() => door.stop());
  return { house, url: door.url, port: door.port };
}

function createHouse(
  config: Config,
  { db }: Connection,
  { db: slowDb }: Connection,
  rest: Pick<House, 'now' | 'tell' | 'ownerUrl'>,
): House {
  const vault = createVault(config.dataKeys ?? new Map([[1, Buffer.from(keptSecret(config.dataDir, 'data.key'), 'base64url')]]));
  const parts = { db, slowDb, vault, now: rest.now, locale: 'zh', requestId: null } as const;
  return { ...rest, db, slowDb, vault, scopeOf: (communityId, actor) => new Scope({ ...parts, communityId, actor }) };
}

/** Keys have names that follow from themselves: a token finds its key also after the next one took its place. */
const keyId = (secret: string): string => createHmac('sha256', secret).update('key id').digest('base64url').slice(0, 8);

/** What signing in needs, and how a token becomes an actor. */
function signing({ jwtSecret, jwtSecretPrevious, dataDir }: Config, { db, now }: House) {
  const secret = jwtSecret ?? keptSecret(dataDir, 'jwt.secret');
  const keys = new Map(
    [jwtSecretPrevious, secret].flatMap(value => (value === null ? [] : [[keyId(value), Buffer.from(value)] as const])),
  );
  const tokens = createTokens({ keys, current: keyId(secret), issuer: NAME, audience: NAME, ttlSeconds: TOKEN_TTL });
  const { actorOfToken } = createAuthentication({ db, tokens, now });
  return { tokens, lockout: createLockout(), authenticate: actorOfToken };
}

/** True while the database answers in time; that its migrations are complete is asked until it is so. */
function readiness(db: Database): () => Promise<boolean> {
  let migrated = false;
  const ask = async (): Promise<boolean> => {
    if (migrated) await db.execute('select 1');
    else migrated = await isMigrated(db);
    return migrated;
  };
  return async () => {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), READY_WITHIN);
    try {
      return await Promise.race([ask().catch(() => false), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
