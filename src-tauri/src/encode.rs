//! The engine's types into the shapes of `wire`, and errors into what a user can do about them.
//!
//! Pure; knows nothing of tauri. Invariant: every error of the engine has a code and a hint.

mod answers;
mod library;
mod models;
mod preview;
mod reasons;

use std::{ffi::OsStr, path::Path, time::Duration};

use nuthatch::{
    dirs::Dirs,
    document::{self, FileState, PassageId},
    engine, governor, indexing, search,
    search::{Feedback, RerankMode, SearchResults},
    store,
};

pub(crate) use answers::answer_update;
pub(crate) use library::{file_page, page_view, rule_effect, settings};
pub(crate) use models::{connection, fetching, machine, models, not_accepted};
pub(crate) use preview::preview;

use crate::wire::{
    Chip, ErrorCode, FileCounts, Folder, FoundPassage, HeldFolder, Hint, Hold, HoldReason,
    IpcError, LibraryStatus, NewerVersion, Notice, Phase, Progress, SearchRequest, SearchResult,
    SearchUpdate, Stage, StoragePart, Strength, Unit, Why,
};

impl From<SearchRequest> for search::SearchRequest {
    fn from(request: SearchRequest) -> Self {
        Self {
            query: request.query,
            limit: request.limit as usize,
            typing: request.typing,
            reranking: RerankMode::Streamed,
            sentences: true,
            only: request.by_meaning_only.then_some(search::Only::Meaning),
            feedback: Feedback {
                like: passages(&request.like),
                unlike: passages(&request.unlike),
            },
            ..Self::default()
        }
    }
}

fn passages(ids: &[u32]) -> Vec<PassageId> {
    ids.iter().map(|&id| PassageId(i64::from(id))).collect()
}

/// The final results are by words alone when there was no search by meaning, and fused ones when
/// nothing was reranked.
pub(crate) fn update(found: SearchResults, elapsed: Duration, last: bool) -> SearchUpdate {
    let stage = if found.reranked.n_judged > 0 {
        Stage::Reranked
    } else if found.timings.vectors.is_some() {
        Stage::Hybrid
    } else {
        Stage::Words
    };
    SearchUpdate {
        stage,
        n_reranked: count(found.reranked.n_judged as u64),
        rerank_ms: found.timings.rerank.map(|time| time.as_secs_f64() * 1e3),
        times: reasons::times(&found.timings),
        is_late: found.is_late,
        results: found.results.into_iter().map(result).collect(),
        notices: found.notices.iter().map(notice).collect(),
        chips: found.chips.iter().map(chip).collect(),
        hints: found.hints.iter().map(hint).collect(),
        elapsed_ms: elapsed.as_secs_f64() * 1e3,
        last,
    }
}

fn chip(chip: &search::Chip) -> Chip {
    Chip {
        text: chip.text.clone(),
        is_excluded: chip.kind == search::ChipKind::Excluded,
        span: span(chip.span),
    }
}

fn hint(hint: &search::Hint) -> Hint {
    Hint {
        message: hint.message.clone(),
        advice: hint.advice.clone(),
        span: span(hint.span),
    }
}

fn span((start, end): (usize, usize)) -> (u32, u32) {
    (count(start as u64), count(end as u64))
}

fn result(found: search::SearchResult) -> SearchResult {
    let path = found.file.seen.path.to_path();
    let position = found.passage.as_ref().map(|passage| &passage.position);
    let page = position.and_then(|position| position.page);
    let label = position.and_then(|position| position.label.clone());
    let line = position.and_then(|position| position.line);
    let confidence = position.and_then(|position| position.confidence);
    let pages = found.document.as_ref().map(|document| document.unit);
    let n_passages = found
        .document
        .as_ref()
        .map_or(0, |document| document.n_passages);
    SearchResult {
        reasons: reasons::reasons(&found),
        file_id: id(found.file.id.0),
        passage_id: found.passage.as_ref().map(|passage| id(passage.id.0)),
        name: name(&path),
        folder: path.parent().map(shown).unwrap_or_default(),
        kind: path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase())
            .unwrap_or_default(),
        path: shown(&path),
        title: found.document.and_then(|document| document.title),
        modified_ms: (found.file.seen.modified_ns / 1_000_000) as f64,
        page,
        unit: unit(pages.unwrap_or_default()),
        label,
        line,
        confidence: confidence.map(u32::from),
        passage: found.text,
        highlights: ranges(&found.highlights),
        sentence: found.sentence.map(span),
        score: found.score,
        strength: found.ranks.strength().map(strength),
        n_passages,
        n_copies: count(found.copies.len() as u64),
        older: found
            .versions
            .iter()
            .map(|file| shown(&file.seen.path.to_path()))
            .collect(),
        away: found.file.state == FileState::Away,
    }
}

pub(crate) fn passage(found: search::FoundPassage) -> FoundPassage {
    let position = found.passage.position;
    FoundPassage {
        passage_id: id(found.passage.id.0),
        page: position.page,
        label: position.label,
        line: position.line,
        confidence: position.confidence.map(u32::from),
        passage: found.text,
        highlights: ranges(&found.highlights),
    }
}

