//! A line of LaTeX as somebody would read it.
//!
//! Pure; knows which commands have arguments that nobody reads, and how letters with accents are
//! written. Formulas between dollars stay as they are.

use unicode_normalization::char::compose;

/// Commands whose arguments are no text.
const WITHOUT_TEXT: [&str; 27] = [
    "addtocounter",
    "begin",
    "bibliographystyle",
    "color",
    "documentclass",
    "end",
    "geometry",
    "hspace",
    "hypersetup",
    "includegraphics",
    "input",
    "label",
    "linespread",
    "newcommand",
    "newenvironment",
    "newtheorem",
    "pagenumbering",
    "pagestyle",
    "renewcommand",
    "setcounter",
    "setlength",
    "textcolor",
    "thispagestyle",
    "usepackage",
    "usetikzlibrary",
    "vspace",
    "vspace*",
];
/// Environments whose lines are kept as they stand.
const VERBATIM: [&str; 16] = [
    "verbatim",
    "lstlisting",
    "minted",
    "equation",
    "equation*",
    "align",
    "align*",
    "gather",
    "gather*",
    "multline",
    "multline*",
    "displaymath",
    "eqnarray",
    "eqnarray*",
    "math",
    "alltt",
];

/// What ends the block that begins on this line, if its lines are kept.
pub(super) fn is_verbatim(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("\\begin{")?;
    let (name, rest) = rest.split_once('}')?;
    let end = format!("\\end{{{name}}}");
    (VERBATIM.contains(&name) && !rest.contains(&end)).then_some(end)
}

/// Up to a `%` that is not escaped.
pub(super) fn without_comment(line: &str) -> &str {
    let mut is_escaped = false;
    for (at, character) in line.char_indices() {
        match character {
            '\\' => is_escaped = !is_escaped,
            '%' if !is_escaped => return line.get(..at).unwrap_or_default(),
            _ => is_escaped = false,
        }
    }
    line
}

/// Without commands and braces, with the letters that they stand for.
pub(super) fn readable(line: &str) -> String {
    let mut read = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        rest = match character {
            '\\' => command(after, &mut read),
            '$' => formula(after, &mut read),
            '{' | '}' => after,
            '~' => pushed(' ', after, &mut read),
            '&' => pushed('\t', after, &mut read),
            '`' | '\'' if after.starts_with(character) => {
                pushed('"', after.get(1..).unwrap_or_default(), &mut read)
            }
            '-' if after.starts_with("--") => {
                pushed('—', after.get(2..).unwrap_or_default(), &mut read)
            }
            '-' if after.starts_with('-') => {
                pushed('–', after.get(1..).unwrap_or_default(), &mut read)
            }
            _ => pushed(character, after, &mut read),
        };
    }
    read
}

fn pushed<'a>(character: char, rest: &'a str, read: &mut String) -> &'a str {
    read.push(character);
    rest
}

/// Copies a formula up to its end, which is the line's at the latest.
fn formula<'a>(rest: &'a str, read: &mut String) -> &'a str {
    let end = rest.find('$').map_or(rest.len(), |at| at + 1);
    let (formula, rest) = rest.split_at(end);
    read.push('$');
    read.push_str(formula);
    rest
}

/// What follows a backslash.
fn command<'a>(rest: &'a str, read: &mut String) -> &'a str {
    let Some(sign) = rest.chars().next() else {
        return rest;
    };
    if !sign.is_ascii_alphabetic() {
        let after = rest.get(sign.len_utf8()..).unwrap_or_default();
        return match sign {
            '\\' | ' ' | ',' | ';' | ':' | '/' | '!' => pushed(' ', after, read),
            '(' | ')' | '[' | ']' | '-' => after,
            _ => match accent(sign) {
                Some(mark) => accented(after, mark, read),
                None => pushed(sign, after, read),
            },
        };
    }
    let end = rest
        .find(|character: char| !character.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if let Some(letter) = letter(name) {
        read.push_str(letter);
        return after
            .strip_prefix("{}")
            .or_else(|| after.strip_prefix(' '))
            .unwrap_or(after);
    }
    let mark = match name {
        "c" => Some('\u{327}'),
        "v" => Some('\u{30c}'),
        "u" => Some('\u{306}'),
        "H" => Some('\u{30b}'),
        "k" => Some('\u{328}'),
        _ => None,
    };
    if let Some(mark) = mark {
        return accented(after.trim_start(), mark, read);
    }
    let after = after.strip_prefix('*').unwrap_or(after);
    if WITHOUT_TEXT.contains(&name) {
        return without_arguments(after, if name == "textcolor" { 1 } else { 4 });
    }
    // Its words follow in braces; options are none.
    without_option(after)
}

fn accent(sign: char) -> Option<char> {
    Some(match sign {
        '"' => '\u{308}',
        '\'' => '\u{301}',
        '`' => '\u{300}',
        '^' => '\u{302}',
        '~' => '\u{303}',
        '=' => '\u{304}',
        '.' => '\u{307}',
        _ => return None,
    })
}

fn letter(name: &str) -> Option<&'static str> {
    Some(match name {
        "ss" => "ß",
        "ae" => "æ",
        "AE" => "Æ",
        "oe" => "œ",
        "o" => "ø",
        "O" => "Ø",
        "aa" => "å",
        "AA" => "Å",
        "l" => "ł",
        "L" => "Ł",
        "i" => "i",
        "textbackslash" => "\\",
        "ldots" | "dots" => "…",
        "LaTeX" => "LaTeX",
        "TeX" => "TeX",
        "today" => "",
        _ => return None,
    })
}

/// A letter, in braces or not, with its mark.
fn accented<'a>(rest: &'a str, mark: char, read: &mut String) -> &'a str {
    let inner = rest.strip_prefix('{').unwrap_or(rest);
    let inner = inner
        .strip_prefix('\\')
        .filter(|inner| inner.starts_with('i'))
        .unwrap_or(inner);
    let Some(letter) = inner.chars().next().filter(|letter| letter.is_alphabetic()) else {
        return rest;
    };
    match compose(letter, mark) {
        Some(composed) => read.push(composed),
        None => read.extend([letter, mark]),
    }
    let after = inner.get(letter.len_utf8()..).unwrap_or_default();
    if rest.starts_with('{') {
        after.strip_prefix('}').unwrap_or(after)
    } else {
        after
    }
}

fn without_option(rest: &str) -> &str {
    match rest
        .strip_prefix('[')
        .and_then(|option| option.split_once(']'))
    {
        Some((_, after)) => after,
        None => rest,
    }
}

fn without_arguments(rest: &str, n_at_most: usize) -> &str {
    let mut rest = without_option(rest);
    for _ in 0..n_at_most {
        let Some(argument) = rest.strip_prefix('{') else {
            break;
        };
        let mut depth = 1;
        let end = argument.find(|character: char| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        rest = match end {
            Some(end) => argument.get(end + 1..).unwrap_or_default(),
            None => "",
        };
        rest = without_option(rest);
    }
    rest
}
