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
