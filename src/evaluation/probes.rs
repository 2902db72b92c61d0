//! Questions about a folder with the files that answer them: what comes first, and is it right?
//!
//! Reads them from a table (`tests/it/probes/made.tsv` says what its columns mean), asks each as a
//! person would, through the engine's face, and measures every stage alone and together. Knows
//! nothing of collections. Start reading at [`ask`].

use std::{collections::BTreeSet, path::Path};

use super::{Error, Result, collection::lines, metrics::separation, stages::each_stage};
use crate::{
    dirs::Dirs,
    engine::Engine,
    search::{SearchResult, SearchResults},
    store::FileRow,
};

/// Results that are looked at.
pub const DEPTH: usize = 5;

/// Which half of the questions one belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// To choose by.
    Tune,
    /// To tell of.
    Report,
}

impl Half {
    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Tune, Self::Report]
            .into_iter()
            .find(|half| half.name() == name)
    }

    /// As it stands in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tune => "tune",
            Self::Report => "report",
        }
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Its id.
    pub id: String,
    /// What is hard about it.
    pub category: String,
    /// Its half.
    pub half: Half,
    /// As typed.
    pub query: String,
    /// Files that are wanted, each by one or more paths of which any will do; none where nothing
    /// answers.
    pub wanted: Vec<Vec<String>>,
    /// Where in a file the answer stands.
    pub place: Option<Place>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The passage says this.
    Words(String),
    /// It begins on this page.
    Page(u32),
}

/// What a stage made of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Share of the wanted files among the first five and the versions folded into them.
    pub recall_at_5: f64,
    /// The first is a wanted one.
    pub top_1: bool,
    /// One of the five is a wanted file with the passage at the place; `None` without a place.
    pub place_at_5: Option<bool>,
    /// The first's score; `None` without results.
    pub top_score: Option<f64>,
    /// The paths of the five, below the folder.
    pub paths: Vec<String>,
}

/// Every stage's answers, each in the order of the questions.
#[derive(Debug)]
pub struct Report {
    /// The questions.
    pub probes: Vec<Probe>,
    /// `words`, `meaning`, `hybrid`, and `rerank` where there is a reranker.
    pub stages: Vec<(&'static str, Vec<Answer>)>,
}

/// A stage's means over some questions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Of questions that have an answer, the mean share of the wanted files among the first five.
    pub recall_at_5: f64,
    /// Their share whose first result is a wanted file.
    pub top_1: f64,
    /// Of those with a place, the share that was shown there.
    pub place_at_5: Option<f64>,
}

/// Reads the questions in a table.
pub fn read(path: &Path) -> Result<Vec<Probe>> {
    let mut probes = Vec::new();
    let mut is_head = true;
    for line in lines(path)? {
        let (number, line) = line?;
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if std::mem::take(&mut is_head) {
            continue;
        }
        probes.push(probe(&line).map_err(|reason| Error::malformed(path, number, reason))?);
    }
    Ok(probes)
}

fn probe(line: &str) -> std::result::Result<Probe, &'static str> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [id, category, half, query, files, place] = fields[..] else {
        return Err("six columns are wanted: id, category, half, query, files, place");
    };
    let half = Half::named(half).ok_or("a half is `tune` or `report`")?;
    let wanted = match files {
        "-" => Vec::new(),
        _ => files
            .split(" & ")
            .map(|any| any.split('|').map(str::to_owned).collect())
            .collect(),
    };
    let place = match place.strip_prefix("page ").map(str::parse) {
        Some(page) => Some(Place::Page(page.map_err(|_| "a page is a number")?)),
        None if place == "-" => None,
        None => Some(Place::Words(folded(place))),
    };
    Ok(Probe {
        id: id.into(),
        category: category.into(),
        half,
        query: query.into(),
        wanted,
        place,
    })
}

/// Small letters and single spaces: where a line breaks in a file is no matter.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Indexes the folder into a library at `work`, found again there by a later call, and asks all.
pub async fn ask(probes: Vec<Probe>, folder: &Path, work: &Path, dirs: &Dirs) -> Result<Report> {
    let engine = Engine::open(dirs.with_library(work.join("library"))).await?;
    let folder = engine.add_folder(folder).await?;
    engine.settle().await?;
    let queries = probes.iter().map(|probe| probe.query.as_str());
    let judge = |i: usize, found: &SearchResults| {
        let probe = probes.get(i);
        probe.map(|probe| answer(probe, found, &folder))
    };
    let stages = each_stage(&engine, queries, DEPTH, judge).await?;
    let stages = stages
        .into_iter()
        .map(|(stage, answers)| (stage, answers.into_iter().flatten().collect()))
        .collect();
    engine.close().await;
    Ok(Report { probes, stages })
}

