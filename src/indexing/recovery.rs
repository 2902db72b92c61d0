//! After a failure, and after a word index had to be begun anew: back to where everything derived holds
//! what the store holds.
//!
//! Invariant: before that nothing is written, since the next batch would claim what is missing.

use super::{Error, Reading, derive, trouble};

/// How what is derived stands beside the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Derived {
    /// It has everything, or gets it with the batch that is being written.
    UpToDate,
    /// Writing it failed, or it turned out to be damaged.
    Failed,
    /// It lacks something, which is derived step by step.
    Behind {
        in_memory: derive::Vectors,
        /// A look may be lost.
        looks_again: bool,
    },
}

impl Reading {
    /// Closes the gap that a crash leaves. A word index that is begun anew is built later, by the loop,
    /// while searches go on.
    pub(super) async fn begin(&mut self) {
        let in_memory = derive::Vectors::Loaded;
        match derive::step(&self.parts, in_memory).await {
            Ok(true) => {}
            Ok(false) => {
                self.derived = Derived::Behind {
                    in_memory,
                    looks_again: false,
                }
            }
            Err(error) => self.fail(&error),
        }
    }

    /// The next thing to do. Returns whether something was written.
    pub(super) async fn go_on(&mut self) -> Result<bool, Error> {
        match self.derived {
            Derived::UpToDate => self.step().await,
            Derived::Failed => self.reopen().await,
            Derived::Behind {
                in_memory,
                looks_again,
            } => self.catch_up(in_memory, looks_again).await,
        }
    }

    /// Says so, and remembers that what is derived may lack something.
    pub(super) fn fail(&mut self, error: &Error) {
        tracing::error!(%error, "indexing is interrupted and tries again");
        if let Error::Store(error) = error
            && error.is_damage()
        {
            self.parts.store.suspect();
        }
        let trouble = trouble::in_words(error, &self.parts.library);
        self.parts
            .progress
            .send_modify(|progress| progress.trouble = Some(trouble));
        self.derived = Derived::Failed;
    }

    /// Goes on with what is on disk.
    async fn reopen(&mut self) -> Result<bool, Error> {
        derive::reopen(&self.parts).await?;
        self.derived = Derived::Behind {
            in_memory: derive::Vectors::Behind,
            looks_again: true,
        };
        Ok(false)
    }

    /// Derives what was not derived, a step at a time; after a failure, looks at everything again.
    async fn catch_up(
        &mut self,
        in_memory: derive::Vectors,
        looks_again: bool,
    ) -> Result<bool, Error> {
        if derive::step(&self.parts, in_memory).await? {
            self.derived = Derived::UpToDate;
            if looks_again {
                self.begin_anew();
            }
        }
        Ok(false)
    }
}
