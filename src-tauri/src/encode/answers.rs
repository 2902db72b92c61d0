//! Answers into the shapes of `wire`; owns the numbers of the sources.

use std::time::Duration;

use nuthatch::answer::{self, Answer, AnswerRequest, Citation, Sentence, Source, Verdict};

use super::{count, id, name, notice, shown, span, unit};
use crate::wire::{AnswerCitation, AnswerSentence, AnswerSource, AnswerUpdate, Question, Standing};

/// Passages that are shown where there is no answer.
const N_NEAREST: usize = 3;

impl From<Question> for AnswerRequest {
    fn from(question: Question) -> Self {
        let earlier = question
            .earlier
            .into_iter()
            .map(|exchange| answer::Exchange {
                question: exchange.question,
                answer: exchange.answer,
            });
        Self {
            question: question.text,
            earlier: earlier.collect(),
            extractive: question.extractive,
            ..Self::default()
        }
    }
}

/// Sources are numbered in the order in which they are first cited.
pub(crate) fn answer_update(answer: &Answer, elapsed: Duration, last: bool) -> AnswerUpdate {
    let is_answered = answer.verdict == Verdict::Answered;
    let mut cited: Vec<usize> = Vec::new();
    for citation in answer
        .sentences
        .iter()
        .flat_map(|sentence| &sentence.citations)
    {
        if !cited.contains(&citation.source) {
            cited.push(citation.source);
        }
    }
    if !is_answered {
        cited = (0..answer.sources.len().min(N_NEAREST)).collect();
    }
    AnswerUpdate {
        is_answered,
        by: answer.by.clone(),
        sentences: answer
            .sentences
            .iter()
            .map(|one| sentence(one, &cited, &answer.sources))
            .collect(),
        sources: cited
            .iter()
            .filter_map(|&at| answer.sources.get(at))
            .map(source)
            .collect(),
        notices: answer.notices.iter().map(notice).collect(),
        elapsed_ms: elapsed.as_secs_f64() * 1e3,
        last,
    }
}

fn sentence(sentence: &Sentence, cited: &[usize], sources: &[Source]) -> AnswerSentence {
    AnswerSentence {
        text: sentence.text.clone(),
        standing: match sentence.standing {
            answer::Standing::Quoted => Standing::Quoted,
            answer::Standing::Supported => Standing::Supported,
            answer::Standing::NotFound => Standing::NotFound,
        },
        citations: sentence
            .citations
            .iter()
            .filter_map(|one| citation(one, cited, sources))
            .collect(),
        unfounded: sentence
            .unfounded
            .iter()
            .map(|&range| span(range))
            .collect(),
    }
}

fn citation(citation: &Citation, cited: &[usize], sources: &[Source]) -> Option<AnswerCitation> {
    let number = cited.iter().position(|&at| at == citation.source)? + 1;
    let source = sources.get(citation.source)?;
    let quote = source.text.get(citation.range.clone())?;
    Some(AnswerCitation {
        passage_id: id(source.passage_at(&citation.range).0),
        source: count(number as u64),
        quote: quote.to_owned(),
        page: citation.position.page,
        label: citation.position.label.clone(),
        line: citation.position.line,
    })
}

fn source(source: &Source) -> AnswerSource {
    let path = source.file.seen.path.to_path();
    AnswerSource {
        file_id: id(source.file.id.0),
        passage_id: id(source.passage.0),
        name: name(&path),
        kind: path
            .extension()
            .map(|kind| kind.to_string_lossy().to_lowercase())
            .unwrap_or_default(),
        path: shown(&path),
        page: source.position.page,
        unit: unit(source.unit),
        label: source.position.label.clone(),
        line: source.position.line,
        passage: source
            .text
            .get(source.span.clone())
            .unwrap_or_default()
            .to_owned(),
    }
}
