import { readFileSync } from 'node:fs';

/** The text of a file in `operations/`. */
export const operationText = (name: string): string => readFileSync(new URL(`../operations/${name}`, import.meta.url), 'utf8');
