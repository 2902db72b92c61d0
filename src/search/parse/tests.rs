//! Queries as people type them, and what is understood.

use proptest::prelude::*;

use super::*;
use crate::lexical::{FileField, FileTest, Phrase, Tag, TextTest};

const TODAY: Date = jiff::civil::date(2026, 11, 27);

fn read(query: &str, typing: bool) -> ParsedQuery {
    parse(
        query,
        Context {
            typing,
            languages: &[],
            today: TODAY,
        },
    )
}

fn settled(query: &str) -> ParsedQuery {
    read(query, false)
}

fn words(parsed: &ParsedQuery) -> Vec<&str> {
    let terms = parsed.words.terms.iter();
    terms.map(|term| term.word.as_str()).collect()
}

fn chips(query: &str) -> Vec<String> {
    settled(query)
        .chips
        .into_iter()
        .map(|chip| chip.text)
        .collect()
}

/// A condition in short, for comparing.
fn short(condition: &Condition) -> String {
    let several = |parts: &[Condition], sign: &str| {
        let parts: Vec<String> = parts.iter().map(short).collect();
        format!("({})", parts.join(sign))
    };
    match condition {
        Condition::All(parts) => several(parts, " & "),
        Condition::Any(parts) => several(parts, " | "),
        Condition::Not(part) => format!("!{}", short(part)),
        Condition::Text(TextTest::Word(term)) => term.word.clone(),
        Condition::Text(TextTest::Phrase(Phrase { words, slop })) => match slop {
            0 => format!("\"{}\"", words.join(" ")),
            slop => format!("\"{}\"~{slop}", words.join(" ")),
        },
        Condition::Text(TextTest::Prefix(prefix)) => format!("{prefix}*"),
        Condition::Text(TextTest::Fuzzy(fuzzy)) => format!("{}~{}", fuzzy.word, fuzzy.distance),
        Condition::File(FileTest::Tags(tags)) => format!("{:?}", tags.first()),
        Condition::File(FileTest::Words { field, words, .. }) => {
            format!("{field:?}:{}", words.join(" "))
        }
        Condition::File(test) => format!("{test:?}"),
    }
}

fn asks(query: &str) -> String {
    settled(query)
        .condition
        .as_ref()
        .map(short)
        .unwrap_or_default()
}

#[test]
fn plain_words_ask_for_nothing_and_signs_do() {
    let parsed = settled("Budget \"annual report\" -draft");
    assert_eq!(words(&parsed), ["budget", "annual", "report"]);
    assert_eq!(parsed.meaning, "Budget annual report");
    assert_eq!(
        asks("Budget \"annual report\" -draft"),
        "(\"annual report\" & !\"draft\")"
    );
    assert_eq!(asks("what is a budget"), "");
    assert_eq!(asks("+budget forecast"), "budget");
    assert_eq!(asks("\"a b\"~3"), "\"a b\"~3");
    assert_eq!(
        chips("+budget -draft \"annual report\" \"a b\"~3"),
        ["budget", "not draft", "“annual report”", "“a b” within 3"]
    );
}

#[test]
fn a_query_with_operators_is_taken_at_its_word() {
    assert_eq!(asks("budget OR forecast"), "(budget | forecast)");
    assert_eq!(
        asks("rent budget OR forecast"),
        "(rent & (budget | forecast))"
    );
    assert_eq!(
        asks("(rent budget) OR forecast"),
        "((rent & budget) | forecast)"
    );
    assert_eq!(asks("budget AND NOT draft"), "(budget & !\"draft\")");
    assert_eq!(asks("budget -(draft OR old)"), "(budget & !(draft | old))");
    assert_eq!(
        chips("rent budget OR forecast"),
        ["rent", "budget or forecast"]
    );
}

#[test]
fn parentheses_without_operators_are_punctuation() {
    assert_eq!(asks("Smith (2020) main() f(x)"), "");
    assert_eq!(words(&settled("Smith (2020)")), ["smith", "2020"]);
}

#[test]
fn beginnings_and_misspellings_are_asked_for_by_a_sign_behind() {
    let parsed = settled("contract* recieve~ colour~1");
    assert_eq!(parsed.words.prefixes, ["contract"]);
    let fuzzy: Vec<_> = parsed
        .words
        .fuzzy
        .iter()
        .map(|fuzzy| (fuzzy.word.as_str(), fuzzy.distance))
        .collect();
    assert_eq!(fuzzy, [("recieve", 1), ("colour", 1)]);
    assert_eq!(asks("contract* AND rent"), "(contract* & rent)");
    assert_eq!(settled("c++ ~/x 5*3").hints.len(), 1);
}

