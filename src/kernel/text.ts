/** Folds full-width forms to ASCII (NFKC), collapses white space, trims: what people type on Chinese keyboards compares equal. */
export const normalize = (text: string): string => text.normalize('NFKC').replace(/\s+/gu, ' ').trim();

/** The pairs of neighbouring characters of a text, for searching Chinese by substrings of two characters and more. */
export function bigrams(text: string): string[] {
  const folded = normalize(text).toLowerCase();
  const found = new Set<string>();
  for (const word of folded.split(/[\s\p{P}\p{S}]+/u)) {
    const characters = [...word];
    for (let i = 0; i + 1 < characters.length; i++) found.add(`${characters[i]}${characters[i + 1]}`);
  }
  return [...found].sort();
}

/** True when the text can be stored: no NUL, no lone surrogate. */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
