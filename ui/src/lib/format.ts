/**
 * How times, dates and paths read.
 * Owns rounding and shortening; the words come from `strings.ts`.
 */
import { locale } from './language.svelte';
import { strings } from './strings';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Time left in words, rounded more coarsely the longer it is; null where it cannot be told. */
export function timeLeft(seconds: number | null): string | null {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return null;
  if (seconds < 10) return strings.timeLeftMoment;
  if (seconds < 50) return strings.timeLeftUnderMinute;
  if (seconds < 57.5 * MINUTE) {
    const minutes = Math.max(1, Math.round(seconds / MINUTE));
    // Above a quarter of an hour the estimate is worth five minutes at best.
    return strings.timeLeftMinutes(minutes > 15 ? Math.round(minutes / 5) * 5 : minutes);
  }
  if (seconds >= DAY) return strings.timeLeftDays;
  const quarters = Math.round(seconds / (HOUR / 4));
  const hours = Math.floor(quarters / 4);
  return strings.timeLeftHours(hours, hours < 6 ? (quarters % 4) * 15 : 0);
}

/** The day of a change, as one reads it in a list. */
export function day(ms: number, now: Date = new Date()): string {
  const date = new Date(ms);
  const days = Math.round((startOfDay(now) - startOfDay(date)) / (DAY * 1000));
  if (days === 0) return strings.today;
  if (days === 1) return strings.yesterday;
  return formatter('day').format(date);
}

/** A moment to the minute, with its day unless that is today. */
export function moment(ms: number, now: Date = new Date()): string {
  const time = formatter('time').format(new Date(ms));
  const date = day(ms, now);
  return date === strings.today ? time : strings.onDay(date, time);
}

/** A whole number. */
export const wholeNumber = (n: number) => n.toLocaleString(locale());

/** A number of bytes, as file managers write it. */
export function byteSize(n: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const power = Math.min(units.length - 1, n < 1 ? 0 : Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** power;
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power === 0 || value >= 100 ? 0 : 1,
  }).format(value);
}

const DATE_FORMATS = { day: { dateStyle: 'medium' }, time: { timeStyle: 'short' } } as const;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Kept, because a web view takes milliseconds to make one, and every row of a list needs it. */
function formatter(kind: keyof typeof DATE_FORMATS): Intl.DateTimeFormat {
  const key = `${kind} ${locale()}`;
  const kept = formatters.get(key) ?? new Intl.DateTimeFormat(locale(), DATE_FORMATS[kind]);
  formatters.set(key, kept);
  return kept;
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/**
 * Shortens a path in its middle: where it begins and the folders nearest to the file say most.
 * Cuts at separators; one very long folder name is left to the style sheet.
 */
export function middleEllipsis(path: string, maxCharacters: number): string {
  if (Array.from(path).length <= maxCharacters) return path;
  const separator = path.includes('\\') && !path.includes('/') ? '\\' : '/';
  const parts = path.split(separator);
  // The first part is empty for an absolute path: keep the root together with its first folder.
  const headLength = parts[0] === '' ? 2 : 1;
  const head = parts.slice(0, headLength);
  let tail: string[] = [];
  for (let from = parts.length - 1; from > headLength; from -= 1) {
    const longer = parts.slice(from);
    const candidate = [...head, '…', ...longer].join(separator);
    if (tail.length > 0 && Array.from(candidate).length > maxCharacters) break;
    tail = longer;
  }
  return tail.length === 0 ? path : [...head, '…', ...tail].join(separator);
}
