//! Links that lead here: `nuthatch://search?q=…`.
//!
//! Anything on a page or in a mail may name such a link, so it can do one thing only: put words into the
//! box. Invariant: a link changes nothing, opens no file, and adds no folder.

use tauri::Url;

const SCHEME: &str = "nuthatch";
/// Longer than any search; what is longer is cut.
const MAX_QUERY_CHARS: usize = 500;

/// What a link asks to be searched for; nothing if it is no link of ours.
pub(crate) fn query(link: &str) -> Option<String> {
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
