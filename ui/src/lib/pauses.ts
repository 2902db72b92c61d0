/**
 * When a pause ends, in the user's own time zone.
 * Owns what "tomorrow" means; the same as on the command line.
 */

/** "Tomorrow" begins before most people sit down. */
const MORNING = 6;

/** An hour from now, in milliseconds. */
export function nextHour(now: Date): number {
  return now.getTime() + 3_600_000;
}

/** Six in the morning of the next day, in milliseconds. */
export function tomorrowMorning(now: Date): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING).getTime();
}
