//! What a model must answer if it is what it says: known scores, or at least finite ones.
//!
//! Owns the table of published scores and the judgement on a row; knows no files. Computed with the
//! real weights in 32 bits by others; 16 bits were seen to differ by up to 0.28.
//! Start reading at [`check`].

use crate::{
    client::{Error, ModelWorker},
    protocol::{Role, Speaker, Turn},
};

/// How far a score may be from the published one.
pub const TOLERANCE: f32 = 0.3;

/// A query with one passage, and the score that the model's card or its ports give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// What is asked.
    pub query: &'static str,
    /// What is judged.
    pub passage: &'static str,
    /// What is right.
    pub expected: Expected,
}

/// What is right for a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected {
    /// This score, before its scale and sigmoid, give or take [`TOLERANCE`].
    Score(f32),
    /// None: the model would give an empty passage more than an irrelevant one, so it is not asked.
    Refusal,
    /// Any number.
    Finite,
}

/// A row with what the model made of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// The row.
    pub row: Row,
    /// The score; `None` where none was given.
    pub found: Option<f32>,
}

const ARITHMETIC: &str = "What is 2+2?";
const PASSWORD: &str = "How do I reset a forgotten Linux root password?";

/// zerank-2 at the catalogue's revision.
const ZERANK_2: [Row; 7] = [
    score(ARITHMETIC, "4", 5.5784),
    score(ARITHMETIC, "The answer is definitely 1 million", -4.5025),
    score(ARITHMETIC, "2+2 equals four.", 13.3449),
    score(ARITHMETIC, "Paris is the capital of France.", -9.7499),
    score(
        PASSWORD,
        "Use `sudo passwd root` if you still have a sudo-capable account.",
        -0.5607,
    ),
    score(
        PASSWORD,
        "Linux is a family of open-source Unix-like operating systems based on the Linux kernel.",
        -12.3409,
    ),
    Row {
        query: "side effects of ibuprofen",
        passage: "",
        expected: Expected::Refusal,
    },
];

/// For the others, of which no scores are known.
const ANY: [Row; 3] = [
    finite(ARITHMETIC, "2+2 equals four."),
    finite(ARITHMETIC, "Paris is the capital of France."),
    Row {
        query: ARITHMETIC,
        passage: "",
        expected: Expected::Refusal,
    },
];

const fn score(query: &'static str, passage: &'static str, score: f32) -> Row {
    Row {
        query,
        passage,
        expected: Expected::Score(score),
    }
}

const fn finite(query: &'static str, passage: &'static str) -> Row {
    Row {
        query,
        passage,
        expected: Expected::Finite,
    }
}

/// What a reranker is checked with.
pub fn rows(id: &str) -> &'static [Row] {
    if id == "zerank-2" { &ZERANK_2 } else { &ANY }
}

impl Checked {
    /// Whether the model did what it should.
    pub fn passed(&self) -> bool {
        match (self.row.expected, self.found) {
            (Expected::Score(expected), Some(found)) => (found - expected).abs() <= TOLERANCE,
            (Expected::Finite, Some(found)) => found.is_finite(),
            (Expected::Refusal, found) => found.is_none(),
            (_, None) => false,
        }
    }
}

/// Has a worker answer its model's rows: scores of a reranker, one vector of an embedding model,
/// whose row then shows the vector's length (1, if all is well), and a few words of a generator, whose
/// row shows how many letters they have.
pub async fn check(worker: &ModelWorker) -> Result<Vec<Checked>, Error> {
    if worker.spec().is_generator() {
        return check_generator(worker).await;
    }
    if !worker.spec().is_reranker() {
        return check_embedding(worker).await;
    }
    let rows = rows(&worker.spec().id);
    let mut checked = Vec::new();
    for group in rows.chunk_by(|a, b| a.query == b.query) {
        let Some(first) = group.first() else { continue };
        let passages = group.iter().map(|row| row.passage.to_owned()).collect();
        let scores = worker.rerank(first.query.to_owned(), passages).await?;
        let pairs = group.iter().zip(scores);
        checked.extend(pairs.map(|(&row, found)| Checked { row, found }));
    }
    Ok(checked)
}

async fn check_embedding(worker: &ModelWorker) -> Result<Vec<Checked>, Error> {
    let vectors = worker
        .embed(Role::Query, vec![ARITHMETIC.to_owned()])
        .await?;
    let of_right_size = |vector: &&Vec<f32>| vector.len() == worker.spec().dimensions();
    let length = vectors
        .first()
        .filter(of_right_size)
        .map(|vector| vector.iter().map(|x| x * x).sum::<f32>().sqrt());
    let row = Row {
        query: ARITHMETIC,
        passage: "",
        expected: Expected::Score(1.0),
    };
    Ok(vec![Checked { row, found: length }])
}

async fn check_generator(worker: &ModelWorker) -> Result<Vec<Checked>, Error> {
    let asked = Turn {
        role: Speaker::User,
        text: ARITHMETIC.to_owned(),
    };
    let mut writing = worker.write(vec![asked], 16);
    let mut n_letters = 0;
    while let Some(piece) = writing.recv().await {
        n_letters += piece?.text.chars().count();
    }
    let row = Row {
        query: ARITHMETIC,
        passage: "",
        expected: Expected::Finite,
    };
    let found = (n_letters > 0).then_some(n_letters as f32);
    Ok(vec![Checked { row, found }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::models;

    #[test]
    fn the_published_scores_make_the_published_probabilities() {
        let zerank = models().into_iter().find(|model| model.id == "zerank-2");
        let zerank = zerank.unwrap();
        let wanted = [0.7532, 0.2889, 0.9352, 0.1246, 0.4720, 0.0781];
        for (row, wanted) in rows("zerank-2").iter().zip(wanted) {
            let Expected::Score(score) = row.expected else {
                panic!("{row:?}")
            };
            let found = zerank.probability(score);
            assert!((found - wanted).abs() < 1e-4, "{row:?} {found}");
        }
    }

    #[test]
    fn a_row_passes_within_the_tolerance_of_half_precision_only() {
        let passed = |i: usize, found| {
            let row = rows("zerank-2")[i];
            Checked { row, found }.passed()
        };
        assert!(passed(0, Some(5.5784)));
        assert!(passed(0, Some(5.30)) && passed(0, Some(5.87)));
        assert!(!passed(0, Some(5.2)) && !passed(0, Some(f32::NAN)) && !passed(0, None));
        assert!(passed(6, None) && !passed(6, Some(-3.6421)));
        let any = |found| {
            Checked {
                row: rows("other")[0],
                found,
            }
            .passed()
        };
        assert!(any(Some(-100.0)) && !any(Some(f32::INFINITY)) && !any(None));
    }
}
