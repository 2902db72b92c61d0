/** What indexing does or waits for, as a sentence. Owns how its parts are put together. */
import type { Hold, Progress } from '../host/bindings';
import { moment } from './format';
import { strings } from './strings';

export function holdText({ reason, until_ms }: Hold): string {
  return reason === 'paused' && until_ms !== null
    ? strings.pausedUntil(moment(until_ms))
    : strings.holds[reason];
}

/** How much of the present phase is done or left. */
export function amountText(now: Progress): string | null {
  switch (now.phase) {
    case 'embedding':
      return strings.progressToEmbed(now.n_to_embed);
    case 'recognising':
      return strings.progressToRecognise(now.n_to_recognise);
    default:
      return now.n_total > 0 ? strings.progressCount(now.n_done, now.n_total) : null;
  }
}

export function doingText(now: Progress): string {
  if (now.hold) return holdText(now.hold);
  if (now.phase === 'idle') return strings.upToDate;
  const amount = now.phase === 'walking' ? null : amountText(now);
  return strings.doing(strings.phase[now.phase], amount, now.phase === 'reading' ? now.current : null);
}
