import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.js';
import { databaseError } from './db/client.js';

/** What of an error goes to the log: never parameters, rows or the values that PostgreSQL quotes (SQLSTATE class 22). */
function describe(error: Error) {
  const { type, message, stack } = pino.stdSerializers.err(error);
  const { code, constraint } = databaseError(error) ?? {};
  const quiet = (text: string | undefined) => (code?.startsWith('22') ? text?.replace(/: ".*?"/gs, '') : text);
  return { type, message: quiet(message), stack: quiet(stack), code, constraint };
}

/** JSON lines, on standard error by default. */
export const createLog = (
  level: Config['logLevel'],
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger =>
  pino(
    {
      name: 'red-alliance',
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describe },
      redact: { paths: ['password', 'token', 'authorization', '*.password', '*.token', '*.authorization'], remove: true },
    },
    destination,
  );
