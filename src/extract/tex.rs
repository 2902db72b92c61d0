//! LaTeX: its text without commands, headings, and formulas as they are written.
//!
//! Goes line by line, so that lines count; it knows no macros. Of the preamble only title, author
//! and date are read. Invariant: a command that is not known loses its name, never its words.

mod line;

use line::{is_verbatim, readable, without_comment};

use super::{Failure, Input, finished, lines::Part, plain, written};
use crate::document::{Mark, Text};

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let source = plain::clean(&plain::decode(input.bytes()));
    let begin = "\\begin{document}";
    let (preamble, body) = match source.find(begin) {
        Some(at) => source.split_at(at),
        None => ("", source.as_str()),
    };
    let first_line = preamble.matches('\n').count() as u32 + 1;
    let mut text = Text::default();
    for (at, line) in preamble.lines().enumerate() {
        about(line, at as u32 + 1, &mut text);
    }
    let mut part = Part::default();
    let mut verbatim = None;
    for (line, number) in body.lines().zip(first_line..) {
        if let Some(end) = &verbatim {
            if line.contains(end) {
                verbatim = None;
                part.push("", number);
            } else {
                part.push(line, number);
            }
            continue;
        }
        if line.contains("\\end{document}") {
            break;
        }
        let line = without_comment(line);
        verbatim = is_verbatim(line);
        if let Some((level, title)) = heading(line) {
            part.end(&mut text);
            let mark = Mark {
                line: Some(number),
                heading: Some(level),
                ..Mark::default()
            };
            text.push(readable(title).trim(), mark);
        } else if !about(line, number, &mut text) {
            part.push(readable(line).trim_end(), number);
        }
        if text.text.len() > input.max_text_bytes {
            break;
        }
    }
    part.end(&mut text);
    finished(text, input)
}

/// Notes title, author and date, and says whether the line was one of these.
fn about(line: &str, number: u32, text: &mut Text) -> bool {
    let line = line.trim_start();
    if let Some(title) = argument(line, "\\title") {
        let title = readable(title).trim().to_owned();
        let mark = Mark {
            line: Some(number),
            heading: Some(1),
            ..Mark::default()
        };
        text.push(&title, mark);
        text.title = Some(title).filter(|title| !title.is_empty());
    } else if let Some(author) = argument(line, "\\author") {
        let author = readable(&author.replace("\\and", ",")).trim().to_owned();
        text.author = Some(author).filter(|author| !author.is_empty());
    } else if let Some(date) = argument(line, "\\date") {
        text.written = written::iso(&readable(date));
    } else {
        return false;
    }
    true
}

/// Level and title of `\section*[short]{title}` and the like.
fn heading(line: &str) -> Option<(u8, &str)> {
    let line = line.trim_start();
    let levels = [
        ("\\part", 1),
        ("\\chapter", 1),
        ("\\section", 2),
        ("\\subsection", 3),
        ("\\subsubsection", 4),
    ];
    let mut levels = levels.into_iter();
    levels.find_map(|(name, level)| Some((level, argument(line, name)?)))
}

/// What stands in the braces behind a command, up to the end of the line at most.
fn argument<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(name)?;
    let rest = rest.strip_prefix('*').unwrap_or(rest).trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(short) => short.split_once(']')?.1,
        None => rest,
    };
    let rest = rest.strip_prefix('{')?;
    let mut depth = 1;
    for (at, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return rest.get(..at);
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::input;

    const ARTICLE: &str = "\\documentclass[a4]{article}\n\\usepackage{secretpackage}\n\
        \\title{On \\emph{Tides}}\n\\author{Ada \\and Bob}\n\\date{1 March 2024}\n\
        \\begin{document}\n\\maketitle\n\n\\section*{Ebb} \\label{sec:ebb}\n\
        The moon is 50\\% full. % a comment\nGr\\\"o\\ss{}e caf\\'{e} -- ``so''~far $a_{1} \\le b$.\n\n\
        \\begin{itemize}\n\\item first\n\\end{itemize}\n\
        \\begin{equation}\n  e = mc^{2}\n\\end{equation}\n\
        \\begin{tabular}{ll}\na & b \\\\\n\\end{tabular}\nLast.\n\\end{document}\nbehind\n";

    #[test]
    fn text_headings_and_formulas_are_kept_and_commands_are_not() {
        let text = parse(&input("a.tex", ARTICLE.as_bytes())).unwrap();
        assert_eq!(text.title.as_deref(), Some("On Tides"));
        assert_eq!(text.author.as_deref(), Some("Ada , Bob"));
        assert_eq!(text.written.as_deref(), Some("2024-03-01"));
        for part in [
            "The moon is 50% full.\nGröße café – \"so\" far $a_{1} \\le b$.",
            "first",
            "  e = mc^{2}",
            "a \t b",
        ] {
            assert!(text.text.contains(part), "{part:?} in {:?}", text.text);
        }
        for word in [
            "secretpackage",
            "comment",
            "sec:ebb",
            "itemize",
            "behind",
            "article",
        ] {
            assert!(!text.text.contains(word), "{word} in {:?}", text.text);
        }
        let line = |words: &str| text.position(text.text.find(words).unwrap()).line;
        assert_eq!(
            (line("Ebb"), line("first"), line("Last")),
            (Some(9), Some(14), Some(22))
        );
        let headings: Vec<_> = text.marks.iter().filter_map(|mark| mark.heading).collect();
        assert_eq!(headings, [1, 2]);
    }

    #[test]
    fn broken_and_endless_commands_are_read_as_far_as_they_go() {
        for source in [
            "\\section{never closed",
            "\\",
            "a \\",
            "\\begin{verbatim}\nkept",
            "\\'",
            "x\\label{",
        ] {
            let _ = parse(&input("a.tex", source.as_bytes()));
        }
        let deep = "{\\emph".repeat(100_000) + " deep";
        assert_eq!(
            parse(&input("a.tex", deep.as_bytes())).unwrap().text.trim(),
            "deep"
        );
    }
}
