//! Whether a database can be trusted: what is looked at on every opening, and what takes longer.
//!
//! On opening, the paths to the ends of every table are walked, which costs some milliseconds at any
//! size and meets a lost header, a cut file and damage near the roots. All pages are looked at only when
//! there is reason to: after the machine went down with the library open, and when a query has met
//! damage. Changes nothing.

use sqlx::AssertSqlSafe;

use crate::store::{Error, Result, Store, salvage};

/// What was found when every page was looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// When, in seconds since 1970.
    pub at: i64,
    /// Nothing was wrong.
    pub is_sound: bool,
}

impl Store {
    /// Notes that every page was looked at.
    pub async fn note_checked(&self, checked: Checked) -> Result<()> {
        let told = format!("{} {}", checked.at, u8::from(checked.is_sound));
        sqlx::query("INSERT OR REPLACE INTO library (key, value) VALUES ('checked', ?)")
            .bind(told)
            .execute(self.writer()?)
            .await?;
        Ok(())
    }

    /// What was found when every page was looked at last; `None` if that was never.
    pub async fn checked(&self) -> Result<Option<Checked>> {
        let told = self.value("checked").await?;
        Ok(told.and_then(|told| {
            let (at, is_sound) = told.split_once(' ')?;
            Some(Checked {
                at: at.parse().ok()?,
                is_sound: is_sound == "1",
            })
        }))
    }

    /// The look on opening. The error is that it is damaged, or that it could not be looked at.
    pub(super) async fn look_sound(&self) -> Result<()> {
        for table in self.tables().await? {
            for order in ["", "DESC"] {
                let ends = format!("SELECT * FROM \"{table}\" ORDER BY 1 {order} LIMIT 1");
                sqlx::query(AssertSqlSafe(ends))
                    .fetch_all(&self.readers)
                    .await?;
            }
        }
        self.sequence().await.map_err(|error| self.unsound(error))?;
        self.folders().await?;
        if salvage::is_suspect(&self.path) {
            if let Some(reason) = self.first_damage().await? {
                return Err(Error::Unsound {
                    path: self.path.clone(),
                    reason,
                });
            }
            salvage::clear_suspicion(&self.path);
        }
        Ok(())
    }

    /// A value that nobody wrote.
    fn unsound(&self, error: Error) -> Error {
        match error {
            Error::Damaged { what } => Error::Unsound {
                path: self.path.clone(),
                reason: format!("its {what} is not there"),
            },
            error => error,
        }
    }

    async fn tables(&self) -> Result<Vec<String>> {
        Ok(
            sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
                .fetch_all(&self.readers)
                .await?,
        )
    }

    /// Looks at every page, a table at a time, so that dropping the future ends it soon; minutes for
    /// gigabytes. Returns what is wrong first.
    pub async fn first_damage(&self) -> Result<Option<String>> {
        for table in self.tables().await? {
            let look = format!("PRAGMA quick_check(\"{table}\")");
            let found: std::result::Result<Vec<String>, _> =
                sqlx::query_scalar(AssertSqlSafe(look))
                    .fetch_all(&self.readers)
                    .await
                    .map_err(Error::from);
            match found {
                Ok(rows) => {
                    if let Some(problem) = rows.into_iter().find(|row| row != "ok") {
                        return Ok(Some(problem));
                    }
                }
                Err(error) if error.is_damage() => return Ok(Some(error.to_string())),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
