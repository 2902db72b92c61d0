//! Titles that say nothing: what programs write into a document that was given no title.
//!
//! Pure; applied to whatever any reader takes for a title, so that no format needs to know them.
//! Invariant: what a person may have written as a title stays.

/// Whole titles, in lower case, without a number at their end.
const EMPTY: [&str; 20] = [
    "untitled",
    "untitled document",
    "untitled presentation",
    "untitled spreadsheet",
    "untitled form",
    "(untitled)",
    "(anonymous)",
    "anonymous",
    "(unspecified)",
    "unspecified",
    "unknown",
    "no title",
    "title",
    "null",
    "document",
    "dokument",
    "unbenannt",
    "sans titre",
    "powerpoint presentation",
    "powerpoint-präsentation",
];
/// A title that ends so is the name of the file that it was made from.
const FILE_ENDINGS: [&str; 18] = [
    ".doc", ".docx", ".dvi", ".fm", ".htm", ".html", ".indd", ".odt", ".pdf", ".pmd", ".ppt",
    ".pptx", ".ps", ".qxd", ".rtf", ".tex", ".xls", ".xlsx",
];

/// A title, if it says something.
pub(super) fn telling(title: Option<String>) -> Option<String> {
    title.filter(|title| tells(title))
}

fn tells(title: &str) -> bool {
    let title = title.trim().to_lowercase();
    // `Document1`, `untitled-2`, `Untitled (3)`.
    let bare =
        title.trim_end_matches(|sign: char| sign.is_ascii_digit() || " -_()#.".contains(sign));
    let has_letters = title.chars().any(char::is_alphanumeric);
    let says_nothing = EMPTY.contains(&title.as_str())
        || EMPTY.contains(&bare)
        || is_program_and_name(&title)
        || is_file(&title);
    has_letters && !says_nothing
}

fn is_file(title: &str) -> bool {
    FILE_ENDINGS.iter().any(|ending| title.ends_with(ending))
}

/// Word's own way to print, whatever name follows.
fn is_program_and_name(title: &str) -> bool {
    title.starts_with("microsoft ") && title.contains(" - ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_is_no_title() {
        for title in [
            "untitled",
            "Untitled-1",
            "(anonymous)",
            "Microsoft Word - Document3",
            "Microsoft Word - Angebot Müller.doc",
            "Microsoft PowerPoint - Kickoff",
            "report_final.dvi",
            "Dokument1",
            "Unbenannt 2",
            "PowerPoint Presentation",
            "  ",
            "---",
        ] {
            assert!(!tells(title), "{title}");
        }
    }

    #[test]
    fn what_a_person_may_have_written_stays() {
        for title in [
            "The Untitled Project",
            "Anonymous letters of the eighteenth century",
            "Microsoft Word for beginners",
            "Document 7 of the council",
            "1984",
            "京都の計画",
            "Title IX",
            "Print shop prices",
            "Version 2.0",
        ] {
            assert!(tells(title), "{title}");
        }
    }
}