fn unit(unit: document::Unit) -> Unit {
    match unit {
        document::Unit::Page => Unit::Page,
        document::Unit::Slide => Unit::Slide,
        document::Unit::Sheet => Unit::Sheet,
        document::Unit::Chapter => Unit::Chapter,
    }
}

fn strength(strength: search::Strength) -> Strength {
    match strength {
        search::Strength::Strong => Strength::Strong,
        search::Strength::Possible => Strength::Possible,
        search::Strength::Weak => Strength::Weak,
    }
}

/// The library's state, with what is to be known about how it was opened.
pub(crate) fn status(
    status: &engine::Status,
    opened_with: &[search::Notice],
    dirs: &Dirs,
) -> LibraryStatus {
    let n_files = |state| {
        let counted = status.files.iter().find(|(counted, _)| *counted == state);
        count(counted.map_or(0, |&(_, n)| n))
    };
    LibraryStatus {
        folders: status
            .folders
            .iter()
            .map(|folder| Folder {
                path: shown(&folder.path),
                away: folder.away,
                n_files: count(folder.n_files),
                held_back: held_back(status, &folder.path),
                followed: folder.followed.clone(),
                looked_at_ms: folder.looked_at.map(|seconds| seconds as f64 * 1e3),
                is_given: folder.is_given,
            })
            .collect(),
        files: FileCounts {
            waiting: n_files(FileState::Waiting),
            indexed: n_files(FileState::Indexed),
            partial: n_files(FileState::Partial),
            failed: n_files(FileState::Failed),
            skipped: n_files(FileState::Skipped),
            away: n_files(FileState::Away),
        },
        n_passages: count(status.n_passages),
        n_embedded: count(status.n_passages.saturating_sub(status.n_to_embed)),
        notices: opened_with
            .iter()
            .chain(&status.notices)
            .map(notice)
            .collect(),
        left_out: status.exclusions.iter().map(|path| shown(path)).collect(),
        storage: storage(status, dirs),
        place: shown(dirs.library()),
        only_below: (status.only_below.as_ref())
            .map(|folders| folders.iter().map(|folder| shown(folder)).collect()),
    }
}

/// That there is a newer version, for whoever does not look at the page that installs it.
pub(crate) fn newer(newer: &NewerVersion) -> Notice {
    Notice {
        message: format!("Nuthatch {} is there", newer.version),
        hint: Some("The page About installs it, when you say so".into()),
    }
}

fn storage(status: &engine::Status, dirs: &Dirs) -> Vec<StoragePart> {
    let [own, ..] = dirs.models();
    let models = ("models", nuthatch_models::install::size_bytes(&own));
    let parts = status.bytes.iter().copied().chain([models]);
    parts
        .map(|(name, n_bytes)| StoragePart {
            name: name.into(),
            n_bytes: n_bytes as f64,
        })
        .collect()
}

/// What of a chosen folder is asked about; it belongs to the innermost one that holds it.
fn held_back(status: &engine::Status, folder: &Path) -> Vec<HeldFolder> {
    let innermost = |path: &Path| {
        let roots = status.folders.iter().map(|folder| folder.path.as_path());
        let holding = roots.filter(|root| path.starts_with(root));
        holding.max_by_key(|root| root.as_os_str().len())
    };
    let held = status.held_back.iter();
    held.filter(|held| innermost(&held.path) == Some(folder))
        .map(|held| HeldFolder {
            path: shown(&held.path),
            name: name(&held.path),
            looks: held.looks.clone(),
            n_files: count(held.n_files),
        })
        .collect()
}

/// What indexing does now.
pub(crate) fn progress(now: &indexing::Progress) -> Progress {
    let phase = match now.doing() {
        indexing::Doing::Nothing => Phase::Idle,
        indexing::Doing::Looking => Phase::Walking,
        indexing::Doing::Reading => Phase::Reading,
        indexing::Doing::Embedding => Phase::Embedding,
        indexing::Doing::Recognising => Phase::Recognising,
    };
    Progress {
        phase,
        n_done: count(now.n_done),
        n_total: count(now.n_done + now.n_waiting),
        n_to_embed: count(now.n_to_embed),
        n_to_recognise: count(now.n_to_recognise),
        files_per_second: now.files_per_second,
        seconds_left: now.seconds_left,
        current: now.current.clone(),
        hold: now.hold.map(hold),
    }
}

fn hold(hold: governor::Hold) -> Hold {
    let (reason, until) = match hold {
        governor::Hold::Paused { until } => (HoldReason::Paused, until),
        governor::Hold::Battery => (HoldReason::Battery, None),
        governor::Hold::Load => (HoldReason::Load, None),
        governor::Hold::Typing => (HoldReason::Typing, None),
    };
    Hold {
        reason,
        until_ms: until.map(|seconds| seconds as f64 * 1e3),
    }
}

/// How long the page wants to pause: until a time in milliseconds, or until it is resumed.
pub(crate) fn pause(until_ms: Option<f64>) -> governor::Pause {
    until_ms.map_or(governor::Pause::UntilResumed, |ms| {
        governor::Pause::Until((ms / 1e3) as i64)
    })
}

