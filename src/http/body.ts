import type { IncomingMessage } from 'node:http';

/** 100 kB: what the largest real operation needs many times over. */
export const MAX_BODY = 100_000;

/** The request cannot be read; `status` and `code` say how it is answered. */
export class BadRequest extends Error {
  constructor(
    readonly status: 400 | 413 | 415,
    readonly code:
      | 'BAD_REQUEST'
      | 'PAYLOAD_TOO_LARGE'
      | 'UNSUPPORTED_MEDIA_TYPE'
      | 'PERSISTED_QUERY_NOT_FOUND'
      | 'DOCUMENT_NOT_TRUSTED',
    message: string,
  ) {
    super(message);
  }
}

const tooLarge = () => new BadRequest(413, 'PAYLOAD_TOO_LARGE', `The body may have ${MAX_BODY} bytes.`);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The fields of an HTML form that a request carries; null when it carries none, or one of them twice. */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string> | null> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return null;
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams((await readBytes(request)).toString('utf8'))) {
    if (fields.has(name)) return null;
    fields.set(name, value);
  }
  return fields;
}

/**
 * The JSON that a request carries; undefined when it does not say that it is JSON.
 *
 * @throws BadRequest
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const [type, ...parameters] = (request.headers['content-type'] ?? '').split(';').map(part => part.trim().toLowerCase());
  if (type !== 'application/json') return undefined;
  const charset = parameters.find(parameter => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) {
    throw new BadRequest(415, 'UNSUPPORTED_MEDIA_TYPE', 'JSON is UTF-8 (RFC 8259).');
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new BadRequest(415, 'UNSUPPORTED_MEDIA_TYPE', 'Compressed bodies are not accepted.');
  }
  const bytes = await readBytes(request);
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw new BadRequest(400, 'BAD_REQUEST', 'The body is not JSON.');
  }
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const read = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) {
        chunks.push(chunk);
        return;
      }
      request.off('data', read);
      reject(tooLarge());
    };
    request.on('data', read);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete) reject(new BadRequest(400, 'BAD_REQUEST', 'The request ended early.'));
    });
  });
}
