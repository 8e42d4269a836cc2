import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import type { ProgressEvent } from '../../shared/progress.ts';
import { formatBar } from './bar.ts';
import { printable } from './printable.ts';
import { describeProgress, stageTitles, type Progress } from './progress-text.ts';
import type { Reporter } from './reporter.ts';
import type { Screen } from './screen.ts';
import { formatDuration } from './units.ts';
import { wrapText } from './wrap-text.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

interface Running {
  text: string;
  startedAt: number;
  progress?: Progress;
}

/** One live line with spinner, bar, rate and time left, which becomes a `✔` line when its stage is done. */
export function openLiveReporter(screen: Screen): Reporter {
  const { colors } = screen;
  const log = createLogUpdate(screen.stream);
  let running: Running | undefined;
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;

  function draw(): void {
    if (running === undefined) return;
    frame = (frame + 1) % frames.length;
    log(formatLive(running, frames[frame] ?? '', screen));
  }

  function persist(text: string): void {
    log.persist(wrapText(text, screen.columns()));
  }

  function begin(text: string): Running {
    running = { text, startedAt: Date.now() };
    timer ??= setInterval(draw, frameMs).unref();
    draw();
    return running;
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    if (running !== undefined) log.clear();
    running = undefined;
    log.done();
  }

  function onProgress(event: ProgressEvent): void {
    switch (event.type) {
      case 'start':
        begin(printable(event.text));
        break;
      case 'progress':
        // The timer draws: a redraw for each photo would cost more than the eye can use.
        (running ?? begin(stageTitles[event.stage])).progress = event;
        break;
      case 'line':
        persist(printable(event.text));
        break;
      case 'notice':
        persist(`${colors.yellow('!')} ${printable(event.text)}`);
        break;
      case 'done':
        stop();
        screen.line(formatDone(printable(event.text), formatDuration(event.ms), screen));
        break;
    }
  }

  return {
    onProgress,
    note(text) {
      if (running === undefined) screen.line(text);
      else persist(text);
    },
    stop,
  };
}

/** The line of a stage that is done; the time is left out where it would not fit. */
function formatDone(text: string, duration: string, { colors, columns }: Screen): string {
  const line = `${colors.green('✔')} ${text}`;
  return stringWidth(line) + 2 + duration.length > columns() ? line : `${line}  ${colors.dim(duration)}`;
}

/** The live line, cut to the terminal's width from its least important end. */
function formatLive(running: Running, spinner: string, screen: Screen): string {
  const { colors } = screen;
  const start = `${colors.cyan(spinner)} ${running.text}`;
  const room = screen.columns() - stringWidth(start) - 1;
  const { progress } = running;
  if (progress === undefined) {
    const elapsed = formatDuration(Date.now() - running.startedAt);
    return stringWidth(elapsed) + 2 <= room ? `${start}  ${colors.dim(elapsed)}` : start;
  }
  const parts = describeProgress(progress);
  while (parts.length > 0 && stringWidth(parts.join('  ')) + 2 > room) parts.pop();
  const details = parts.join('  ');
  const barWidth = Math.min(28, room - stringWidth(details) - 4);
  const bar =
    progress.total === undefined || progress.total === 0 || barWidth < 8
      ? ''
      : drawBar(progress.done / progress.total, barWidth, colors);
  return [start, bar, colors.dim(details)].filter((part) => part !== '').join('  ');
}

function drawBar(fraction: number, width: number, colors: Screen['colors']): string {
  const { filled, rest } = formatBar(fraction, width);
  return colors.cyan(filled) + colors.dim(rest);
}
