//! Notes made here: front matter, titles, and nesting without end.

use super::*;

fn line_of(text: &Text, words: &str) -> Option<u32> {
    text.position(text.text.find(words).unwrap()).line
}

#[test]
fn front_matter_gives_title_author_and_date_and_its_tags_are_text() {
    let yaml = "---\ntitle: \"The pier\"\nauthors:\n  - name: Ada\n  - Bob\ndate: 2024-03-01\n\
        tags: [harbour, ferry]\n---\n\n# Plans\n\nText.\n";
    let text = read(yaml);
    assert_eq!(text.title.as_deref(), Some("The pier"));
    assert_eq!(text.author.as_deref(), Some("Ada, Bob"));
    assert_eq!(text.written.as_deref(), Some("2024-03-01"));
    assert_eq!(text.text, "harbour, ferry\n\nPlans\n\nText.");
    assert_eq!(line_of(&text, "harbour"), Some(7));
    assert_eq!(line_of(&text, "Text."), Some(12));
    let toml = "+++\ntitle = 'Pier'\ndate = 2024-03-01T10:20:00Z\n+++\nText.\n";
    let text = read(toml);
    assert_eq!(text.title.as_deref(), Some("Pier"));
    assert_eq!(text.written.as_deref(), Some("2024-03-01T10:20:00Z"));
    assert_eq!(
        (text.text.as_str(), line_of(&text, "Text.")),
        ("Text.", Some(5))
    );
}

#[test]
fn rulers_are_no_front_matter() {
    let text = read("---\n\nA note between rulers.\n\n---\n\nMore.\n");
    assert_eq!(text.text, "A note between rulers.\n\nMore.");
    let open = read("---\ntitle: never closed\n\nStill text.\n");
    assert!(open.text.contains("Still text."), "{open:?}");
}

#[test]
fn a_title_may_stand_below_a_badge() {
    assert_eq!(
        read("![badge](x)\n\n# Pier\n").title.as_deref(),
        Some("Pier")
    );
}

#[test]
fn endless_nesting_is_read_as_plain_text() {
    for nested in [
        ">".repeat(50_000),
        "[".repeat(50_000),
        " ".repeat(50_000) + "- x",
    ] {
        let text = read(&format!("{nested}\n\nplanted\n"));
        assert_eq!(line_of(&text, "planted"), Some(3));
    }
    // A ruler of dashes is longer than anybody's quotes, and no reason to give up.
    assert_eq!(
        read(&format!("# Pier\n\n{}\n", "-".repeat(500))).text,
        "Pier"
    );
}

/// What is set how, as words.
fn set(source: &str) -> Vec<(String, Style)> {
    let text = read_with(source, true);
    assert_eq!(text.text, read(source).text, "asking changes no text");
    let words = |styled: &crate::document::Styled| {
        let words = text.text.get(styled.start..styled.end).unwrap();
        (words.to_owned(), styled.style.clone())
    };
    text.styles.iter().map(words).collect()
}

fn item(words: &str, depth: u8, sign: Option<&str>) -> (String, Style) {
    let sign = sign.map(str::to_owned);
    (words.to_owned(), Style::Item { depth, sign })
}

#[test]
fn lists_know_their_signs_and_how_deep_they_lie() {
    let source = "- first\n  - inner\n- [x] done\n\n3. three\n4. four\n\n   goes on\n";
    assert_eq!(
        set(source),
        [
            item("first", 1, Some("•")),
            item("inner", 2, Some("•")),
            item("done", 1, Some("☑")),
            item("three", 1, Some("3.")),
            item("four", 1, Some("4.")),
            item("goes on", 1, None),
        ]
    );
}

#[test]
fn words_are_set_where_they_stand_and_links_lead_nowhere() {
    let source =
        "\n\nA *small* [pier](https://example.org) in `Kiel` and ~~not~~ **very *old***.\n";
    let words = set(source);
    let expect = |words: &str, style: Style| (words.to_owned(), style);
    assert_eq!(
        words,
        [
            expect("small", Style::Emphasis),
            expect("pier", Style::Link),
            expect("Kiel", Style::Code),
            expect("not", Style::Struck),
            expect("old", Style::Emphasis),
            expect("very old", Style::Strong),
        ]
    );
}

#[test]
fn quotes_code_and_cells_are_told_apart() {
    let cell = |words: &str, row, column, is_name| {
        (
            words.to_owned(),
            Style::Cell {
                row,
                column,
                is_name,
            },
        )
    };
    let source = "> said\n\n```rust\nlet a = 1;\n```\n\n| Ship | Port |\n|---|---|\n| Aurora | |\n| B | Kiel |\n\nAfter.\n";
    assert_eq!(
        set(source),
        [
            ("said".to_owned(), Style::Quote { depth: 1 }),
            ("let a = 1;".to_owned(), Style::CodeBlock),
            cell("Ship", 0, 0, true),
            cell("Port", 0, 1, true),
            cell("Aurora", 1, 0, false),
            cell("B", 2, 0, false),
            cell("Kiel", 2, 1, false),
        ]
    );
}
