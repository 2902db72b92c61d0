//! `nuthatch ask` and `nuthatch eval-answers`: questions, from arguments, and how answers are printed.
//!
//! Owns the JSON keys of an answer, which README lists; only adds to them.

use std::{fmt::Write as _, path::PathBuf};

use clap::Args;
use nuthatch::{
    answer::{Answer, AnswerRequest, Citation, Sentence, Source, Verdict},
    dirs::Dirs,
    evaluation::{
        Plan,
        answers::{self, Report},
        collection::{Asked, Sample},
        facts,
    },
};
use serde_json::{Value, json};

use super::{nothing, reading, show};

/// Sources that are shown where there is no answer.
const N_NEAREST: usize = 3;
/// Characters of a source that are shown.
const SHOWN_CHARS: usize = 240;

#[derive(Debug, Args)]
pub(super) struct AskArguments {
    /// The question, in plain words; conditions such as type:pdf narrow what is looked at
    #[arg(allow_hyphen_values = true)]
    question: String,
    /// In the files' own sentences, even where a model is installed that writes
    #[arg(long)]
    extractive: bool,
    /// Only of files in this folder; its name, or a part of its path
    #[arg(long = "in", value_name = "FOLDER")]
    folder: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct EvalAnswersArguments {
    /// Folder with corpus.jsonl, queries.jsonl and qrels.tsv
    #[arg(required_unless_present = "facts")]
    dataset: Option<PathBuf>,
    /// Ask the questions in this table of facts about the files in --folder
    #[arg(
        long,
        value_name = "FILE",
        requires = "folder",
        conflicts_with = "dataset"
    )]
    facts: Option<PathBuf>,
    /// The folder that --facts is about
    #[arg(long, value_name = "DIR", requires = "facts")]
    folder: Option<PathBuf>,
    /// In the files' own sentences, even where a model is installed that writes
    #[arg(long)]
    extractive: bool,
    /// Keep documents and library in this folder, for the next run
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Ask so many of the questions
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Which ones: those that Python's random.Random(SEED).shuffle puts first
    #[arg(long, default_value_t = 7, requires = "sample")]
    seed: u32,
    /// Write every answer with what its strength was made of into this file
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
}

pub(super) async fn ask(dirs: Dirs, arguments: AskArguments, json: bool) -> anyhow::Result<()> {
    let question = arguments.question.trim().to_owned();
    let narrowed = match &arguments.folder {
        Some(folder) => format!("folder:\"{}\" {question}", folder.replace('"', " ")),
        None => question.clone(),
    };
    let request = AnswerRequest {
        question: narrowed,
        extractive: arguments.extractive,
        ..AnswerRequest::default()
    };
    let answer = match reading(dirs).await? {
        Ok(engine) => engine.ask(&request, |_| {}).await?,
        Err(notice) => Answer {
            notices: nothing(notice).notices,
            ..Answer::default()
        },
    };
    if json {
        show::print(&document(&question, &answer))
    } else {
        print(&answer)
    }
}

fn document(question: &str, answer: &Answer) -> Value {
    let sentences: Vec<Value> = answer
        .sentences
        .iter()
        .map(|one| sentence_json(one, answer))
        .collect();
    let sources: Vec<Value> = answer.sources.iter().map(source_json).collect();
    let notices: Vec<Value> = answer
        .notices
        .iter()
        .map(|notice| json!({"message": notice.message, "hint": notice.hint}))
        .collect();
    json!({
        "question": question,
        "verdict": match answer.verdict { Verdict::Answered => "answered", Verdict::NotInFiles => "not in your files" },
        "strength": answer.strength, "by": answer.by,
        "sentences": sentences, "sources": sources, "notices": notices,
        "search_ms": answer.timings.search.as_secs_f64() * 1e3,
        "total_ms": answer.timings.total.as_secs_f64() * 1e3,
    })
}

fn sentence_json(sentence: &Sentence, answer: &Answer) -> Value {
    let citations: Vec<Value> = sentence
        .citations
        .iter()
        .filter_map(|citation| {
            let source = answer.sources.get(citation.source)?;
            Some(json!({
                "source": citation.source + 1,
                "path": source.file.seen.path.to_path(),
                "place": show::place(source.unit, &citation.position).trim_start_matches(", "),
                "page": citation.position.page, "line": citation.position.line,
                "quote": source.text.get(citation.range.clone()),
            }))
        })
        .collect();
    json!({
        "text": sentence.text, "standing": sentence.standing.name(),
        "citations": citations, "unfounded": sentence.unfounded,
    })
}

fn source_json(source: &Source) -> Value {
    json!({
        "path": source.file.seen.path.to_path(), "title": source.title,
        "place": show::place(source.unit, &source.position).trim_start_matches(", "),
        "page": source.position.page, "line": source.position.line,
        "text": source.text.get(source.span.clone()),
    })
}

fn print(answer: &Answer) -> anyhow::Result<()> {
    let mut shown = String::new();
    for notice in &answer.notices {
        let _ = writeln!(shown, "({})", notice.message);
    }
    // Sources are numbered in the order in which they are cited.
    let mut cited: Vec<usize> = Vec::new();
    for sentence in &answer.sentences {
        let mut marks = String::new();
        for citation in &sentence.citations {
            if !cited.contains(&citation.source) {
                cited.push(citation.source);
            }
            let number = cited
                .iter()
                .position(|&known| known == citation.source)
                .unwrap_or(0)
                + 1;
            let _ = write!(marks, " [{number}]");
        }
        let doubt = if sentence.citations.is_empty() {
            " [not found in your files]"
        } else {
            ""
        };
        let _ = writeln!(shown, "{}{marks}{doubt}", sentence.text);
    }
    if answer.verdict == Verdict::NotInFiles {
        shown.push_str("Not in your files, as far as was found.\n");
        if !answer.sources.is_empty() {
            shown.push_str("\nThe nearest passages:\n");
        }
        cited = (0..answer.sources.len().min(N_NEAREST)).collect();
    } else {
        shown.push('\n');
    }
    for (n, &at) in cited.iter().enumerate() {
        let Some(source) = answer.sources.get(at) else {
            continue;
        };
        let first = answer
            .sentences
            .iter()
            .flat_map(|sentence| &sentence.citations)
            .find(|citation| citation.source == at);
        let _ = writeln!(shown, "{}", reference(n + 1, source, first));
    }
    show::print_line(format_args!("{}", shown.trim_end()))
}

