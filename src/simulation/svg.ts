/** A line or a kind of bar of a chart. */
export interface Series {
  readonly name: string;
  readonly color: string;
  /** Drawn with dashes, so that a line beneath another one shows. */
  readonly dashed?: boolean;
}

/** `values` are by series, then by group or by step of x. */
export interface Panel {
  readonly title: string;
  readonly kind: 'BARS' | 'LINES';
  readonly values: readonly (readonly number[])[];
  /** Names below the groups of bars; for lines, names below evenly spread steps of x. */
  readonly labels: readonly string[];
  readonly top: number;
  readonly unit: string;
}

export interface Chart {
  readonly title: string;
  readonly series: readonly Series[];
  /** Side by side. */
  readonly panels: readonly Panel[];
}

const PANEL = { width: 400, height: 210, left: 52, gap: 24 };
const TOP = 84;
const TEXT = '#222';
const FAINT = '#d8d8d8';
const LINES = 4;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** Two places are enough for a screen, and the same everywhere. */
const at = (value: number): string => String(Math.round(value * 100) / 100);

function text(x: number, y: number, content: string, more = ''): string {
  return `<text x="${at(x)}" y="${at(y)}" fill="${TEXT}"${more}>${escaped(content)}</text>`;
}

/** A picture that needs no script, no font and no other file; the same chart gives the same bytes. */
export function draw({ title, series, panels }: Chart): string {
  const width = panels.length * (PANEL.left + PANEL.width + PANEL.gap);
  const height = TOP + PANEL.height + 44;
  let x = 12;
  const legend = series.map(({ name, color, dashed }) => {
    const drawn = `<line x1="${x}" y1="43" x2="${x + 22}" y2="43" stroke="${color}" stroke-width="${dashed ? 4 : 8}"${dashed ? ' stroke-dasharray="6 4"' : ''}/>${text(x + 28, 47, name)}`;
    x += 48 + name.length * 7;
    return drawn;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(12, 22, title, ' font-size="15" font-weight="bold"'),
    ...legend,
    ...panels.map((panel, i) => {
      const left = PANEL.left + i * (PANEL.left + PANEL.width + PANEL.gap);
      return `<g transform="translate(${left} ${TOP})">${drawPanel(panel, series)}</g>`;
    }),
    '</svg>\n',
  ].join('\n');
}

function drawPanel(panel: Panel, series: readonly Series[]): string {
  const { title, top, unit } = panel;
  const scale = Array.from({ length: LINES + 1 }, (_, i) => {
    const y = PANEL.height * (1 - i / LINES);
    const value = (top * i) / LINES;
    return `<line x1="0" y1="${at(y)}" x2="${PANEL.width}" y2="${at(y)}" stroke="${FAINT}"/>${text(-6, y + 4, `${at(value)}${unit}`, ' text-anchor="end"')}`;
  });
  return [
    text(0, -8, title, ' font-weight="bold"'),
    ...scale,
    ...(panel.kind === 'BARS' ? bars(panel, series) : lines(panel, series)),
  ].join('\n');
}

const heightOf = (value: number, top: number): number => (PANEL.height * Math.min(value, top)) / top;

function bars({ values, labels, top }: Panel, series: readonly Series[]): string[] {
  const step = PANEL.width / labels.length;
  const wide = (step * 0.78) / series.length;
  return labels.flatMap((label, group) => [
    ...series.map(({ color }, i) => {
      const tall = heightOf(values[i]?.[group] ?? 0, top);
      const x = group * step + step * 0.11 + i * wide;
      return `<rect x="${at(x)}" y="${at(PANEL.height - tall)}" width="${at(wide * 0.92)}" height="${at(tall)}" fill="${color}"/>`;
    }),
    text((group + 0.5) * step, PANEL.height + 18, label, ' text-anchor="middle"'),
  ]);
}

function lines({ values, labels, top }: Panel, series: readonly Series[]): string[] {
  const drawn = series.map(({ color, dashed }, i) => {
    const own = values[i] ?? [];
    const points = own.map(
      (value, step) => `${at((PANEL.width * step) / Math.max(1, own.length - 1))},${at(PANEL.height - heightOf(value, top))}`,
    );
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="${dashed ? 4 : 2}"${dashed ? ' stroke-dasharray="6 4"' : ''}/>`;
  });
  const names = labels.map((label, i) =>
    text((PANEL.width * i) / Math.max(1, labels.length - 1), PANEL.height + 18, label, ' text-anchor="middle"'),
  );
  return [...drawn, ...names];
}
