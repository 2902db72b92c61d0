//! A written answer: a generator writes from the sources, code checks each sentence as it is finished.
//!
//! Owns the stream: where a sentence ends, what is said of a generator that stops, loops or invents.
//! Invariant: what is shown has been looked up; where nothing of it stands in the files, the files' own
//! sentences are shown in its place.

use nuthatch_models::{End, ModelWorker};

use super::{
    Answer, Citation, Error, Exchange, Sentence, Source, Standing, Verdict, prompt, references,
    sources,
    verify::{Found, Shelf},
    writer::Writer,
};
use crate::{
    chunk,
    document::Mark,
    search::{Notice, Search},
};

/// What is asked of a generator.
pub(super) struct Task<'a> {
    pub(super) search: &'a Search,
    pub(super) writer: &'a Writer,
    pub(super) question: &'a str,
    pub(super) earlier: &'a [Exchange],
}

/// Turns an answer of the files' own sentences into a written one, telling of each sentence.
pub(super) async fn write(
    task: Task<'_>,
    extracted: Answer,
    on_update: &mut (impl FnMut(&Answer) + Send),
) -> Result<Answer, Error> {
    let room = task.writer.room(prompt::rules()).await;
    let prompt = prompt::prompt(task.question, task.earlier, &extracted.sources, room);
    let mut answer = Answer {
        sentences: Vec::new(),
        by: Some(task.writer.name().to_owned()),
        ..extracted.clone()
    };
    if prompt.is_cut {
        answer.notices.push(said("The nearest passage is longer than the model can read at once; it was given the beginning", None));
    }
    on_update(&answer);
    let shown = extracted
        .sources
        .get(..prompt.n_sources)
        .unwrap_or_default();
    let desk = Desk::new(task.search, shown).await?;
    let mut writing = task.writer.write(prompt.turns);
    let (mut text, mut n_checked, mut end) = (String::new(), 0, None);
    while let Some(piece) = writing.recv().await {
        match piece {
            Ok(piece) => {
                text.push_str(&piece.text);
                end = piece.end;
            }
            Err(error) => {
                answer.notices.push(said(
                    &format!("The model stopped before the end: {error}"),
                    Some("Ask again"),
                ));
                break;
            }
        }
        let complete = finished(&text, n_checked, end.is_some());
        for range in complete {
            n_checked = range.end;
            answer
                .sentences
                .extend(desk.check(text.get(range).unwrap_or_default()).await);
            on_update(&answer);
        }
        if end.is_some() {
            break;
        }
    }
    answer.notices.extend(end.and_then(of_the_end));
    Ok(settled(answer, extracted, &text))
}

/// Sources, with what it takes to say where something in them stands.
struct Desk<'a> {
    shelf: Shelf<'a>,
    sources: &'a [Source],
    marks: Vec<Vec<Mark>>,
    model: Option<&'a ModelWorker>,
}

impl<'a> Desk<'a> {
    async fn new(search: &'a Search, sources: &'a [Source]) -> Result<Self, Error> {
        let mut marks = Vec::with_capacity(sources.len());
        for source in sources {
            marks.push(search.store.marks(source.document).await?);
        }
        let model = search.model.as_deref().ok();
        Ok(Self {
            shelf: Shelf::new(sources),
            sources,
            marks,
            model,
        })
    }

    /// A sentence with what was found of it; `None` for what is no sentence.
    async fn check(&self, written: &str) -> Option<Sentence> {
        let text = references::without_references(written);
        if !text.chars().any(char::is_alphanumeric) {
            return None;
        }
        let found = self.shelf.look_up(&text, self.model).await;
        Some(self.sentence(text, found))
    }

    fn sentence(&self, text: String, found: Found) -> Sentence {
        let citation = |(n, range): (usize, std::ops::Range<usize>)| {
            let source = self.sources.get(n)?;
            let marks = self.marks.get(n).map(Vec::as_slice).unwrap_or_default();
            let position = sources::position(source, marks, range.start);
            Some(Citation {
                source: n,
                range,
                position,
            })
        };
        let characters = |byte: usize| text.get(..byte).unwrap_or(&text).chars().count();
        let unfounded = found
            .unfounded
            .iter()
            .map(|span| (characters(span.start), characters(span.end)))
            .collect();
        Sentence {
            standing: found.standing,
            citations: found.ranges.into_iter().filter_map(citation).collect(),
            unfounded,
            text,
        }
    }
}

/// The sentences that have been written to their ends since the last look, as byte ranges.
fn finished(text: &str, from: usize, is_over: bool) -> Vec<std::ops::Range<usize>> {
    let rest = text.get(from..).unwrap_or_default();
    let mut ranges = chunk::sentences(rest);
    // The last one may go on, unless a line has ended behind it.
    if !is_over && !rest.ends_with('\n') {
        ranges.pop();
    }
    ranges
        .into_iter()
        .map(|range| from + range.start..from + range.end)
        .collect()
}

/// What is shown in the end.
fn settled(mut answer: Answer, extracted: Answer, text: &str) -> Answer {
    let says_nothing = text
        .trim()
        .trim_end_matches(['.', '!'])
        .to_lowercase()
        .starts_with(prompt::NOT_FOUND);
    if says_nothing {
        answer.sentences.clear();
        answer.verdict = Verdict::NotInFiles;
        return answer;
    }
    let stands = answer
        .sentences
        .iter()
        .any(|sentence| sentence.standing != Standing::NotFound);
    if !stands {
        let why = if answer.sentences.is_empty() {
            "The model wrote nothing; these are the files' own words"
        } else {
            "What the model wrote does not stand in your files; these are their own words"
        };
        answer.notices.push(said(why, None));
        answer.sentences = extracted.sentences;
        answer.by = None;
    }
    answer
}

fn of_the_end(end: End) -> Option<Notice> {
    match end {
        End::Done => None,
        End::Length => Some(said("The answer was cut: it became too long", None)),
        End::Context => Some(said(
            "The answer was cut: the model can hold no more",
            Some("Ask for less, or of fewer files"),
        )),
        End::Loop => Some(said(
            "The model began to repeat itself and was stopped",
            None,
        )),
    }
}

fn said(message: &str, hint: Option<&str>) -> Notice {
    Notice {
        message: message.to_owned(),
        hint: hint.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::finished;

    #[test]
    fn a_sentence_is_finished_when_another_has_begun() {
        let text = "The first one is long enough. The second is not over yet. And";
        let at = |from, is_over| {
            let ranges = finished(text, from, is_over).into_iter();
            ranges.map(|range| &text[range]).collect::<Vec<_>>()
        };
        assert_eq!(
            at(0, false),
            [
                "The first one is long enough.",
                "The second is not over yet."
            ]
        );
        assert_eq!(at(29, true), ["The second is not over yet.", "And"]);
    }
}