pub(crate) fn why(path: &Path, why: engine::Why) -> Why {
    Why {
        path: shown(path),
        state: why.state.into(),
        reason: why.reason,
    }
}

/// A file that is in the library, but no longer on the disk.
pub(crate) fn gone(path: &Path) -> IpcError {
    IpcError {
        code: ErrorCode::NotFound,
        message: format!("{} is no longer there", shown(path)),
        hint: Some("It was moved or deleted a moment ago; search again".into()),
    }
}

impl From<engine::Error> for IpcError {
    fn from(error: engine::Error) -> Self {
        let (code, hint) = code_and_hint(&error);
        Self {
            code,
            message: sentence(&error),
            hint: Some(hint.into()),
        }
    }
}

fn code_and_hint(error: &engine::Error) -> (ErrorCode, &'static str) {
    use engine::Error;
    if let Some(error) = failure_of_store(error) {
        return match error {
            store::Error::Newer { .. } => (
                ErrorCode::Newer,
                "Install the newer Nuthatch again, or start this one with --library and another folder",
            ),
            error if error.is_disk() => (
                ErrorCode::Disk,
                "Make room on the disk, or check that the library's folder may be written",
            ),
            _ => (ErrorCode::Bug, "Start Nuthatch again"),
        };
    }
    match error {
        Error::NotFound { .. } => (ErrorCode::NotFound, "Check that it is still there"),
        Error::NotInLibrary { .. } => (
            ErrorCode::NotFound,
            "The library's page says what is known of a file, and why it is not found",
        ),
        Error::Forgotten => (
            ErrorCode::NotFound,
            "It was moved or deleted, or its folder was removed; search again",
        ),
        Error::Unreadable { .. } | Error::Settings(_) => (
            ErrorCode::Unreadable,
            "Check that it is what it should be and that you may read it",
        ),
        Error::Unwritable { .. } => (
            ErrorCode::Disk,
            "Make room on the disk, or check that the library's folder may be written",
        ),
        Error::Forbidden { .. } => (ErrorCode::Refused, "Ask your administrator"),
        Error::Pattern { .. } => (
            ErrorCode::Refused,
            "Write it as in a .gitignore: *.log, build/, /drafts",
        ),
        Error::Locked { .. } | Error::ReadOnly => (
            ErrorCode::Locked,
            "Close the other Nuthatch, then start this one again",
        ),
        _ => (ErrorCode::Bug, "Start Nuthatch again"),
    }
}

fn failure_of_store(error: &engine::Error) -> Option<&store::Error> {
    match error {
        engine::Error::Store(error)
        | engine::Error::Search(search::Error::Store(error))
        | engine::Error::Indexing(indexing::Error::Store(error)) => Some(error),
        _ => None,
    }
}

/// An error with its causes, as one sentence that begins like one.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Transparent errors repeat the words of their cause.
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    capitalised(&text)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next();
    first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(characters)
        .collect()
}

fn notice(notice: &search::Notice) -> Notice {
    Notice {
        message: notice.message.clone(),
        hint: notice.hint.clone(),
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(OsStr::to_string_lossy)
        .unwrap_or_default()
        .into_owned()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Ids and counts stay far below what a page's numbers hold; one beyond it finds nothing.
fn id(id: i64) -> u32 {
    u32::try_from(id).unwrap_or(u32::MAX)
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn range((start, end): (usize, usize)) -> (u32, u32) {
    (count(start as u64), count(end as u64))
}

fn ranges(ranges: &[(usize, usize)]) -> Vec<(u32, u32)> {
    ranges.iter().copied().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_library_and_a_file_in_use_are_told_apart_from_a_fault() {
        let newer = engine::Error::Store(store::Error::Newer {
            path: "library.db".into(),
            found: 9,
        });
        let newer = IpcError::from(newer);
        assert_eq!(newer.code, ErrorCode::Newer);
        assert!(newer.message.starts_with("The library library.db"));
        let read_only = IpcError::from(engine::Error::ReadOnly);
        assert_eq!(read_only.code, ErrorCode::Locked);
        assert!(read_only.hint.is_some());
    }

    #[test]
    fn a_pause_crosses_the_boundary_in_milliseconds() {
        assert_eq!(pause(Some(5_400_999.0)), governor::Pause::Until(5_400));
        assert_eq!(pause(None), governor::Pause::UntilResumed);
        let until = Some(5_400);
        let shown = hold(governor::Hold::Paused { until });
        assert_eq!(shown.until_ms, Some(5_400_000.0));
        assert_eq!(shown.reason, HoldReason::Paused);
    }

    #[test]
    fn progress_is_named_by_what_is_done_first() {
        let mut now = indexing::Progress {
            n_waiting: 3,
            n_done: 2,
            embedding: true,
            ..Default::default()
        };
        assert_eq!(progress(&now).phase, Phase::Reading);
        assert_eq!(progress(&now).n_total, 5);
        now.n_waiting = 0;
        assert_eq!(progress(&now).phase, Phase::Embedding);
        now.embedding = false;
        assert_eq!(progress(&now).phase, Phase::Idle);
    }
}