#[test]
fn fields_are_conditions_and_no_words() {
    let parsed = settled("budget type:slides");
    assert_eq!(words(&parsed), ["budget"]);
    assert_eq!(parsed.meaning, "budget");
    assert_eq!(asks("ext:pdf"), "Some(Ending(\"pdf\"))");
    assert_eq!(asks("*.PDF"), "Some(Ending(\"pdf\"))");
    assert_eq!(asks("name:report"), "Name:report");
    assert_eq!(asks("author:\"Jane Doe\""), "Author:jane doe");
    assert_eq!(asks("-ext:pdf"), "!Some(Ending(\"pdf\"))");
    assert_eq!(
        asks("folder:/home/me/docs"),
        "Some(Below(\"/home/me/docs\"))"
    );
    assert_eq!(asks("lang:german"), "Some(Language(\"deu\"))");
    assert_eq!(
        asks("ext:(pdf OR docx)"),
        "(Some(Ending(\"pdf\")) | Some(Ending(\"docx\")))"
    );
    assert_eq!(asks("type: pdf"), "Some(Ending(\"pdf\"))");
    assert_eq!(
        chips("date:last month size>10MB type:slides"),
        ["date: last month", "size: >10MB", "type: slides"]
    );
    let tags = FileTest::Tags(vec![Tag::Ending("pdf".into()), Tag::Ending("docx".into())]);
    assert_eq!(
        settled("ext:pdf,.docx").condition,
        Some(Condition::File(tags))
    );
    let title = FileTest::Words {
        field: FileField::Title,
        words: vec!["contr".into()],
        is_prefix: true,
    };
    assert_eq!(
        settled("title:contr*").condition,
        Some(Condition::File(title))
    );
}

#[test]
fn a_mistake_is_a_hint_at_its_place_and_the_rest_is_searched() {
    for (query, span, rest) in [
        ("rent date:2024-02-31", (5, 20), "rent"),
        ("rent colour:red", (5, 11), "rent"),
        ("rent \"never closed", (5, 6), "rent"),
        ("(rent OR lease", (0, 1), "rent"),
        ("rent OR lease)", (13, 14), "rent"),
        ("OR rent", (0, 2), "rent"),
        ("größe rent OR", (11, 13), "rent"),
        ("rent size:huge", (5, 14), "rent"),
    ] {
        let parsed = settled(query);
        let spans: Vec<_> = parsed.hints.iter().map(|hint| hint.span).collect();
        assert_eq!(spans, [span], "{query}: {:?}", parsed.hints);
        assert!(words(&parsed).contains(&rest), "{query}");
    }
    // Not a field: an address, a path, a time, a name of code.
    for query in [
        "http://example.org",
        "C:\\docs",
        "12:30",
        "std::vec",
        "Subject: tomorrow",
    ] {
        assert!(settled(query).hints.is_empty(), "{query}");
    }
}

#[test]
fn what_is_still_being_typed_is_no_mistake() {
    for query in [
        "rent \"annual rep",
        "(rent OR",
        "date:",
        "date:20",
        "rent OR",
    ] {
        assert!(read(query, true).hints.is_empty(), "{query}");
    }
    assert_eq!(
        read("annual rep", true).words.prefix.as_deref(),
        Some("rep")
    );
    assert_eq!(read("annual rep ", true).words.prefix, None);
    assert_eq!(settled("annual rep").words.prefix, None);
    let letter = |query, typing| read(query, typing).words.letter;
    assert_eq!(letter("R", true).as_deref(), Some("r"));
    assert_eq!(
        [
            letter("annual r", true),
            letter("re", true),
            letter("r", false)
        ],
        [None, None, None]
    );
    assert_eq!(read("\"annual rep", true).condition, None);
    let begun = read("rent AND bud", true).condition;
    assert_eq!(begun.as_ref().map(short).as_deref(), Some("(rent & bud*)"));
}

