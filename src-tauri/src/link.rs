//! Links that lead here: `nuthatch://search?q=…`, and files that hold one, as saved searches are passed on.
//!
//! Anything on a page or in a mail may name such a link, so it can do one thing only: put words into the
//! box. Invariant: a link changes nothing, opens no document, and adds no folder.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use tauri::Url;

const SCHEME: &str = "nuthatch";
/// How the files end; their first line is a link.
const FILE_END: &str = "nuthatch-search";
/// No link that is obeyed is longer.
const MAX_FILE_BYTES: u64 = 16 * 1024;
/// Longer than any search; what is longer is cut.
const MAX_QUERY_CHARS: usize = 500;

/// What a link, or a file that holds one, asks to be searched for; nothing if it is none of ours.
pub(crate) fn query(asked: &str) -> Option<String> {
    match saved_search(asked) {
        Some(file) => of_link(first_line(&file)?.trim()),
        None => of_link(asked),
    }
}

/// The file of a saved search; desktops name it by its path or as a link to it.
fn saved_search(asked: &str) -> Option<PathBuf> {
    let link = Url::parse(asked)
        .ok()
        .filter(|link| link.scheme() == "file");
    let file = link.map_or_else(
        || Some(PathBuf::from(asked)),
        |link| link.to_file_path().ok(),
    )?;
    let is_ours = file.extension().is_some_and(|end| end == FILE_END);
    is_ours.then_some(file)
}

fn first_line(file: &Path) -> Option<String> {
    let mut text = String::new();
    let opened = File::open(file).ok()?;
    opened.take(MAX_FILE_BYTES).read_to_string(&mut text).ok()?;
    text.lines().next().map(ToOwned::to_owned)
}

fn of_link(link: &str) -> Option<String> {
    let link = Url::parse(link).ok()?;
    if link.scheme() != SCHEME || link.host_str() != Some("search") {
        return None;
    }
    let (_, query) = link.query_pairs().find(|(name, _)| name == "q")?;
    let query: String = query
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(MAX_QUERY_CHARS)
        .collect();
    let query = query.trim();
    (!query.is_empty()).then(|| query.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_searched_for_whatever_is_written_in_it() {
        let found = |link: &str| query(link);
        assert_eq!(
            found("nuthatch://search?q=notice%20period+type%3Apdf").as_deref(),
            Some("notice period type:pdf")
        );
        assert_eq!(
            found("nuthatch://search/?q=%E4%BA%AC%E9%83%BD").as_deref(),
            Some("京都")
        );
        assert_eq!(
            found("NUTHATCH://search?x=1&q=a%0Ab").as_deref(),
            Some("a b")
        );
    }

    #[test]
    fn a_saved_search_is_opened_by_its_path_and_as_a_link_to_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("my search.nuthatch-search");
        std::fs::write(&file, "nuthatch://search?q=notice%20period\n").expect("a file");
        let named = file.to_str().expect("a name");
        assert_eq!(query(named).as_deref(), Some("notice period"));
        let link = Url::from_file_path(&file).expect("a link");
        assert_eq!(query(link.as_str()).as_deref(), Some("notice period"));
        std::fs::write(&file, "file:///etc/passwd\n").expect("a file");
        assert_eq!(query(named), None, "it may hold a link of ours only");
        assert_eq!(query("/nowhere/x.nuthatch-search"), None);
    }

    #[test]
    fn a_link_that_asks_for_anything_else_does_nothing() {
        for link in [
            "nuthatch://add?folder=/etc",
            "nuthatch://search",
            "nuthatch://search?q=%20",
            "https://search?q=x",
            "--library",
            "plain words",
        ] {
            assert_eq!(query(link), None, "{link}");
        }
        let endless = format!("nuthatch://search?q={}", "x".repeat(10_000));
        assert_eq!(
            query(&endless).map(|query| query.len()),
            Some(MAX_QUERY_CHARS)
        );
    }
}