fn reference(number: usize, source: &Source, cited: Option<&Citation>) -> String {
    let position = cited.map_or(&source.position, |citation| &citation.position);
    let place = show::place(source.unit, position);
    let path = source.file.seen.path.to_path();
    let reference = format!("[{number}] {}{place}", path.display());
    if cited.is_some() {
        return reference;
    }
    let text = source.text.get(source.span.clone()).unwrap_or_default();
    let text: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(SHOWN_CHARS)
        .collect();
    format!("{reference}\n    {text}")
}

pub(super) async fn eval_answers(
    arguments: EvalAnswersArguments,
    dirs: &Dirs,
    json: bool,
) -> anyhow::Result<()> {
    let throw_away = tempfile::Builder::new().prefix("nuthatch-eval").tempdir()?;
    let work = arguments.keep.as_deref().unwrap_or(throw_away.path());
    if let (Some(table), Some(folder)) = (&arguments.facts, &arguments.folder) {
        let asked = facts::ask(
            facts::read(table)?,
            folder,
            work,
            dirs,
            arguments.extractive,
        )
        .await?;
        return if json {
            show::print(&facts_json(&asked))
        } else {
            print_facts(&asked)
        };
    }
    let seed = arguments.seed;
    let plan = Plan {
        dataset: arguments.dataset.unwrap_or_default(),
        asked: Asked {
            queries: None,
            sample: arguments.sample.map(|n| Sample { n, seed }),
        },
        switches: false,
    };
    let report = answers::ask(&plan, work, dirs).await?;
    if let Some(path) = &arguments.table {
        std::fs::write(path, report.table())?;
    }
    if json {
        show::print(&figures_json(&report))
    } else {
        print_figures(&report)
    }
}

fn figures_json(report: &Report) -> Value {
    let figures = report.figures(None);
    let times = report.times();
    json!({
        "questions": report.asked.len(), "answered": figures.answered, "rejected": figures.rejected,
        "right_document": figures.right_document,
        "search_p50_ms": times.search_p50.as_secs_f64() * 1e3, "answer_p50_ms": times.answer_p50.as_secs_f64() * 1e3,
    })
}

fn print_figures(report: &Report) -> anyhow::Result<()> {
    let mut shown = String::from("enough  answered  rejected  right document\n");
    for enough in (1..20).map(|step| step as f32 * 0.05) {
        let figures = report.figures(Some(enough));
        let _ = writeln!(
            shown,
            "{enough:>6.2}  {:>8.3}  {:>8.3}  {:>14.3}",
            figures.answered, figures.rejected, figures.right_document
        );
    }
    let figures = report.figures(None);
    let times = report.times();
    let _ = writeln!(
        shown,
        "chosen  {:>8.3}  {:>8.3}  {:>14.3}\n{} questions; search p50 {:.1} ms, answer p50 {:.1} ms",
        figures.answered,
        figures.rejected,
        figures.right_document,
        report.asked.len(),
        times.search_p50.as_secs_f64() * 1e3,
        times.answer_p50.as_secs_f64() * 1e3,
    );
    show::print_line(format_args!("{}", shown.trim_end()))
}

fn facts_json(asked: &[facts::Asked]) -> Value {
    let figures = facts::figures(asked);
    let answers: Vec<Value> = asked
        .iter()
        .map(|one| document(&one.fact.question, &one.answer))
        .collect();
    json!({
        "questions": asked.len(), "answered": figures.answered, "has_words": figures.has_words,
        "exact_match": figures.exact_match, "f1": figures.f1, "cited": figures.n_cited,
        "right_page": figures.right_page, "standing": figures.n_standing, "not_found": figures.n_not_found,
        "rejected": figures.rejected, "total_p50_ms": figures.total_p50.as_secs_f64() * 1e3,
        "answers": answers,
    })
}

fn print_facts(asked: &[facts::Asked]) -> anyhow::Result<()> {
    let figures = facts::figures(asked);
    let mut shown = String::new();
    for one in asked.iter().filter(|one| {
        one.fact.answer.is_some() != facts::has_words(one) || one.fact.answer.is_none()
    }) {
        let wanted = one.fact.answer.as_deref().unwrap_or("nothing");
        let _ = writeln!(
            shown,
            "{} [{wanted}] {:.2}: {}",
            one.fact.question,
            one.answer.strength,
            facts::said(one)
        );
    }
    let _ = writeln!(
        shown,
        "answered {:.3}, with the fact's words {:.3}, exact match {:.3}, F1 {:.3}\n\
         {} sentences cited, {:.3} at the fact's page; {} quoted or supported, {} not found\n\
         unanswerable rejected {:.3}; p50 {:.0} ms",
        figures.answered,
        figures.has_words,
        figures.exact_match,
        figures.f1,
        figures.n_cited,
        figures.right_page,
        figures.n_standing,
        figures.n_not_found,
        figures.rejected,
        figures.total_p50.as_secs_f64() * 1e3,
    );
    show::print_line(format_args!("{}", shown.trim_end()))
}
