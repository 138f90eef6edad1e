/** How far something has come: a bar where somebody looks, else a line whenever it says something new. To stderr, so output stays output. */
import { SingleBar } from 'cli-progress';
import type { Io } from './io.ts';
import { harmless } from './shown.ts';

export interface Progress {
  update(value: number, total: number, note: string): void;
  stop(): void;
}

const BAR = {
  format: '{label} [{bar}] {percentage}%  {note}',
  ...{ barCompleteChar: '=', barIncompleteChar: ' ', barsize: 30 },
  // Left to itself it takes the first Ctrl-C for itself, and the program goes on.
  ...{ gracefulExit: false, hideCursor: null, linewrap: true, emptyOnZero: true },
};

export function startProgress(io: Pick<Io, 'stderr'>, label: string): Progress {
  return io.stderr.isTTY === true ? drawnBar(io, label) : plainLines(io, label);
}

function drawnBar({ stderr }: Pick<Io, 'stderr'>, label: string): Progress {
  const bar = new SingleBar({ ...BAR, stream: stderr });
  bar.start(1, 0, { label, note: '' });
  return {
    update: (value, total, note) => {
      bar.setTotal(Math.max(1, total));
      bar.update(Math.min(value, Math.max(1, total)), { label, note: harmless(note) });
    },
    stop: () => bar.stop(),
  };
}

function plainLines({ stderr }: Pick<Io, 'stderr'>, label: string): Progress {
  let last = '';
  return {
    update: (value, total, note) => {
      const line = `${label}: ${total > 0 ? `${Math.floor((value / total) * 100)}%  ` : ''}${harmless(note)}`;
      if (line !== last) stderr.write(`${line}\n`);
      last = line;
    },
    stop: () => undefined,
  };
}
