//! How good answers are, on a collection in the BEIR layout: each question is asked twice, of the whole
//! library and with the documents that answer it hidden, so that "not in your files" is known to be right.
//!
//! Owns the measures; the collection need not know the answers' words, only which documents hold them.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    path::Path,
    time::Duration,
};

use super::{
    Plan, Result,
    collection::{self, Query},
    indexed,
    metrics::Judgements,
};
use crate::{
    answer::{Answer, AnswerRequest, Evidence, Verdict},
    dirs::Dirs,
    document::DocumentId,
    engine::Engine,
};

/// The columns of [`Report::table`].
const COLUMNS: &str = "id\tanswerable\tright\town_coverage\twide_coverage\tsimilarity\tpairs\tword_lead\tmeaning_lead\tagreement\tstrength\tquestion\ttext";

/// What came of one question.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The collection's id.
    pub id: String,
    /// Its words.
    pub question: String,
    /// Of the whole library.
    pub whole: Outcome,
    /// Without the documents that answer it.
    pub hidden: Outcome,
}

/// What an answer was.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// There was one.
    pub is_answered: bool,
    /// What it rests on first is a document that answers the question.
    pub is_right_document: bool,
    /// The likeliest source is.
    pub is_right_source: bool,
    /// Its text.
    pub text: String,
    /// What its strength was made of.
    pub evidence: Evidence,
    /// The strength.
    pub strength: f32,
    /// The search alone, and all of it.
    pub took: (Duration, Duration),
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Every question.
    pub asked: Vec<Asked>,
}

/// Shares of all questions, between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Answerable questions that got an answer.
    pub answered: f64,
    /// Unanswerable questions that got none.
    pub rejected: f64,
    /// Answers whose first citation is of a document that answers.
    pub right_document: f64,
}

/// The middle of all questions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// The search alone.
    pub search_p50: Duration,
    /// The answer with its search.
    pub answer_p50: Duration,
}

impl Report {
    /// How long questions of the whole library took.
    pub fn times(&self) -> Times {
        let middle = |of: fn(&Outcome) -> Duration| {
            let mut times: Vec<Duration> = self.asked.iter().map(|one| of(&one.whole)).collect();
            times.sort();
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        Times {
            search_p50: middle(|one| one.took.0),
            answer_p50: middle(|one| one.took.1),
        }
    }

    /// With an answer from this strength on; with `None`, as it was decided.
    pub fn figures(&self, enough: Option<f32>) -> Figures {
        let is_answered =
            |one: &Outcome| enough.map_or(one.is_answered, |enough| one.strength >= enough);
        let share = |n: usize, of: usize| if of == 0 { 0.0 } else { n as f64 / of as f64 };
        let count =
            |test: &dyn Fn(&Asked) -> bool| self.asked.iter().filter(|one| test(one)).count();
        let n_answered = count(&|one| is_answered(&one.whole));
        Figures {
            answered: share(n_answered, self.asked.len()),
            rejected: share(count(&|one| !is_answered(&one.hidden)), self.asked.len()),
            right_document: share(
                count(&|one| is_answered(&one.whole) && one.whole.is_right_document),
                n_answered,
            ),
        }
    }

    /// One line for each answer with what its strength was made of, for fitting.
    pub fn table(&self) -> String {
        let mut table = format!("{COLUMNS}\n");
        for one in &self.asked {
            for (is_answerable, outcome) in [(1, &one.whole), (0, &one.hidden)] {
                let e = outcome.evidence;
                let _ = writeln!(
                    table,
                    "{}\t{is_answerable}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                    one.id,
                    u8::from(outcome.is_right_source),
                    e.own_coverage,
                    e.wide_coverage,
                    e.similarity.unwrap_or(f32::NAN),
                    e.pairs,
                    e.word_lead,
                    e.meaning_lead,
                    e.agreement,
                    outcome.strength,
                    one.question,
                    outcome.text,
                );
            }
        }
        table
    }
}

/// Asks every question of a collection. Documents and library are made below `work`, as by
/// [`super::evaluate`], and shared with it.
pub async fn ask(plan: &Plan, work: &Path, dirs: &Dirs) -> Result<Report> {
    let questions = collection::questions(&plan.dataset, &plan.asked)?;
    let (engine, names) = indexed(&plan.dataset, work, dirs).await?;
    let mut report = Report::default();
    for query in &questions.queries {
        let Some(judgements) = questions.judgements.get(&query.id) else {
            continue;
        };
        let answering = documents_of(judgements, &names);
        let asked = twice(&engine, query, &answering).await?;
        report.asked.push(asked);
    }
    engine.close().await;
    Ok(report)
}

fn documents_of(
    judgements: &Judgements,
    names: &HashMap<DocumentId, Vec<String>>,
) -> HashSet<DocumentId> {
    let is_relevant = |ids: &Vec<String>| {
        ids.iter()
            .any(|id| judgements.get(id).is_some_and(|grade| *grade > 0))
    };
    names
        .iter()
        .filter(|(_, ids)| is_relevant(ids))
        .map(|(&document, _)| document)
        .collect()
}

async fn twice(engine: &Engine, query: &Query, answering: &HashSet<DocumentId>) -> Result<Asked> {
    let mut request = AnswerRequest {
        question: query.text.clone(),
        ..AnswerRequest::default()
    };
    let whole = outcome(&engine.ask(&request, |_| {}).await?, answering);
    request.hidden = answering.iter().copied().collect();
    let hidden = outcome(&engine.ask(&request, |_| {}).await?, answering);
    Ok(Asked {
        id: query.id.clone(),
        question: query.text.clone(),
        whole,
        hidden,
    })
}

fn outcome(answer: &Answer, answering: &HashSet<DocumentId>) -> Outcome {
    let of = |source: usize| answer.sources.get(source).map(|source| source.document);
    let cited = answer
        .sentences
        .first()
        .and_then(|sentence| sentence.citations.first());
    let is_answering =
        |document: Option<DocumentId>| document.is_some_and(|id| answering.contains(&id));
    let sentences: Vec<&str> = answer
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .collect();
    Outcome {
        is_answered: answer.verdict == Verdict::Answered,
        is_right_document: is_answering(cited.and_then(|cited| of(cited.source))),
        is_right_source: is_answering(of(0)),
        text: sentences.join(" "),
        evidence: answer.evidence,
        strength: answer.strength,
        took: (answer.timings.search, answer.timings.total),
    }
}
