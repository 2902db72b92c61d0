//! What happens to a question: find passages, choose or write sentences, check each against the passages.
//!
//! Owns when the files count as having no answer. Code alone says where a sentence stands: a page number
//! never comes from a model, and a sentence is called quoted or supported only where the stored text
//! bears it. Knows nothing of who asks. Start reading at [`answer`].

mod bearing;
mod claims;
mod extract;
mod prompt;
mod question;
mod quotes;
mod references;
mod sources;
mod strength;
mod types;
mod verify;
mod write;
mod writer;

use std::time::Instant;

pub use types::{
    Answer, AnswerRequest, Citation, Error, Evidence, Exchange, Sentence, Source, Standing,
    Timings, Verdict,
};

/// Passages in the order of both retrievers, of which further sources are taken.
const N_RANKED: usize = 40;
/// A question of so few words leans on the one before it ("And in winter?").
const SHORT_QUESTION: usize = 5;

pub use writer::{OwnModel, Writer};

use self::{extract::Candidate, question::Question};
use crate::{
    cpu,
    search::{Context, Search, SearchRequest, day, parse},
};

/// Answers a question: by the files' own sentences, or where there is a writer by what it makes of them.
/// `on_update` gets a written answer as it grows.
pub async fn answer(
    search: &Search,
    writer: Option<&Writer>,
    request: &AnswerRequest,
    mut on_update: impl FnMut(&Answer) + Send,
) -> Result<Answer, Error> {
    let began = Instant::now();
    let mut answer = extract(search, request).await?;
    // Where nothing is strong enough, no model is asked to make something of it.
    if let Some(writer) =
        writer.filter(|_| answer.verdict == Verdict::Answered && !request.extractive)
    {
        let task = write::Task {
            search,
            writer,
            question: &request.question,
            earlier: &request.earlier,
        };
        answer = write::write(task, answer, &mut on_update).await?;
    }
    answer.timings.total = began.elapsed();
    Ok(answer)
}

/// The answer in the files' own sentences.
async fn extract(search: &Search, request: &AnswerRequest) -> Result<Answer, Error> {
    let began = Instant::now();
    let question = following(request);
    let query = SearchRequest {
        query: question.clone(),
        limit: sources::N_FILES + request.hidden.len(),
        n_passages: N_RANKED + request.hidden.len(),
        ..SearchRequest::default()
    };
    let found = search.run(&query, |_| {}).await?;
    let notices = found.notices.clone();
    let searched = began.elapsed();

    let choosing = Instant::now();
    let sources = sources::sources(&search.store, found, &request.hidden).await?;
    let (question, meaning) = understand(search, &question).await?;
    let mut candidates = extract::candidates(&question, &sources);
    let mut evidence = extract::evidence(&question, &sources, &candidates);
    if let Ok(model) = &search.model
        && let Some(embedding) = search.embedded(&meaning)
        && strength::is_in_doubt(&evidence)
    {
        extract::compare(model, &embedding, &sources, &mut candidates).await;
        evidence = extract::evidence(&question, &sources, &candidates);
    }
    let strength = strength::strength(&evidence);
    let is_enough = !candidates.is_empty() && strength::is_enough(&evidence, strength);
    let mut sentences = Vec::new();
    if is_enough {
        for chosen in extract::choose(&candidates) {
            sentences.extend(quotation(search, &sources, &chosen).await?);
        }
    }
    Ok(Answer {
        verdict: if is_enough {
            Verdict::Answered
        } else {
            Verdict::NotInFiles
        },
        strength,
        sentences,
        sources,
        by: None,
        notices,
        evidence,
        timings: Timings {
            search: searched,
            choose: choosing.elapsed(),
            total: began.elapsed(),
        },
    })
}

/// What is looked for: a question that follows another one and says little by itself is looked for
/// together with that.
fn following(request: &AnswerRequest) -> String {
    let question = request.question.trim();
    match request.earlier.last() {
        Some(before) if question.split_whitespace().count() <= SHORT_QUESTION => {
            format!("{} {question}", before.question.trim())
        }
        _ => question.to_owned(),
    }
}

/// A question's words with what each tells, and what of it is compared in meaning.
async fn understand(search: &Search, asked: &str) -> Result<(Question, String), Error> {
    let context = Context {
        typing: false,
        languages: &search.languages,
        today: day(search.now),
    };
    let parsed = parse(asked, context);
    let terms = parsed.words.terms;
    let rarity = match &search.lexical {
        Some(lexical) => {
            let (lexical, terms) = (lexical.clone(), terms.clone());
            cpu::run(move || lexical.rarity(&terms)).await??
        }
        // Every word counts the same.
        None => vec![1.0; terms.len()],
    };
    let terms = terms.into_iter().zip(rarity).collect();
    Ok((Question::new(asked, terms), parsed.meaning))
}

/// A sentence of a source as one of the answer's.
async fn quotation(
    search: &Search,
    sources: &[Source],
    chosen: &Candidate,
) -> Result<Option<Sentence>, Error> {
    let Some(source) = sources.get(chosen.source) else {
        return Ok(None);
    };
    let marks = search.store.marks(source.document).await?;
    let quoted = source.text.get(chosen.range.clone()).unwrap_or_default();
    Ok(Some(Sentence {
        text: quoted.split_whitespace().collect::<Vec<_>>().join(" "),
        standing: Standing::Quoted,
        citations: vec![Citation {
            source: chosen.source,
            range: chosen.range.clone(),
            position: sources::position(source, &marks, chosen.range.start),
        }],
        unfounded: Vec::new(),
    }))
}

#[cfg(test)]
mod tests {
    use super::Source;
    use crate::{
        document::{DocumentId, FileId, FileState, FolderId, PassageId, PathKey, Position, Unit},
        store::{FileRow, Observed},
    };

    /// A source of one passage, for tests of the parts.
    pub(super) fn source(text: &str) -> Source {
        Source {
            file: FileRow {
                id: FileId(1),
                folder: FolderId(1),
                seen: Observed {
                    path: PathKey::of(std::path::Path::new("/files/note.txt")),
                    size_bytes: 0,
                    modified_ns: 0,
                    file_key: None,
                },
                state: FileState::Indexed,
                reason: None,
                container: None,
                document: Some(DocumentId(1)),
            },
            document: DocumentId(1),
            title: None,
            language: Some("eng".into()),
            unit: Unit::Page,
            passage: PassageId(1),
            passages: Vec::new(),
            context: String::new(),
            start: 0,
            span: 0..text.len(),
            text: text.to_owned(),
            position: Position::default(),
            similarity: None,
            by_words: None,
            judged: None,
        }
    }
}