#[test]
fn words_made_of_several_are_found_together_and_in_one() {
    let parsed = settled("GPT-4 getUserName 1,234.50");
    assert_eq!(parsed.words.phrases.len(), 3);
    assert!(words(&parsed).contains(&"getusername") && words(&parsed).contains(&"1234.50"));
    assert_eq!(
        asks("+getUserName"),
        "(\"getusername\" | \"get user name\")"
    );
    assert_eq!(asks("+東京都"), "\"東京 京都\"");
    assert_eq!(asks("+水"), "水*");
    assert_eq!(settled("水").words.prefixes, ["水"]);
}

#[test]
fn a_query_of_stop_words_is_still_a_query() {
    assert_eq!(
        words(&settled("to be or not to be")),
        ["to", "be", "or", "not"]
    );
    assert_eq!(words(&settled("the end of the war")), ["end", "war"]);
}

#[test]
fn an_endless_query_is_cut_with_a_hint() {
    assert_eq!(settled(&"word ".repeat(2_000)).hints.len(), 1);
    let many: Vec<String> = (0..500).map(|i| format!("w{i}")).collect();
    let parsed = settled(&many.join(" "));
    assert_eq!(parsed.words.terms.len(), MAX_QUERY_WORDS);
    assert_eq!(parsed.hints.len(), 2, "{:?}", parsed.hints);
}

#[test]
fn a_query_that_says_nothing_says_so() {
    for query in ["\"\"", "()", "???", "AND", "-", "🙂", "--", "\"", "*"] {
        let parsed = settled(query);
        assert!(
            parsed.is_empty() && parsed.meaning.is_empty(),
            "{query}: {parsed:?}"
        );
        assert_eq!(parsed.hints.len(), 1, "{query}: {:?}", parsed.hints);
    }
    assert!(settled("  ").hints.is_empty());
}

#[test]
fn what_must_hold_a_text_can_be_relaxed_and_the_rest_stays() {
    let relaxed = settled("\"annual report\" type:pdf -draft")
        .relaxed()
        .unwrap();
    assert_eq!(
        relaxed.condition.as_ref().map(short).unwrap(),
        "(Some(Ending(\"pdf\")) & !\"draft\")"
    );
    assert!(settled("type:pdf").relaxed().is_none());
}

#[test]
fn prose_has_no_operators_and_counts_its_words() {
    let parsed = parse_prose("a \"sparse matrix\" -like thing, matrix", &[]);
    assert_eq!(words(&parsed), ["sparse", "matrix", "like", "thing"]);
    assert_eq!(parsed.words.terms[1].n_times, 2);
    assert_eq!(parsed.condition, None);
}

/// Anything that may be typed, with much that means something.
fn queries() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,6}",
        "[a-z]{1,5}[*~:>]?[0-9]?",
        "[\"()+\\-*~:“»]{1,4}",
        "(name|date|size|type|is|has|folder|lang|ext):[^ ]{0,8}",
        Just(" OR ".to_owned()),
        Just(" AND NOT ".to_owned()),
        Just("\u{202e}\u{200f}\u{0}\u{feff}".to_owned()),
        Just("東京都 水 مَدْرَسَة".to_owned()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn anything_typed_is_understood_and_every_span_lies_in_it(query in queries(), typing: bool) {
        let parsed = read(&query, typing);
        let n = query.chars().count();
        let spans = parsed.hints.iter().map(|hint| hint.span).chain(parsed.chips.iter().map(|chip| chip.span));
        for (start, end) in spans {
            prop_assert!(start <= end && end <= n);
        }
        prop_assert!(typing || query.trim().is_empty() || !parsed.is_empty() || !parsed.hints.is_empty() || query.chars().all(super::lex::is_space));
    }

    #[test]
    fn taking_a_chip_out_of_the_query_takes_it_away(query in "(budget|\"annual report\"|-draft|type:pdf|rent\\*| ){1,6}") {
        let parsed = settled(&query);
        for chip in &parsed.chips {
            let kept: String = query.chars().enumerate()
                .filter(|(at, _)| *at < chip.span.0 || *at >= chip.span.1)
                .map(|(_, character)| character).collect();
            prop_assert!(settled(&kept).chips.len() < parsed.chips.len(), "{query} without {}", chip.text);
        }
    }

    #[test]
    fn deep_nesting_overflows_nothing(n in 0_usize..900) {
        let _ = settled(&format!("{}a OR b", "(".repeat(n)));
        let _ = settled(&format!("a OR {}b", "NOT ".repeat(n / 2)));
        let _ = settled(&format!("a OR {}b", "-(".repeat(n / 2)));
    }
}
