/**
 * Merges a refinement of the same query into the rows on screen.
 * Owns the promise that a result never moves under the hand: rows named as protected keep their
 * place, the others are reordered around them, and no row disappears except beyond the limit.
 * Knows nothing of how rows look or of which stage sent them.
 */

type Row = { file_id: number };

/**
 * @param shown rows on screen, in their order
 * @param incoming better order of the same query, best first
 * @param protectedIds rows that the user has selected or is pointing at
 * @param limit how many rows there may be (a protected row beyond it stays)
 */
export function refine<T extends Row>(
  shown: readonly T[],
  incoming: readonly T[],
  protectedIds: readonly number[],
  limit: number,
): T[] {
  const fresh = new Map(incoming.map((row) => [row.file_id, row]));
  const isProtected = new Set(protectedIds);

  const pinned = new Map<number, T>();
  shown.forEach((row, index) => {
    if (isProtected.has(row.file_id)) pinned.set(index, fresh.get(row.file_id) ?? row);
  });
  const pinnedIds = new Set([...pinned.values()].map((row) => row.file_id));

  const dropped = shown.filter((row) => !fresh.has(row.file_id));
  const moving = uniqueRows([...incoming, ...dropped]).filter(
    (row) => !pinnedIds.has(row.file_id),
  );

  const lastPinned = Math.max(-1, ...pinned.keys());
  const size = Math.max(lastPinned + 1, Math.min(limit, moving.length + pinned.size));
  const merged: T[] = [];
  let next = 0;
  for (let index = 0; index < size; index += 1) {
    const row = pinned.get(index) ?? moving[next++];
    if (row) merged.push(row);
  }
  return merged;
}

/** A keyed list may hold each key once only, whatever the sender does. */
export function uniqueRows<T extends Row>(rows: readonly T[]): T[] {
  const seen = new Set<number>();
  return rows.filter((row) => {
    if (seen.has(row.file_id)) return false;
    seen.add(row.file_id);
    return true;
  });
}
