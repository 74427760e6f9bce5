import type { Grant } from '../src/db/rules.js';
import { AUDIENCES, type Audience, LEVELS, type Rows, type SubjectPermissions } from '../src/kernel/permissions.js';

type Sights = Readonly<Record<string, { readonly grants: readonly Grant[] }>>;

const code = (names: string): string =>
  names
    .split(/\s+/)
    .filter(Boolean)
    .map(name => `\`${name}\``)
    .join(' ');
const people = (who: readonly Audience[]): string =>
  who.map(one => `${AUDIENCES[one].zh} ${one} (${AUDIENCES[one].level})`).join(', ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
const rowsOf = (rows: Rows, prefix = ''): string[][] =>
  rows.map(([who, names]) => [
    code(
      names
        .split(/\s+/)
        .filter(Boolean)
        .map(name => `${prefix}${name}`)
        .join(' '),
    ),
    people(who),
  ]);

/** The page for people: who is shown what at which level, who may do what, which scopes programs need. */
export function permissionsPage(
  subjects: readonly SubjectPermissions[],
  sights: Sights,
  roleZh: (role: string) => string,
): string {
  return `${[HEAD, levels(), audiences(roleZh), PROGRAMS, ...subjects.map(subject => section(subject, sights))].join('\n\n')}\n`;
}

const HEAD = `# Who may see and do what

Generated from \`src/modules/*/*.permissions.ts\` by \`npm run schema\`; do not edit. The same table closes the API to programs without
the scope, is asked field by field with every role in \`tests/e2e/permissions.test.ts\`, and must name every field of the schema
(\`tests/contract/permissions.test.ts\`). The rules that decide are in \`src/modules/*/*.policy.ts\`, each said once for a row and for SQL
(\`src/db/rules.ts\`). Behind them row-level security guards the schema \`personal\`.

Not yours is the same as not there: the same answer, byte for byte, and the same number of statements sent for it. Whoever is not named
for a field is answered null or an empty list; whoever is not named for a mutation is refused, and nothing changes.`;

const levels = (): string =>
  `## Levels\n\n${table(
    ['Level', '', 'What is shown'],
    Object.entries(LEVELS).map(([level, [zh, meaning]]) => [level, zh, meaning]),
  )}`;

function audiences(roleZh: (role: string) => string): string {
  const rows = Object.entries(AUDIENCES).map(([name, { level, zh, en, roles }]) => [
    name,
    zh,
    en.replaceAll('|', '/'),
    level,
    roles.map(role => `${roleZh(role)} ${role}`).join(', ') || 'none needed',
  ]);
  return `## Whom the rules speak of\n\nA role alone opens little: the object must be of the caller's branch, organization, or person.\n\n${table(['Name', '', 'Who', 'Level', 'By which role'], rows)}`;
}

const PROGRAMS = `## Programs

A program acts for an account, sees at most what that account sees, and of that only subjects in the scopes of its key. Reading a field
takes \`<subject>:read\` of the subject that the field is listed under below, and of that of the object it leads to; a mutation takes
\`<subject>:write\`, which includes reading. \`node\` and \`nodes\` take the scopes of the types of the ids. What is missing is refused with
FORBIDDEN before anything is executed, naming the scopes. Errors, pages and introspection take none.`;

function section(
  { subject, queries = [], mutations = [], inPerson = '', types = {}, parts = {}, filters = {} }: SubjectPermissions,
  sights: Sights,
): string {
  const out = [`## ${subject}\n\nScopes: \`${subject}:read\`, \`${subject}:write\`.`];
  if (queries.length) out.push(`Queries find something for:\n\n${table(['Query', 'For'], rowsOf(queries))}`);
  if (mutations.length) out.push(`Mutations, who may succeed:\n\n${table(['Mutation', 'Who'], rowsOf(mutations))}`);
  if (inPerson) out.push(`In person only, by no program whatever its scopes: ${code(inPerson)}`);
  for (const [type, rows] of Object.entries(types)) {
    const sight = sights[type] && rows.some(([, names]) => /\bid\b/.test(names)) ? `${told(sights[type].grants)}\n\n` : '';
    out.push(`### ${type}\n\n${sight}${table(['Fields', 'Shown to'], rowsOf(rows))}`);
  }
  const partRows = Object.entries(parts).map(([type, names]) => [`\`${type}\``, code(names)]);
  if (partRows.length) out.push(`### Parts\n\nShown with what they are part of.\n\n${table(['Type', 'Fields'], partRows)}`);
  const filterRows = Object.entries(filters).flatMap(([owner, rows]) =>
    rowsOf(rows).map(([names = '', who = '']) => [`\`${owner}\``, names, who]),
  );
  if (filterRows.length)
    out.push(
      `### Conditions and orders\n\nFor everybody else a condition holds for nothing.\n\n${table(['Of', 'Condition', 'Tells something to'], filterRows)}`,
    );
  return out.join('\n\n');
}

/** The rule of a type, in words. */
const told = (grants: readonly Grant[]): string =>
  grants
    .map(({ who, when }) => {
      const whom = who === null ? 'a named system purpose' : AUDIENCES[who].en;
      return `- ${whom}${when.length ? `, if ${when.join(' and ')}` : ''}`;
    })
    .join('\n');
