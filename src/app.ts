import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { connect, type Database } from './db/client.js';
import { isMigrated } from './db/migrate.js';
import { DatabaseRefused, openDatabase } from './db/open.js';
import { startSealer } from './db/sealer.js';
import { createApollo } from './graphql/apollo.js';
import { createBudgets } from './graphql/budgets.js';
import { createDocuments, type Manifest } from './graphql/documents.js';
import { layOver } from './graphql/permissions.js';
import { buildSchema } from './graphql/schema.js';
import { createAdmission } from './http/admission.js';
import { createDocumentGate } from './http/documents.js';
import { serveGraphql } from './http/graphql.js';
import { METADATA_PATH, serveMetadata, serveToken, TOKEN_PATH } from './http/oauth.js';
import { createScopes } from './http/scopes.js';
import { openDoor } from './http/server.js';
import type { Actor } from './kernel/actor.js';
import { createBuckets } from './kernel/bucket.js';
import { type Clock, systemClock } from './kernel/clock.js';
import type { HeadJournal } from './kernel/heads.js';
import type { KeyProvider } from './kernel/keys.js';
import type { PhoneRelay } from './kernel/phone-relay.js';
import { createVault, type Vault } from './kernel/vault.js';
import { keysFrom } from './keys.js';
import { createLog } from './log.js';
import { createJournal } from './modules/audit/journal.js';
import { createAuthentication, hasDemoAccounts } from './modules/identity/identity.service.js';
import { createLockout } from './modules/identity/lockout.js';
import { createOidcProvider } from './modules/identity/oidc.js';
import { createTokens } from './modules/identity/tokens.js';
import { permissions, resolvers } from './modules/index.js';
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
  readonly journal: HeadJournal;
  /** Of the role that owns the tables. */
  readonly ownerUrl: string;
  /** For what the house does by itself: callers do not wait for its connections. */
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
  readonly onStatement?: (text: string, connection: number) => void;
  /** Where there is a contract with a telephone company; people's own numbers are given without. */
  readonly phoneRelay?: PhoneRelay;
  readonly deadlineMs?: number;
  /** Where the keys of personal columns come from, instead of the configuration: a key management service. */
  readonly keys?: KeyProvider;
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
 * @throws EmbeddedPostgresError, DatabaseRefused, KeysRefused, or the system's error when the port is taken
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

/**
 * The database, migrated and ready, and the keys to what is sealed in it: all that jobs of the command line need of us.
 *
 * @throws EmbeddedPostgresError, DatabaseRefused, KeysRefused
 */
export async function openHouse(config: Config, overrides: Overrides, onClose: OnClose): Promise<House> {
  const { tell = () => undefined, clock: now = systemClock } = overrides;
  const keys = await (overrides.keys ?? keysFrom(config)).keys();
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
  const journal = createJournal(config.auditDir ?? join(config.dataDir, 'audit'), keys.audit);
  const parts = { db: serving.db, slowDb: slow.db, vault: createVault(keys), journal, now };
  return {
    ...parts,
    tell,
    ownerUrl: database.ownerUrl,
    scopeOf: (communityId, actor) => new Scope({ ...parts, db: slow.db, locale: 'zh', requestId: null, communityId, actor }),
  };
}

async function open(config: Config, overrides: Overrides, onClose: OnClose) {
  const log = overrides.log ?? createLog(config.logLevel);
  const house = await openHouse(config, overrides, onClose);
  const { db, slowDb, now } = house;
  if (config.demoData && overrides.seed && (await communityIdByCode(db, null)) === null) await overrides.seed(house);
  if (config.production && (await hasDemoAccounts(db)))
    throw new DatabaseRefused('Not in production: the database holds active demo accounts, whose password is published.');

  const schema = overrides.schema ?? createSchema();
  const sealer = startSealer(slowDb, now, error => log.warn({ err: error }, 'sealing failed, will try again'));
  onClose(() => sealer.stop());
  const upkeep = startUpkeep(house, error => log.warn({ err: error }, 'upkeep failed, will try again'));
  onClose(() => upkeep.stop());
  await failInterruptedPlans(db, now(), { alone: config.databaseUrl === null }).catch(error =>
    log.warn({ err: error }, 'matching runs cut short are not marked yet'),
  );
  onClose(() => stopPlanRuns());
  const documents = createDocuments(JSON.parse(published('operations/manifest.json')) as Manifest);
  const budgets = createBudgets(createBuckets(), config.budgets);
  const apollo = await createApollo({
    schema,
    permissions: layOver(schema, permissions),
    log,
    costLimit: config.costLimit,
    deadlineMs: overrides.deadlineMs ?? OPERATION_DEADLINE,
    introspection: config.introspection,
    documents,
  });
  onClose(() => apollo.stop());
  const admission = createAdmission({ places: config.poolSize * PER_CONNECTION, patienceMs: PATIENCE });
  const scopes = createScopes({
    ...house,
    ...signing(config, house, error => log.warn({ err: error }, 'changes of rights cannot be looked for, nothing is remembered')),
    ...(overrides.phoneRelay && { phoneRelay: overrides.phoneRelay }),
    turnAway: budgets.turnAway,
    communityIdByCode: code => communityIdByCode(db, code),
    defaultCommunity: config.defaultCommunity,
    trustProxy: config.trustProxy,
  });
  const door = await openDoor({
    ...config,
    log,
    routes: new Map([
      [
        '/graphql',
        serveGraphql({
          apollo,
          log,
          admission,
          budgets,
          documents: createDocumentGate(documents, { onlyKnown: config.trustedDocumentsOnly }),
          scopeOf: scopes.ofCaller,
        }),
      ],
      [TOKEN_PATH, serveToken({ admission, scopeOf: scopes.ofNobody })],
      ...(config.publicUrl === null ? [] : [[METADATA_PATH, serveMetadata(config.publicUrl)] as const]),
    ]),
    isReady: readiness(db),
    sdl: printSdl(schema),
    examples: published('examples.graphql'),
  });
  onClose(() => door.stop());
  return { house, url: door.url, port: door.port };
}

/** Keys have names that follow from themselves: a token finds its key also after the next one took its place. */
const keyId = (secret: string): string => createHmac('sha256', secret).update('key id').digest('base64url').slice(0, 8);

/** What signing in needs, and how a token becomes an actor. */
function signing({ jwtSecret, jwtSecretPrevious, dataDir, oidc }: Config, { db, now }: House, onError: (error: unknown) => void) {
  const secret = jwtSecret ?? keptSecret(dataDir, 'jwt.secret');
  const keys = new Map(
    [jwtSecretPrevious, secret].flatMap(value => (value === null ? [] : [[keyId(value), Buffer.from(value)] as const])),
  );
  const tokens = createTokens({ keys, current: keyId(secret), issuer: NAME, audience: NAME, ttlSeconds: TOKEN_TTL });
  const { authenticate } = createAuthentication({ db, tokens, now, onError });
  const identityProviders = new Map(oidc ? [createOidcProvider(oidc)].map(provider => [provider.name, provider]) : []);
  return { tokens, lockout: createLockout(), identityProviders, authenticate };
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
