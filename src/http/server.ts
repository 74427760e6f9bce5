import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BadRequest } from './body.js';
import { allowOrigin, requestIdOf, securityHeaders } from './headers.js';
import { createIde, IDE_ASSETS } from './ide.js';

/** To receive a whole request; an operation has its own, shorter deadline. */
const REQUEST_TIMEOUT = 15_000;
const HEADERS_TIMEOUT = 10_000;
/** Longer than the idle time of common load balancers, which must be the ones to close. */
const KEEP_ALIVE = 65_000;
/** How long `stop` waits for what is in flight: an operation's deadline and the time to write. */
const GRACE = 12_000;
const SWEEP = 50;
/** How long a refused body may still be sent before the connection is cut. */
const LINGER = 1000;

/** One request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

export interface DoorParts {
  readonly host: string;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  readonly drainDelayMs: number;
  readonly log: Logger;
  /** Who answers at which path, by any method. */
  readonly routes: ReadonlyMap<string, (exchange: Exchange) => Promise<void>>;
  /** Database reachable and migrations complete. */
  readonly isReady: () => Promise<boolean>;
  readonly sdl: string;
  /** A document of operations that the IDE opens with. */
  readonly examples: string;
}

/** The listening server. */
export interface Door {
  readonly url: string;
  readonly port: number;
  /** Says 503 on /readyz, then takes no more connections; done when what was in flight is answered. */
  stop(): Promise<void>;
}

/** An error that has not reached GraphQL, in GraphQL's form. */
export function sendError({ response, requestId }: Exchange, status: number, code: string, message: string): void {
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

export function sendText({ response }: Exchange, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/**
 * Opens the door.
 *
 * @throws the system's error, e.g. with code EADDRINUSE
 */
export async function openDoor(parts: DoorParts): Promise<Door> {
  const { log, sdl } = parts;
  const ide = createIde(parts.examples);
  const guard = securityHeaders();
  let draining = false;

  async function route(exchange: Exchange, path: string): Promise<void> {
    const { request, response } = exchange;
    const answer = parts.routes.get(path);
    if (answer) return answer(exchange);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return PAGES.has(path) ? sendError(exchange, 405, 'METHOD_NOT_ALLOWED', 'Only GET.') : notFound(exchange);
    }
    if (path === '/healthz') return sendText(exchange, 200, 'application/json', '{"status":"ok"}');
    if (path === '/readyz') {
      const ready = !draining && (await parts.isReady());
      const status = ready ? 'ready' : draining ? 'draining' : 'unavailable';
      return sendText(exchange, ready ? 200 : 503, 'application/json', JSON.stringify({ status }));
    }
    if (path === '/schema.graphql') return sendText(exchange, 200, 'text/plain', sdl);
    if (path === '/') return ide.page(request, response);
    if (path.startsWith(IDE_ASSETS)) return ide.asset(request, response, () => notFound(exchange));
    return notFound(exchange);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = { request, response, requestId: requestIdOf(request) };
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    guard(request, response);
    response.setHeader('x-request-id', exchange.requestId);
    response.setHeader('cache-control', 'no-store');
    if (draining) response.setHeader('connection', 'close');
    if (log.isLevelEnabled('info')) logWhenDone(log, exchange, path);
    try {
      if (!allowOrigin(request, response, parts.corsOrigins)) await route(exchange, path);
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof BadRequest) refuse(exchange, error);
      else {
        log.error({ err: error, requestId: exchange.requestId }, 'request failed');
        sendError(exchange, 500, 'INTERNAL_SERVER_ERROR', 'Internal error. 系统内部错误。');
      }
    }
  }

  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT, headersTimeout: HEADERS_TIMEOUT, keepAliveTimeout: KEEP_ALIVE },
    (request, response) => void serve(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.port, parts.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const shownHost = ['0.0.0.0', '::'].includes(parts.host)
    ? 'localhost'
    : parts.host.includes(':')
      ? `[${parts.host}]`
      : parts.host;

  async function drain(): Promise<void> {
    draining = true;
    await sleep(parts.drainDelayMs);
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    // Connections that were kept alive by an answer after this moment fall idle only now.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP);
    const cut = setTimeout(() => server.closeAllConnections(), GRACE);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  }

  let stopped: Promise<void> | undefined;
  return {
    url: `http://${shownHost}:${port}`,
    port,
    stop() {
      stopped ??= drain();
      return stopped;
    },
  };
}

const PAGES = new Set(['/', '/healthz', '/readyz', '/schema.graphql']);
const notFound = (exchange: Exchange) =>
  sendError(exchange, 404, 'NOT_FOUND', 'Nothing is here: POST /graphql, or open / in a browser.');

/** Answers a request that may still be sending its body: its connection goes, a little later so that the answer arrives. */
function refuse(exchange: Exchange, { status, code, message }: BadRequest): void {
  const { request, response } = exchange;
  if (!request.complete) {
    response.setHeader('connection', 'close');
    request.resume();
    setTimeout(() => request.destroy(), LINGER).unref();
  }
  sendError(exchange, status, code, message);
}

function logWhenDone(log: Logger, { request, response, requestId }: Exchange, path: string): void {
  const start = performance.now();
  response.once('close', () => {
    const ms = Math.round(performance.now() - start);
    log.info(
      { requestId, method: request.method, path, status: response.statusCode, ms, cut: !response.writableFinished },
      'request',
    );
  });
}
