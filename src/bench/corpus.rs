//! A folder of made-up files, as people have them: names, sizes, kinds, folders.
//!
//! Notes, pages, mails, tables and source code, all of them text, so that other programs can be
//! measured beside. A file depends on the seed and its number alone: a larger corpus holds the
//! smaller one, and a corpus that is there already is completed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::words::Random;

/// Median and spread of the files' sizes in bytes, and the largest. A million files make about two
/// million passages.
const MEDIAN_BYTES: f64 = 1_600.0;
const SPREAD: f64 = 1.0;
const MAX_BYTES: f64 = 400_000.0;
/// Files of a folder, and folders of a folder.
const N_TOGETHER: u64 = 60;

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// Number of files.
    pub n_files: u64,
    /// Their bytes.
    pub n_bytes: u64,
}

/// Makes `n_files` files in `folder`.
pub fn make(folder: &Path, n_files: u64, seed: u64) -> io::Result<Made> {
    let mut made = Made::default();
    for number in 0..n_files {
        let (path, content) = file(number, seed);
        let path = folder.join(path);
        if number % N_TOGETHER == 0
            && let Some(above) = path.parent()
        {
            fs::create_dir_all(above)?;
        }
        made.n_files += 1;
        made.n_bytes += content.len() as u64;
        fs::write(path, content)?;
    }
    Ok(made)
}

/// The path below the folder, and the content, of one file.
fn file(number: u64, seed: u64) -> (PathBuf, String) {
    let mut random = Random::new(seed.wrapping_mul(1 << 40).wrapping_add(number));
    let n_bytes = random.around(MEDIAN_BYTES, SPREAD).min(MAX_BYTES) as usize;
    let title = random.words(3, " ");
    let (extension, content) = match random.below(100) {
        0..40 => ("txt", plain(&mut random, n_bytes)),
        40..65 => ("md", markdown(&mut random, &title, n_bytes)),
        65..80 => ("html", page(&mut random, &title, n_bytes)),
        80..90 => ("eml", mail(&mut random, &title, n_bytes)),
        90..97 => ("py", code(&mut random, n_bytes)),
        _ => ("csv", table(&mut random, n_bytes)),
    };
    let name = match number % 3 {
        0 => title.replace(' ', "-"),
        1 => title.replace(' ', "_"),
        _ => title,
    };
    let path = above(number, seed).join(format!("{name} {number}.{extension}"));
    (path, content)
}

/// Neighbours share a folder, and neighbouring folders one above.
fn above(number: u64, seed: u64) -> PathBuf {
    let (inner, outer) = (number / N_TOGETHER, number / N_TOGETHER / N_TOGETHER);
    let named = |level: u64, number: u64| {
        let mut random = Random::new(seed ^ ((level + 1) << 50) ^ number);
        format!("{} {number}", random.words(2, " "))
    };
    Path::new(&named(0, outer)).join(named(1, inner))
}

fn plain(random: &mut Random, n_bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < n_bytes {
        let room = (n_bytes - text.len()).min(200 + random.below(900) as usize);
        text.push_str(random.paragraph(room).trim_end());
        text.push_str("\n\n");
    }
    text
}

fn markdown(random: &mut Random, title: &str, n_bytes: usize) -> String {
    let mut text = format!("# {title}\n\n");
    while text.len() < n_bytes {
        match random.below(6) {
            0 => text.push_str(&format!("## {}\n\n", random.words(3, " "))),
            1 => text.push_str(&format!(
                "- {}\n- {}\n\n",
                random.words(6, " "),
                random.words(4, " ")
            )),
            _ => {
                let room = (n_bytes - text.len()).min(200 + random.below(900) as usize);
                text.push_str(&format!("{}\n\n", random.paragraph(room).trim_end()));
            }
        }
    }
    text
}

fn page(random: &mut Random, title: &str, n_bytes: usize) -> String {
    let body = plain(random, n_bytes.saturating_sub(200));
    let paragraphs = body.trim_end().replace("\n\n", "</p>\n<p>");
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body><h1>{title}</h1>\n<p>{paragraphs}</p>\n</body></html>\n"
    )
}

fn mail(random: &mut Random, title: &str, n_bytes: usize) -> String {
    let (from, to) = (random.words(2, "."), random.words(2, "."));
    let (day, month) = (1 + random.below(28), random.below(12) as usize);
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let body = plain(random, n_bytes.saturating_sub(250));
    format!(
        "From: {from}@example.org\nTo: {to}@example.org\nSubject: {title}\n\
         Date: {day} {} 2025 10:{:02}:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\n\n{body}",
        months[month],
        random.below(60)
    )
}

fn code(random: &mut Random, n_bytes: usize) -> String {
    let mut text = format!("\"\"\"{}\"\"\"\n", random.paragraph(60).trim_end());
    while text.len() < n_bytes {
        let (name, one, other) = (random.words(2, "_"), random.word(30), random.word(30));
        text.push_str(&format!(
            "\n\ndef {name}({one}, {other}=None):\n    \"\"\"{}\"\"\"\n    if {other} is None:\n        \
             {other} = {}\n    return {one}.{}({other})\n",
            random.paragraph(60).trim_end(),
            random.below(1_000),
            random.word(30)
        ));
    }
    text
}

fn table(random: &mut Random, n_bytes: usize) -> String {
    let mut text = format!("{}\n", random.words(5, ","));
    while text.len() < n_bytes {
        text.push_str(&format!(
            "{},{},{},{}.{:02},2025-{:02}-{:02}\n",
            random.below(100_000),
            random.words(2, " "),
            random.word(100),
            random.below(5_000),
            random.below(100),
            1 + random.below(12),
            1 + random.below(28)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn contents(n_files: u64, seed: u64) -> BTreeMap<PathBuf, String> {
        (0..n_files).map(|number| file(number, seed)).collect()
    }

    #[test]
    fn a_larger_corpus_of_the_same_seed_holds_the_smaller_one() {
        let (small, large) = (contents(50, 3), contents(400, 3));
        assert_eq!(large.len(), 400, "no two files have one path");
        assert!(
            small
                .iter()
                .all(|(path, content)| large.get(path) == Some(content))
        );
        assert!(small.keys().all(|path| !contents(50, 4).contains_key(path)));
    }

    #[test]
    fn files_are_of_several_kinds_and_lie_in_folders_of_folders() {
        let folder = tempfile::tempdir().unwrap();
        let made = make(folder.path(), 200, 1).unwrap();
        assert_eq!(made, make(folder.path(), 200, 1).unwrap());
        let files = contents(200, 1);
        for kind in ["txt", "md", "html", "eml", "py", "csv"] {
            assert!(
                files
                    .keys()
                    .any(|path| path.extension().is_some_and(|end| end == kind))
            );
        }
        for (path, content) in &files {
            assert_eq!(path.components().count(), 3);
            assert_eq!(
                &fs::read_to_string(folder.path().join(path)).unwrap(),
                content
            );
        }
        assert_eq!(
            made.n_bytes,
            files
                .values()
                .map(|content| content.len() as u64)
                .sum::<u64>()
        );
    }
}