fn answer(probe: &Probe, found: &SearchResults, folder: &Path) -> Answer {
    let rows: Vec<Row> = found
        .results
        .iter()
        .map(|result| Row::of(result, folder))
        .collect();
    let is_wanted = |row: &Row| probe.wanted.iter().any(|any| has(&row.front, any));
    let is_found = |any: &&Vec<String>| {
        let mut rows = rows.iter();
        rows.any(|row| has(&row.front, any) || has(&row.folded, any))
    };
    let n_found = probe.wanted.iter().filter(is_found).count();
    Answer {
        recall_at_5: n_found as f64 / probe.wanted.len().max(1) as f64,
        top_1: rows.first().is_some_and(is_wanted),
        place_at_5: probe.place.as_ref().map(|place| {
            let mut shown = rows.iter().zip(&found.results);
            shown.any(|(row, result)| is_wanted(row) && shows(result, place))
        }),
        top_score: found.results.first().map(|result| result.score),
        paths: rows
            .into_iter()
            .filter_map(|row| row.front.into_iter().next())
            .collect(),
    }
}

/// The paths of a result below the folder, with `/`.
struct Row {
    /// It and its copies.
    front: Vec<String>,
    /// Older versions that are folded into it: found, but not in front.
    folded: Vec<String>,
}

impl Row {
    fn of(result: &SearchResult, folder: &Path) -> Self {
        let below = |file: &FileRow| {
            let path = file.seen.path.to_path();
            let below = path.strip_prefix(folder).unwrap_or(&path);
            below.to_string_lossy().replace('\\', "/")
        };
        let front = std::iter::once(&result.file).chain(&result.copies);
        Self {
            front: front.map(below).collect(),
            folded: result.versions.iter().map(below).collect(),
        }
    }
}

fn has(paths: &[String], any: &[String]) -> bool {
    any.iter()
        .any(|wanted| paths.iter().any(|path| is_at(wanted, path)))
}

