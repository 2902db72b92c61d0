//! How good answers are where their words and pages are known: a table of facts about a folder's files.
//!
//! Owns the table's columns (file, unit, page, question, answer; without an answer, no file knows) and the
//! measures: exact match and F1 of words as `SQuAD` takes them (Rajpurkar et al., EMNLP 2016), and whether
//! what is cited is the fact's page.

use std::{collections::HashMap, path::Path, time::Duration};

use super::{Error, Result};
use crate::{
    answer::{Answer, AnswerRequest, Standing, Verdict},
    dirs::Dirs,
    engine::Engine,
};

/// A question, and where the words that answer it stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The file's name.
    pub file: String,
    /// Page, slide or sheet, where the format has such.
    pub page: Option<u32>,
    /// What is asked.
    pub question: String,
    /// The words that answer it; none where no file knows.
    pub answer: Option<String>,
}

/// What came of a question.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The question.
    pub fact: Fact,
    /// What was answered.
    pub answer: Answer,
}

/// Shares between 0 and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Questions with an answer that got one.
    pub answered: f64,
    /// Those whose answer has the fact's words.
    pub has_words: f64,
    /// Those whose answer is the fact's words and no others.
    pub exact_match: f64,
    /// Harmonic mean of precision and recall of words, on average over questions with an answer.
    pub f1: f64,
    /// Sentences with a citation.
    pub n_cited: usize,
    /// Of these, cited at the fact's file and page.
    pub right_page: f64,
    /// Sentences that are called quoted or supported.
    pub n_standing: usize,
    /// Sentences that are called not found.
    pub n_not_found: usize,
    /// Questions that no file answers, and that got no answer.
    pub rejected: f64,
    /// Until there was a sentence, in the middle.
    pub total_p50: Duration,
}

/// Reads a table.
pub fn read(path: &Path) -> Result<Vec<Fact>> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    let mut facts = Vec::new();
    for (number, row) in text.lines().enumerate().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let &[file, _, page, question, answer] = columns.as_slice() else {
            return Err(Error::malformed(
                path,
                number + 1,
                "a fact has five columns",
            ));
        };
        facts.push(Fact {
            file: file.to_owned(),
            page: page.parse().ok(),
            question: question.to_owned(),
            answer: Some(answer.to_owned()).filter(|answer| !answer.is_empty()),
        });
    }
    Ok(facts)
}

/// Indexes the folder below `work` and asks every question.
pub async fn ask(
    facts: Vec<Fact>,
    folder: &Path,
    work: &Path,
    dirs: &Dirs,
    extractive: bool,
) -> Result<Vec<Asked>> {
    let engine = Engine::open(dirs.with_library(work.join("library"))).await?;
    engine.add_folder(folder).await?;
    engine.settle().await?;
    let mut asked = Vec::new();
    for fact in facts {
        let request = AnswerRequest {
            question: fact.question.clone(),
            extractive,
            ..AnswerRequest::default()
        };
        let answer = engine.ask(&request, |_| {}).await?;
        asked.push(Asked { fact, answer });
    }
    engine.close().await;
    Ok(asked)
}

/// The measures of all questions.
pub fn figures(asked: &[Asked]) -> Figures {
    let share = |n: usize, of: usize| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    let is_answered = |one: &&Asked| one.answer.verdict == Verdict::Answered;
    let known: Vec<&Asked> = asked
        .iter()
        .filter(|one| one.fact.answer.is_some())
        .collect();
    let unknown: Vec<&Asked> = asked
        .iter()
        .filter(|one| one.fact.answer.is_none())
        .collect();
    let count = |test: &dyn Fn(&Asked) -> bool| known.iter().filter(|one| test(one)).count();
    let cited: Vec<bool> = known.iter().flat_map(|one| cited(one)).collect();
    let sentences = || asked.iter().flat_map(|one| &one.answer.sentences);
    let n_not_found = sentences()
        .filter(|one| one.standing == Standing::NotFound)
        .count();
    let mut totals: Vec<Duration> = asked.iter().map(|one| one.answer.timings.total).collect();
    totals.sort();
    Figures {
        answered: share(
            known.iter().filter(|one| is_answered(one)).count(),
            known.len(),
        ),
        has_words: share(count(&|one| has_words(one)), known.len()),
        exact_match: share(
            count(&|one| normal(&said(one)) == normal(wanted(one))),
            known.len(),
        ),
        f1: known
            .iter()
            .map(|one| f1(&said(one), wanted(one)))
            .sum::<f64>()
            / known.len().max(1) as f64,
        n_cited: cited.len(),
        right_page: share(cited.iter().filter(|right| **right).count(), cited.len()),
        n_standing: sentences().count() - n_not_found,
        n_not_found,
        rejected: share(
            unknown.iter().filter(|one| !is_answered(one)).count(),
            unknown.len(),
        ),
        total_p50: totals.get(totals.len() / 2).copied().unwrap_or_default(),
    }
}

fn wanted(one: &Asked) -> &str {
    one.fact.answer.as_deref().unwrap_or_default()
}

/// What was answered, in one line.
pub fn said(one: &Asked) -> String {
    let sentences: Vec<&str> = one
        .answer
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    sentences.join(" ")
}

/// Whether an answer has the fact's words in a row.
pub fn has_words(one: &Asked) -> bool {
    let (said, wanted) = (normal(&said(one)), normal(wanted(one)));
    !wanted.is_empty() && said.windows(wanted.len()).any(|run| run == wanted)
}

/// For each sentence with a citation, whether that is of the fact's file and page.
fn cited(one: &Asked) -> Vec<bool> {
    let sentences = one.answer.sentences.iter();
    let first = sentences.filter_map(|sentence| sentence.citations.first());
    first
        .filter_map(|citation| {
            let source = one.answer.sources.get(citation.source)?;
            let path = source.file.seen.path.to_path();
            let is_file = path
                .file_name()
                .is_some_and(|name| name == one.fact.file.as_str());
            Some(is_file && (one.fact.page.is_none() || citation.position.page == one.fact.page))
        })
        .collect()
}

/// Small letters without marks and articles.
fn normal(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words
        .filter(|word| !["a", "an", "the"].contains(word))
        .map(str::to_owned)
        .collect()
}

fn f1(said: &str, wanted: &str) -> f64 {
    let (said, wanted) = (normal(said), normal(wanted));
    let mut left: HashMap<&String, usize> = HashMap::new();
    for word in &wanted {
        *left.entry(word).or_default() += 1;
    }
    let mut n_common: u32 = 0;
    for word in &said {
        if let Some(n) = left.get_mut(word).filter(|n| **n > 0) {
            *n -= 1;
            n_common += 1;
        }
    }
    if n_common == 0 {
        return 0.0;
    }
    let (precision, recall) = (
        f64::from(n_common) / said.len() as f64,
        f64::from(n_common) / wanted.len() as f64,
    );
    2.0 * precision * recall / (precision + recall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_as_squad_compares_them() {
        assert!((f1("The Osprey yard.", "osprey yard") - 1.0).abs() < 1e-9);
        assert!(
            (f1("built by the Osprey yard", "Osprey yard") - 2.0 * 0.5 * 1.0 / 1.5).abs() < 1e-9
        );
        assert!(f1("nobody", "Osprey yard").abs() < 1e-9);
    }
}
