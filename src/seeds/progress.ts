/** Where a bar is drawn; a terminal is drawn over, a file gets a line for each tenth. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  show(done: number, total: number): void;
  /** Leaves the line, if one was drawn. */
  end(): void;
}

const WIDTH = 30;

export function createProgress(screen: Screen, things = 'rows'): Progress {
  let last = -1;
  return {
    show(done, total) {
      const percent = total ? Math.floor((done * 100) / total) : 100;
      const step = screen.isTTY ? percent : Math.floor(percent / 10) * 10;
      if (step <= last) return;
      last = step;
      const filled = Math.round((step * WIDTH) / 100);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
      const line = `${bar} ${String(step).padStart(3)} % ${done} of ${total} ${things}`;
      screen.write(screen.isTTY ? `\r${line}` : `${line}\n`);
    },
    end() {
      if (screen.isTTY && last >= 0) screen.write('\n');
    },
  };
}