/// A path is at a wanted one if it is that, or lies in it: in a folder, an archive, a mail.
fn is_at(wanted: &str, path: &str) -> bool {
    match path.strip_prefix(wanted.trim_end_matches('/')) {
        Some(rest) => rest.is_empty() && !wanted.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

fn shows(result: &SearchResult, place: &Place) -> bool {
    match place {
        Place::Words(words) => folded(&result.text).contains(words.as_str()),
        Place::Page(page) => {
            let shown = result.passage.as_ref();
            shown.is_some_and(|passage| passage.position.page == Some(*page))
        }
    }
}

impl Report {
    /// The categories, in the order of the questions.
    pub fn categories(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let categories = self.probes.iter().map(|probe| probe.category.as_str());
        categories
            .filter(|category| seen.insert(*category))
            .collect()
    }

    /// How many questions with an answer there are of a half and a category; of all with `None`.
    pub fn n(&self, half: Option<Half>, category: Option<&str>) -> usize {
        let chosen = self
            .probes
            .iter()
            .filter(|probe| is_chosen(probe, half, category));
        chosen.filter(|probe| !probe.wanted.is_empty()).count()
    }

    /// A stage's means over those; `None` where there are none.
    pub fn figures(
        &self,
        answers: &[Answer],
        half: Option<Half>,
        category: Option<&str>,
    ) -> Option<Figures> {
        let chosen: Vec<&Answer> = self
            .probes
            .iter()
            .zip(answers)
            .filter(|(probe, _)| is_chosen(probe, half, category) && !probe.wanted.is_empty())
            .map(|(_, answer)| answer)
            .collect();
        let places: Vec<bool> = chosen
            .iter()
            .filter_map(|answer| answer.place_at_5)
            .collect();
        Some(Figures {
            recall_at_5: mean(chosen.iter().map(|answer| answer.recall_at_5))?,
            top_1: mean(
                chosen
                    .iter()
                    .map(|answer| f64::from(u8::from(answer.top_1))),
            )?,
            place_at_5: mean(
                places
                    .into_iter()
                    .map(|is_there| f64::from(u8::from(is_there))),
            ),
        })
    }

    /// The chance that a question with an answer has a first result with a higher score than one
    /// without; `None` where there are none of either.
    pub fn separation(&self, answers: &[Answer], half: Option<Half>) -> Option<f64> {
        let scores = |has_answer: bool| -> Vec<f64> {
            self.probes
                .iter()
                .zip(answers)
                .filter(|(probe, _)| {
                    is_chosen(probe, half, None) && probe.wanted.is_empty() != has_answer
                })
                .map(|(_, answer)| answer.top_score.unwrap_or(f64::NEG_INFINITY))
                .collect()
        };
        separation(&scores(true), &scores(false))
    }
}

fn is_chosen(probe: &Probe, half: Option<Half>, category: Option<&str>) -> bool {
    half.is_none_or(|half| probe.half == half)
        && category.is_none_or(|category| probe.category == category)
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let n = values.len();
    (n > 0).then(|| values.sum::<f64>() / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_question_with_files_and_a_place() {
        let probe = |line: &str| probe(line).unwrap();
        let two = probe("a-1\ttwo-hop\ttune\twho  says so\tx.md|y.md & z/\tIn  Words");
        assert_eq!(
            two.wanted,
            [vec!["x.md".to_owned(), "y.md".into()], vec!["z/".into()]]
        );
        assert_eq!(two.place, Some(Place::Words("in words".into())));
        let none = probe("a-2\tnone\treport\tnothing\t-\t-");
        assert!(none.wanted.is_empty() && none.place.is_none());
        assert_eq!(
            probe("a\tb\ttune\tc\td\tpage 7").place,
            Some(Place::Page(7))
        );
    }

    #[test]
    fn a_line_that_makes_no_sense_is_told_by_its_number() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (wrong, says) in [
            ("a\tb\ttune", "six columns"),
            ("a\tb\tboth\tc\td\t-", "half"),
            ("a\tb\ttune\tc\td\tpage x", "page"),
        ] {
            std::fs::write(file.path(), format!("# how\nid\n{wrong}\n")).unwrap();
            let error = read(file.path()).unwrap_err().to_string();
            assert!(error.contains("line 3") && error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_file_is_wanted_by_its_path_its_folder_or_the_archive_around_it() {
        assert!(is_at("a/b.zip", "a/b.zip") && is_at("a/b.zip", "a/b.zip/in.txt"));
        assert!(is_at("a/", "a/b.txt") && !is_at("a/", "a") && !is_at("a/", "ab/c"));
        assert!(!is_at("a/b.zip", "a/b.zip2") && !is_at("a/b.zip", "b.zip"));
    }

    fn answered(
        category: &str,
        half: Half,
        wanted: usize,
        answer: (f64, bool, f64),
    ) -> (Probe, Answer) {
        let probe = Probe {
            id: String::new(),
            category: category.into(),
            half,
            query: String::new(),
            wanted: vec![vec!["a".into()]; wanted],
            place: None,
        };
        let (recall_at_5, top_1, score) = answer;
        let answer = Answer {
            recall_at_5,
            top_1,
            place_at_5: None,
            top_score: Some(score),
            paths: Vec::new(),
        };
        (probe, answer)
    }

    #[test]
    fn figures_are_means_over_a_half_and_a_category_and_leave_out_what_has_no_answer() {
        let (probes, answers): (Vec<Probe>, Vec<Answer>) = [
            answered("name", Half::Tune, 1, (1.0, true, 9.0)),
            answered("name", Half::Tune, 2, (0.5, false, 3.0)),
            answered("date", Half::Report, 1, (0.0, false, 4.0)),
            answered("none", Half::Tune, 0, (0.0, false, 5.0)),
        ]
        .into_iter()
        .unzip();
        let report = Report {
            probes,
            stages: Vec::new(),
        };
        assert_eq!(report.categories(), ["name", "date", "none"]);
        let tune = report.figures(&answers, Some(Half::Tune), None).unwrap();
        assert!((tune.recall_at_5 - 0.75).abs() < 1e-9 && (tune.top_1 - 0.5).abs() < 1e-9);
        assert_eq!(tune.place_at_5, None);
        assert_eq!(report.n(None, None), 3);
        assert_eq!(report.figures(&answers, None, Some("none")), None);
        let told = report.separation(&answers, Some(Half::Tune)).unwrap();
        assert!((told - 0.5).abs() < 1e-9, "9 is above 5, 3 is not: {told}");
        assert_eq!(report.separation(&answers, Some(Half::Report)), None);
    }
}
