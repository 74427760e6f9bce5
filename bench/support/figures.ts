/** The value below which a share of the numbers lies. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

/** With as many digits as mean something here. */
export const round = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
/** From the least to the most. */
export const spread = (numbers: readonly number[], show: (value: number) => string = round): string =>
  `${show(Math.min(...numbers))} – ${show(Math.max(...numbers))}`;

type Cell = string | number;

/** A Markdown table; columns after the first are numbers, to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Pearson's coefficient: 1 where one grows with the other in proportion, 0 where they have nothing to do with each other. */
export function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [a, b] = [mean(one), mean(other)];
  const pairs = one.map((x, i) => [x - a, (other[i] ?? b) - b] as const);
  const sum = (of: (pair: readonly [number, number]) => number) => pairs.reduce((total, pair) => total + of(pair), 0);
  return sum(([x, y]) => x * y) / Math.sqrt(sum(([x]) => x * x) * sum(([, y]) => y * y));
}
