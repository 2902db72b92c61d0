//! What a model has no business to write, taken out of what it wrote: marks such as `[2]`, page numbers,
//! numbers of passages, and the marks around passages.
//!
//! Pure. Invariant: nothing but these goes, and what ends a sentence stays.

/// Words that a number of a place follows.
const BEFORE: &[&str] = &[
    "page",
    "pages",
    "p.",
    "pp.",
    "slide",
    "slides",
    "sheet",
    "passage",
    "passages",
    "source",
    "sources",
    "document",
    "seite",
    "seiten",
    "s.",
    "folie",
    "abschnitt",
    "quelle",
];

/// Words that lead to such a place.
const JOINERS: &[&str] = &[
    "on", "see", "at", "in", "from", "auf", "siehe", "of", "to", "per",
];

/// A written text without what a model has no business to write: marks such as `[2]`, page numbers,
/// numbers of passages, and the marks around passages.
pub(super) fn without_references(text: &str) -> String {
    let text = without_passage_marks(text);
    let mut kept: Vec<String> = Vec::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let blank: String = word.chars().filter(|c| c.is_whitespace()).collect();
        let word = word.trim();
        let (bare, tail) = split_tail(word);
        let bare = bare.trim_start_matches(['(', '[']);
        let is_number = !bare.is_empty()
            && bare
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | ','));
        let is_mark = word.starts_with(['[', '('])
            && is_number
            && word.contains([']', ')'])
            && word.starts_with('[');
        let last = kept
            .last()
            .map(|last| last.trim().trim_start_matches(['(', '[']).to_lowercase());
        let names_place = last.as_deref().is_some_and(|last| BEFORE.contains(&last));
        if is_mark || (is_number && names_place) {
            if names_place {
                kept.pop();
                while kept.last().is_some_and(|last| {
                    JOINERS.contains(&last.trim().trim_start_matches('(').to_lowercase().as_str())
                }) {
                    kept.pop();
                }
            }
            // What ends the sentence stays at the word before.
            let end: String = tail
                .chars()
                .filter(|c| !matches!(c, ']' | ')' | '(' | '['))
                .collect();
            if let Some(last) = kept.last_mut() {
                let end = if last.trim_end().ends_with(&end) {
                    ""
                } else {
                    end.as_str()
                };
                *last = format!("{}{end}{blank}", last.trim_end());
            }
            continue;
        }
        kept.push(format!("{}{blank}", without_marks(word)));
    }
    kept.concat().trim().to_owned()
}

/// `<passage 2 of note.txt>` and `</passage>`, as they stand in the prompt.
fn without_passage_marks(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = ["<passage", "</passage"]
        .iter()
        .filter_map(|mark| rest.find(mark))
        .min()
    {
        kept.push_str(&rest[..at]);
        rest = rest[at..].split_once('>').map_or("", |(_, after)| after);
    }
    kept + rest
}

/// Marks that stick to a word, `so[1][2].`, and the same in full width.
fn without_marks(word: &str) -> String {
    let mut kept = String::new();
    let mut rest = word;
    while let Some(open) = rest.find('[') {
        let inside = &rest[open + 1..];
        match inside.find(']') {
            Some(close)
                if close > 0
                    && inside[..close]
                        .chars()
                        .all(|c| c.is_ascii_digit() || matches!(c, ',' | ' ' | '-')) =>
            {
                kept.push_str(&rest[..open]);
                rest = &inside[close + 1..];
            }
            _ => {
                kept.push_str(&rest[..=open]);
                rest = inside;
            }
        }
    }
    kept + rest
}

/// A word, and the marks that end it.
fn split_tail(word: &str) -> (&str, &str) {
    let bare = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
    (bare, &word[bare.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_writes_of_pages_and_passages_is_taken_out() {
        for (written, kept) in [
            ("The rent is 900 euros [1].", "The rent is 900 euros."),
            ("The rent is 900 euros[1][2].", "The rent is 900 euros."),
            ("The rent is 900 euros (page 12).", "The rent is 900 euros."),
            (
                "The rent, see page 12, is 900 euros.",
                "The rent, is 900 euros.",
            ),
            (
                "As said on p. 4 the rent is due.",
                "As said the rent is due.",
            ),
            ("Die Miete steht auf Seite 3.", "Die Miete steht."),
            (
                "<passage 5 of a.pptx>\nThe rent is due. </passage>",
                "The rent is due.",
            ),
            ("In 2019 it was 12 euros.", "In 2019 it was 12 euros."),
            ("An array a[i] stays.", "An array a[i] stays."),
        ] {
            assert_eq!(without_references(written), kept);
        }
    }
}
