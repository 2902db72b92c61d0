//! Reading a table around its damaged pages.
//!
//! Rows are read in the order of their key, forwards until damage, then backwards until damage; what
//! lies between is halved and tried again, until halving finds nothing any more. Knows no table.
//! Invariant: a row may be given twice, and none is changed.

use sqlx::{
    AssertSqlSafe, Row,
    sqlite::{SqliteConnection, SqliteRow},
};

use crate::store::Result;

/// Rows asked for at once; fewer where one of them cannot be read.
const N_ROWS: u32 = 512;
/// A stretch in which nothing is found is halved so often.
const MAX_BARREN: u32 = 6;
/// Failures after which the rest is given up: damage beyond that is not worth hours.
const MAX_FAILURES: u32 = 200_000;

/// What orders the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A number from 1.
    Number,
    /// A hash, of which the first eight bytes are enough here.
    Hash,
}

/// A table with the columns that are wanted, the key first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    pub(super) kind: Key,
    pub(super) columns: &'static str,
}

/// Reading of one table.
pub(super) struct Around<'a> {
    from: &'a mut SqliteConnection,
    table: Table,
    n_failures: u32,
    /// Stretches that are still to be read, each with how often it was halved in vain.
    open: Vec<(u64, u64, u32)>,
    /// Rows that were read, to be taken.
    ready: Vec<SqliteRow>,
    /// Whether something could not be read.
    pub(super) is_damaged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Up,
    Down,
}

impl<'a> Around<'a> {
    pub(super) fn new(from: &'a mut SqliteConnection, table: Table) -> Self {
        let last = match table.kind {
            Key::Number => i64::MAX as u64,
            Key::Hash => u64::MAX,
        };
        Self {
            from,
            table,
            n_failures: 0,
            open: vec![(0, last, 0)],
            ready: Vec::new(),
            is_damaged: false,
        }
    }

    /// The next rows; `None` when there are no more. The error is another than damage.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<SqliteRow>>> {
        while self.ready.is_empty() {
            let Some((first, last, n_barren)) = self.open.pop() else {
                return Ok(None);
            };
            self.stretch(first, last, n_barren).await?;
        }
        Ok(Some(std::mem::take(&mut self.ready)))
    }

    /// Reads of a stretch what can be read from both its ends, and leaves the rest open.
    async fn stretch(&mut self, first: u64, last: u64, n_barren: u32) -> Result<()> {
        let Some((n_up, first)) = self.run(first, last, Order::Up).await? else {
            return Ok(());
        };
        self.is_damaged = true;
        let Some((n_down, last)) = self.run(first, last, Order::Down).await? else {
            return Ok(());
        };
        let n_barren = if n_up + n_down > 0 { 0 } else { n_barren + 1 };
        if first >= last || n_barren > MAX_BARREN || self.n_failures > MAX_FAILURES {
            return Ok(());
        }
        let middle = first + (last - first) / 2;
        self.open.push((middle + 1, last, n_barren));
        self.open.push((first, middle, n_barren));
        Ok(())
    }

    /// Reads from one end on. Returns how many rows there were and where damage begins; `None` if there
    /// is none.
    async fn run(&mut self, first: u64, last: u64, order: Order) -> Result<Option<(u64, u64)>> {
        let (mut first, mut last, mut n, mut n_read) = (first, last, N_ROWS, 0);
        while first <= last {
            match self.select(first, last, order, n).await {
                Ok(rows) => {
                    let is_end = rows.len() < n as usize;
                    let found = rows.iter().rev().find_map(|row| self.key_of(row));
                    n_read += rows.len() as u64;
                    self.ready.extend(rows);
                    if is_end {
                        return Ok(None);
                    }
                    // The same key once more, since several rows may have it; but not for ever.
                    let next = match order {
                        Order::Up => found.filter(|&key| key > first).or(first.checked_add(1)),
                        Order::Down => found.filter(|&key| key < last).or(last.checked_sub(1)),
                    };
                    let Some(next) = next else { return Ok(None) };
                    match order {
                        Order::Up => first = next,
                        Order::Down => last = next,
                    }
                    n = (n * 8).min(N_ROWS);
                }
                Err(error) if !error.is_damage() => return Err(error),
                Err(_) if n > 1 => {
                    self.n_failures += 1;
                    n /= 8;
                }
                Err(_) => {
                    self.n_failures += 1;
                    let at = if order == Order::Up { first } else { last };
                    return Ok(Some((n_read, at)));
                }
            }
            if self.n_failures > MAX_FAILURES {
                break;
            }
        }
        Ok(None)
    }

    async fn select(
        &mut self,
        first: u64,
        last: u64,
        order: Order,
        n: u32,
    ) -> Result<Vec<SqliteRow>> {
        let Table {
            name, key, columns, ..
        } = self.table;
        let direction = if order == Order::Up { "" } else { "DESC" };
        let question = format!(
            "SELECT {columns} FROM {name} WHERE {key} >= ? AND {key} <= ? \
             ORDER BY {key} {direction} LIMIT {n}"
        );
        let query = sqlx::query(AssertSqlSafe(question));
        let query = match self.table.kind {
            Key::Number => query.bind(first as i64).bind(last as i64),
            // Longer ones that begin with `last` come after it.
            Key::Hash => query
                .bind(first.to_be_bytes().to_vec())
                .bind([&last.to_be_bytes()[..], &[0xff; 24]].concat()),
        };
        Ok(query.fetch_all(&mut *self.from).await?)
    }

    /// Damage can look like a row.
    fn key_of(&self, row: &SqliteRow) -> Option<u64> {
        match self.table.kind {
            Key::Number => row.try_get::<i64, _>(0).ok().map(|key| key as u64),
            Key::Hash => {
                let hash: Vec<u8> = row.try_get(0).ok()?;
                hash.first_chunk::<8>()
                    .map(|first| u64::from_be_bytes(*first))
            }
        }
    }
}
