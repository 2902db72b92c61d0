//! What holds for the passages of any text.

use proptest::prelude::*;

use super::*;

/// A passage repeats at most the overlap, and ends at most one uncut unit after the target.
const MAX_TOKENS: usize = TARGET_TOKENS + OVERLAP_TOKENS;

fn text(parts: &[(String, Option<u32>, Option<u8>)]) -> Text {
    let mut text = Text::default();
    let mut page = 1;
    for (part, turned, heading) in parts {
        page += turned.unwrap_or_default();
        let mark = Mark {
            page: Some(page),
            heading: *heading,
            ..Mark::default()
        };
        text.push(part, mark);
    }
    text
}

/// Words, endless words, scripts without spaces, blank lines and characters of every width.
fn part() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,12}( [a-z]{1,12}){0,30}[.!?]? ?",
        "[A-Za-z0-9/_-]{100,900}",
        "[\u{4e00}-\u{4e80}]{1,300}。?",
        "(é|ß|Ж|ก|🦜|\u{301}|\u{200d}){1,40}",
        "[ \n\t\u{a0}\u{3000}]{1,4}",
        "\n\n",
    ];
    prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

fn parts() -> impl Strategy<Value = Vec<(String, Option<u32>, Option<u8>)>> {
    let turned = prop::option::weighted(0.3, 1..3_u32);
    let heading = prop::option::weighted(0.2, 1..5_u8);
    prop::collection::vec((part(), turned, heading), 0..8)
}

fn page_of(text: &Text, offset: usize) -> Option<u32> {
    text.position(offset).page
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn passages_cover_a_text_in_order_and_split_nothing(parts in parts()) {
        let text = text(&parts);
        let chunks = chunks(&text);
        let mut covered = 0;
        let mut last_end = 0;
        for chunk in &chunks {
            let slice = text.text.get(chunk.start..chunk.end);
            prop_assert!(slice.is_some(), "{chunk:?} splits a character");
            let slice = slice.unwrap();
            prop_assert!(!slice.trim().is_empty());
            prop_assert!(chunk.end > last_end, "{chunk:?} adds nothing to the one before");
            if chunk.start > covered {
                prop_assert!(text.text[covered..chunk.start].trim().is_empty(), "lost before {chunk:?}");
            } else {
                let repeated = &text.text[chunk.start..covered];
                prop_assert!(estimate_tokens(repeated) <= OVERLAP_TOKENS + 1, "{chunk:?} repeats much");
            }
            let n_tokens = estimate_tokens(slice);
            prop_assert!(n_tokens <= MAX_TOKENS, "{chunk:?} has {n_tokens} tokens");
            prop_assert_eq!(page_of(&text, chunk.start), page_of(&text, chunk.end - 1));
            prop_assert_eq!(&chunk.position, &text.position(chunk.start));
            prop_assert!(chunk.context.chars().count() <= MAX_CONTEXT_CHARS);
            covered = chunk.end;
            last_end = chunk.end;
        }
        prop_assert!(text.text[covered..].trim().is_empty(), "the end is lost");
    }
}

#[test]
fn a_text_of_nothing_has_no_passages() {
    assert!(chunks(&Text::default()).is_empty());
    assert!(chunks(&text(&[(" \n\n\t".into(), None, None)])).is_empty());
}

#[test]
fn a_passage_is_about_the_headings_above_it() {
    let long = "A sentence that says something about the matter at hand. ".repeat(12);
    let parts = [
        ("Birds".to_owned(), None, Some(1)),
        (long.clone(), None, None),
        ("Food".to_owned(), None, Some(2)),
        (long.clone(), None, None),
        ("Plants".to_owned(), None, Some(1)),
        (long, None, None),
    ];
    let contexts: Vec<String> = chunks(&text(&parts))
        .into_iter()
        .map(|chunk| chunk.context)
        .collect();
    assert_eq!(contexts, ["", "Birds", ""]);
}

#[test]
fn a_sentence_that_fills_a_passage_leaves_none_that_only_repeats() {
    let short = "This one is short enough to be repeated later on. ".repeat(16);
    let long = format!("{}.", "word ".repeat(TARGET_TOKENS - 10));
    let text = text(&[(format!("{short}{long} {short}"), None, None)]);
    let chunks = chunks(&text);
    assert!(chunks.len() > 2);
    assert!(
        chunks.windows(2).all(|two| two[0].end < two[1].end),
        "{chunks:?}"
    );
}
