//! What the verbs print: the JSON documents that scripts rely on, and lines for people.
//!
//! Owns the keys, which README lists; only adds to them. Knows nothing of arguments.

use std::{
    fmt,
    io::{self, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use nuthatch::{
    document::{FileState, Position, Unit},
    engine::Status,
    search::{NotReranked, Reranked, SearchResult, SearchResults, Strength, Timings},
    store::FileRow,
};
use serde_json::{Map, Value, json};

use super::{folders, now};

/// The library at one moment.
pub(super) fn status_json(status: &Status) -> Value {
    let files: Map<String, Value> = FileState::ALL
        .iter()
        .map(|&state| {
            let counted = status.files.iter().find(|&&(known, _)| known == state);
            (
                state.name().to_owned(),
                json!(counted.map_or(0, |&(_, n)| n)),
            )
        })
        .collect();
    let bytes: Map<String, Value> = status
        .bytes
        .iter()
        .map(|&(part, n)| (part.to_owned(), json!(n)))
        .collect();
    let folders: Vec<Value> = status
        .folders
        .iter()
        .map(|folder| {
            json!({
                "path": folder.path.display().to_string(), "away": folder.away,
                "files": folder.n_files, "looked_at": folder.looked_at, "followed": folder.followed,
            })
        })
        .collect();
    let left_out: Vec<String> = status
        .exclusions
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let notices: Vec<&str> = status
        .notices
        .iter()
        .map(|notice| notice.message.as_str())
        .collect();
    let held: Vec<Value> = status.held_back.iter().map(folders::document).collect();
    json!({
        "files": files, "passages": status.n_passages, "to_embed": status.n_to_embed,
        "to_recognise": status.n_to_recognise,
        "bytes": bytes, "folders": folders, "notices": notices, "left_out": left_out,
        "now": now::document(status), "held_back": held,
    })
}

/// How long ago a folder was looked at.
fn looked(at: Option<i64>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let minutes = at.and_then(|at| {
        let now = i64::try_from(now.ok()?.as_secs()).ok()?;
        Some((now - at).max(0) / 60)
    });
    match minutes {
        None => String::new(),
        Some(0) => "; looked at whole just now".into(),
        Some(minutes @ 1..120) => format!("; looked at whole {minutes} minutes ago"),
        Some(minutes) => format!("; looked at whole {} hours ago", minutes / 60),
    }
}

/// The same for people.
pub(super) fn print_status(status: &Status) -> anyhow::Result<()> {
    print_line(format_args!("{}", now::line(status)))?;
    for folder in &status.folders {
        let away = if folder.away {
            " (cannot be reached now)"
        } else {
            ""
        };
        print_line(format_args!(
            "{}: {} files{away}",
            folder.path.display(),
            folder.n_files
        ))?;
        if let Some(followed) = &folder.followed
            && !folder.away
        {
            print_line(format_args!("  {followed}{}", looked(folder.looked_at)))?;
        }
    }
    let states: Vec<String> = status
        .files
        .iter()
        .filter(|&&(_, n)| n > 0)
        .map(|(state, n)| format!("{n} {}", state.name()))
        .collect();
    if !states.is_empty() {
        print_line(format_args!("files: {}", states.join(", ")))?;
    }
    let left = match status.n_to_embed {
        0 => String::new(),
        n => format!(", {n} not yet found by meaning"),
    };
    print_line(format_args!("passages: {}{left}", status.n_passages))?;
    if status.n_to_recognise > 0 {
        let n_pages = status.n_to_recognise;
        print_line(format_args!(
            "pictures: {n_pages} pages whose text is not recognised yet"
        ))?;
    }
    for held in &status.held_back {
        print_line(format_args!("{}", folders::line(held)))?;
    }
    for path in &status.exclusions {
        print_line(format_args!("left out: {}", path.display()))?;
    }
    for notice in &status.notices {
        print_line(format_args!("{}", notice.message))?;
        if let Some(hint) = &notice.hint {
            print_line(format_args!("  {hint}"))?;
        }
    }
    Ok(())
}

pub(super) fn print(document: &Value) -> anyhow::Result<()> {
    print_line(format_args!("{document:#}"))
}

pub(super) fn print_line(line: fmt::Arguments<'_>) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}

pub(super) fn search_json(query: &str, found: &SearchResults, explain: bool) -> Value {
    let results: Vec<Value> = found
        .results
        .iter()
        .map(|result| result_json(result, explain))
        .collect();
    let notices: Vec<String> = found
        .notices
        .iter()
        .map(|notice| notice.message.clone())
        .collect();
    let timings: Map<String, Value> = stages(&found.timings)
        .map(|(stage, time)| (stage.to_owned(), json!(time.as_secs_f64() * 1e3)))
        .collect();
    let rerank = rerank_json(&found.reranked);
    let understood = found.chips.iter().map(|chip| {
        json!({
            "kind": chip.kind.name(), "text": chip.text, "start": chip.span.0, "end": chip.span.1,
        })
    });
    let hints = found.hints.iter().map(|hint| {
        json!({
            "message": hint.message, "advice": hint.advice, "start": hint.span.0, "end": hint.span.1,
        })
    });
    json!({
        "query": query, "understood": understood.collect::<Vec<_>>(),
        "hints": hints.collect::<Vec<_>>(), "results": results, "notices": notices,
        "timings_ms": timings, "rerank": rerank,
    })
}

fn rerank_json(reranked: &Reranked) -> Value {
    json!({
        "judged": reranked.n_judged, "wanted": reranked.n_wanted, "models": reranked.models,
        "why_not": why_not_reranked(reranked),
    })
}

/// Why not all was reranked that could have been.
fn why_not_reranked(reranked: &Reranked) -> Option<String> {
    Some(match reranked.why_not.as_ref()? {
        NotReranked::Unwanted => "it was not asked for".into(),
        NotReranked::NotInstalled => {
            "no reranker is installed; `nuthatch models list` shows what there is".into()
        }
        NotReranked::OutOfTime => "the time for it was over".into(),
        NotReranked::Failed(notice) => notice.message.clone(),
    })
}

/// The stages that ran, with their times.
fn stages(timings: &Timings) -> impl Iterator<Item = (&'static str, Duration)> + use<> {
    let stages = [
        ("words", timings.words),
        ("embed", timings.embed),
        ("vectors", timings.vectors),
        ("rerank", timings.rerank),
        ("show", Some(timings.show)),
        ("sentences", timings.sentences),
        ("total", Some(timings.total)),
    ];
    stages
        .into_iter()
        .filter_map(|(stage, time)| Some((stage, time?)))
}

fn result_json(result: &SearchResult, explain: bool) -> Value {
    let position = result
        .passage
        .as_ref()
        .map(|passage| passage.position.clone())
        .unwrap_or_default();
    let unit = result
        .document
        .as_ref()
        .map(|document| document.unit.name());
    let copies = result.copies.iter().map(shown_path);
    let mut shown = json!({
        "path": shown_path(&result.file),
        "away": result.file.state == FileState::Away,
        "copies": copies.collect::<Vec<_>>(),
        "older_versions": result.versions.iter().map(shown_path).collect::<Vec<_>>(),
        "page": position.page,
        "unit": unit.filter(|_| position.page.is_some()),
        "label": position.label, "confidence": position.confidence,
        "line": position.line,
        "passage": result.text,
        "highlights": result.highlights,
        "sentence": result.sentence,
        "score": result.score,
        "strength": result.ranks.strength().map(Strength::name),
    });
    if explain {
        let leg = |rank: Option<(usize, f32)>| {
            rank.map(|(rank, score)| json!({"rank": rank, "score": score}))
        };
        let ranks = &result.ranks;
        shown["explain"] = json!({
            "words": leg(ranks.words), "meaning": leg(ranks.meaning),
            "fused": leg(ranks.fused), "reranker": leg(ranks.reranker),
            "exact_name": ranks.is_exact_name,
            "matched": result.matched.iter().map(|(word, n)| json!({"word": word, "times": n})).collect::<Vec<_>>(),
        });
    }
    shown
}

fn shown_path(file: &FileRow) -> String {
    file.seen.path.to_path().display().to_string()
}

pub(super) fn print_results(found: &SearchResults, explain: bool) -> anyhow::Result<()> {
    for notice in &found.notices {
        eprintln!("{}", notice.message);
    }
    for hint in &found.hints {
        let advice = hint.advice.as_deref();
        let advice = advice
            .map(|advice| format!(" ({advice})"))
            .unwrap_or_default();
        eprintln!("{}{advice}", hint.message);
    }
    if found.results.is_empty() {
        eprintln!("Nothing found.");
    }
    for (number, result) in (1..).zip(&found.results) {
        let position = result
            .passage
            .as_ref()
            .map(|passage| passage.position.clone())
            .unwrap_or_default();
        let unit = result.document.as_ref().map(|document| document.unit);
        let place = place(unit.unwrap_or_default(), &position);
        let path = shown_path(&result.file);
        print_line(format_args!("{number}. {path}{place}"))?;
        for copy in &result.copies {
            print_line(format_args!("   the same as {}", shown_path(copy)))?;
        }
        for older in &result.versions {
            print_line(format_args!("   newer than {}", shown_path(older)))?;
        }
        print_line(format_args!(
            "   {}",
            excerpt(
                &result.text,
                result.highlights.first().or(result.sentence.as_ref())
            )
        ))?;
        if explain {
            print_line(format_args!("   {}", explained(result)))?;
        }
    }
    if explain {
        print_stages(found)?;
    }
    Ok(())
}

/// Where a passage stands, to be read after the path.
pub(super) fn place(unit: Unit, position: &Position) -> String {
    let place = match (position.page, &position.label, position.line) {
        (_, Some(label), _) if unit == Unit::Sheet => format!(", {label}"),
        (Some(page), Some(label), _) => format!(", {} {page} ({label})", unit.name()),
        (Some(page), None, _) => format!(", {} {page}", unit.name()),
        (None, Some(label), _) => format!(", {label}"),
        (None, None, Some(line)) => format!(", line {line}"),
        (None, None, None) => String::new(),
    };
    match position.confidence {
        Some(confidence) => format!("{place}, scanned ({confidence} % sure)"),
        None => place,
    }
}

/// Each stage's part in a result: its rank there, and its score.
fn explained(result: &SearchResult) -> String {
    let ranks = &result.ranks;
    let stages = [
        ("words", ranks.words),
        ("meaning", ranks.meaning),
        ("fused", ranks.fused),
        ("reranker", ranks.reranker),
    ];
    let mut parts: Vec<String> = stages
        .into_iter()
        .filter_map(|(stage, rank)| {
            rank.map(|(rank, score)| format!("{stage} {rank}. ({score:.3})"))
        })
        .collect();
    if !result.matched.is_empty() {
        let words = result
            .matched
            .iter()
            .map(|(word, n)| format!("{word} {n}×"));
        parts.push(words.collect::<Vec<_>>().join(" "));
    }
    parts.extend(ranks.is_exact_name.then(|| "its very name".to_owned()));
    parts.extend(ranks.strength().map(|strength| strength.name().to_owned()));
    format!("{}, score {:.4}", parts.join(", "), result.score)
}

/// How long each stage took, and what the reranker did.
fn print_stages(found: &SearchResults) -> anyhow::Result<()> {
    let times: Vec<String> = stages(&found.timings)
        .map(|(stage, time)| format!("{stage} {:.1} ms", time.as_secs_f64() * 1e3))
        .collect();
    print_line(format_args!("{}", times.join(", ")))?;
    let reranked = &found.reranked;
    let why_not = why_not_reranked(reranked).map(|reason| format!(" ({reason})"));
    print_line(format_args!(
        "reranked {} of {}{}",
        reranked.n_judged,
        reranked.n_wanted,
        why_not.unwrap_or_default()
    ))
}

/// The part of a passage that shows why it was found, on one line.
fn excerpt(text: &str, first: Option<&(usize, usize)>) -> String {
    const N_CHARS: usize = 300;
    const N_BEFORE: usize = 60;
    let first = first.map_or(0, |&(start, _)| start);
    let from = if first < N_CHARS / 2 {
        0
    } else {
        first - N_BEFORE
    };
    let n_chars = text.chars().count();
    let part: String = text.chars().skip(from).take(N_CHARS).collect();
    let words: Vec<&str> = part.split_whitespace().collect();
    let before = if from > 0 { "… " } else { "" };
    let after = if from + N_CHARS < n_chars { " …" } else { "" };
    format!("{before}{}{after}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_the_first_match_on_one_line() {
        assert_eq!(
            excerpt("two\nshort  lines", Some(&(4, 9))),
            "two short lines"
        );
        let long = format!("{}the nuthatch {}", "a ".repeat(200), "z ".repeat(200));
        let shown = excerpt(&long, Some(&(404, 412)));
        assert!(shown.starts_with("… a a") && shown.ends_with("z …"));
        assert!(shown.contains("the nuthatch"));
        assert!(excerpt(&long, None).starts_with("a a"));
    }
}
