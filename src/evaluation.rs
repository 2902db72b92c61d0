//! How good the order of results is, measured where the answers are known.
//!
//! On a collection in the BEIR layout ([`evaluate`]): its documents are written as files, indexed
//! through the same code as a user's, and every query is ranked by every stage; or runs are read that
//! were written earlier, or by others ([`score_runs`]). On a folder with questions about it
//! ([`probes`]), and on a person's own library with what that person marked ([`mine`]). Knows the engine's face alone. Start reading at [`evaluate`].

pub mod answers;
pub mod collection;
pub mod comparison;
pub mod facts;
pub mod metrics;
pub mod mine;
pub mod probes;
mod random;
pub mod run;
pub mod significance;
mod stages;

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    dirs::Dirs,
    document::DocumentId,
    engine::{self, Engine},
    evaluation::{
        collection::{Asked, Document, Query, Questions},
        comparison::{Comparison, compare},
        run::{DEPTH, Row, Run},
    },
    search::{self, Ranked, Rankings, RerankMode, Search, SearchRequest, Target},
    store,
};

/// What a file with a run is called, after its stage.
const RUN: &str = "run";

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A line is not what the layout asks for.
    #[error("{path}, line {line}: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// No query has an answer among the judgements.
    #[error(
        "{path}: no query in here is judged in the collection's qrels.tsv; are the ids its own?"
    )]
    NothingAsked {
        /// The file with the queries.
        path: PathBuf,
    },
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// A search failed.
    #[error(transparent)]
    Search(#[from] search::Error),
    /// The library could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    fn malformed(path: &Path, line: usize, reason: impl Into<String>) -> Self {
        Self::Malformed {
            path: path.to_owned(),
            line,
            reason: reason.into(),
        }
    }
}

/// A shorthand of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// What is measured on a collection.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The collection's folder.
    pub dataset: PathBuf,
    /// Its queries, or others.
    pub asked: Asked,
    /// Also with each of [`SWITCHES`].
    pub switches: bool,
}

/// What was measured.
#[derive(Debug)]
pub struct Evaluation {
    /// Every stage's rankings.
    pub runs: Vec<Run>,
    /// Their measures, in the same order.
    pub rows: Vec<Row>,
    /// What a stage adds to the one before, or a run to another.
    pub comparisons: Vec<Comparison>,
    /// The queries' words, by id.
    pub texts: HashMap<String, String>,
}

/// A way of asking that is not the plain one, by name.
type Switch = (&'static str, fn(&mut SearchRequest));

/// The plain way takes a query as prose. These take it as if a person typed it, operators and all;
/// and as if that person were still at its last word.
pub const SWITCHES: [Switch; 2] = [
    ("typed", |request| request.prose = false),
    ("typing", |request| {
        request.prose = false;
        request.typing = true;
    }),
];

/// Each stage beside those that it is made of.
const COMPARED: [(&str, &str); 3] = [
    ("words", "hybrid"),
    ("meaning", "hybrid"),
    ("hybrid", "rerank"),
];

/// Measures every stage. Documents and library are made below `work`, and found again there by a
/// later call, which then indexes only what changed. Settings, models and executables are those of
/// `dirs`.
pub async fn evaluate(plan: &Plan, work: &Path, dirs: &Dirs) -> Result<Evaluation> {
    let questions = collection::questions(&plan.dataset, &plan.asked)?;
    let (engine, names) = indexed(&plan.dataset, work, dirs).await?;
    let search = engine.searching(None).await?;

    let mut stages = Stages::default();
    for query in &questions.queries {
        stages.ask(&search, &names, query, None).await?;
        if plan.switches {
            for switch in &SWITCHES {
                stages.ask(&search, &names, query, Some(switch)).await?;
            }
        }
    }
    engine.close().await;
    // A stage without a model finds nothing for any query.
    let runs: Vec<Run> = stages.runs.into_iter().filter(Run::has_results).collect();
    let rows = score(&runs, &questions);
    let row = |name: &str| rows.iter().find(|row| row.stage == name);
    let comparisons = COMPARED
        .iter()
        .filter_map(|&(from, to)| Some(compare(row(from)?, row(to)?)))
        .collect();
    Ok(Evaluation {
        runs,
        rows,
        comparisons,
        texts: texts(questions),
    })
}

/// A library of a collection's documents, made below `work` or found there, and their ids.
async fn indexed(
    dataset: &Path,
    work: &Path,
    dirs: &Dirs,
) -> Result<(Engine, HashMap<DocumentId, Vec<String>>)> {
    let documents = work.join("set");
    let ids = write_documents(&documents, collection::documents(dataset)?)?;
    let engine = Engine::open(dirs.with_library(work.join("library"))).await?;
    let documents = engine.add_folder(&documents).await?;
    engine.settle().await?;
    let search = engine.searching(None).await?;
    let names = names_by_document(&search.store, &documents, &ids).await?;
    Ok((engine, names))
}

/// Measures runs that were written to files; each is compared with the first.
pub fn score_runs(plan: &Plan, files: &[PathBuf]) -> Result<Evaluation> {
    let questions = collection::questions(&plan.dataset, &plan.asked)?;
    let runs: Vec<Run> = files
        .iter()
        .map(|file| Run::read(file))
        .collect::<Result<_>>()?;
    let rows = score(&runs, &questions);
    let comparisons = match rows.split_first() {
        Some((first, others)) => others.iter().map(|other| compare(first, other)).collect(),
        None => Vec::new(),
    };
    Ok(Evaluation {
        runs,
        rows,
        comparisons,
        texts: texts(questions),
    })
}

impl Evaluation {
    /// Writes each stage's run into the folder, named after the stage.
    pub fn write_runs(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).map_err(|source| Error::Io {
            path: folder.to_owned(),
            source,
        })?;
        for run in &self.runs {
            run.write(&run_file(folder, &run.name))?;
        }
        Ok(())
    }

    /// Compares each stage with what it was when its run was written into the folder, in place of the
    /// comparisons between stages.
    pub fn compare_with(&mut self, plan: &Plan, folder: &Path) -> Result<()> {
        let questions = collection::questions(&plan.dataset, &plan.asked)?;
        self.comparisons.clear();
        for row in &self.rows {
            let file = run_file(folder, &row.stage);
            if !file.exists() {
                continue;
            }
            let mut earlier = Run::read(&file)?;
            earlier.name = format!("{}, earlier", row.stage);
            let earlier = earlier.score(&questions.judgements);
            self.comparisons.push(compare(&earlier, row));
        }
        Ok(())
    }
}

fn run_file(folder: &Path, stage: &str) -> PathBuf {
    folder.join(stage).with_added_extension(RUN)
}

fn score(runs: &[Run], questions: &Questions) -> Vec<Row> {
    let score = |run: &Run| run.score(&questions.judgements);
    runs.iter().map(score).collect()
}

fn texts(questions: Questions) -> HashMap<String, String> {
    let queries = questions.queries.into_iter();
    queries.map(|query| (query.id, query.text)).collect()
}

/// The runs so far, in the order in which their stages came up.
#[derive(Default)]
struct Stages {
    runs: Vec<Run>,
}

impl Stages {
    async fn ask(
        &mut self,
        search: &Search,
        names: &HashMap<DocumentId, Vec<String>>,
        query: &Query,
        switch: Option<&Switch>,
    ) -> Result<()> {
        let mut request = SearchRequest {
            query: query.text.clone(),
            limit: DEPTH,
            prose: true,
            reranking: RerankMode::Whole,
            ..SearchRequest::default()
        };
        if let Some((_, turn)) = switch {
            turn(&mut request);
        }
        let rankings = search.rank(&request).await?;
        for (stage, ranked, took) in by_stage(rankings) {
            let name = match switch {
                // Meaning takes the words as they are.
                Some(_) if stage == "meaning" => continue,
                Some((switch, _)) => format!("{stage}+{switch}"),
                None => stage.to_owned(),
            };
            self.add(name, &query.id, retrieved(&ranked, names), took);
        }
        Ok(())
    }

    fn add(&mut self, stage: String, query: &str, ranking: Vec<(String, f64)>, took: Duration) {
        if let Some(run) = self.runs.iter_mut().find(|run| run.name == stage) {
            run.add(query, ranking, took);
        } else {
            let mut run = Run::new(stage);
            run.add(query, ranking, took);
            self.runs.push(run);
        }
    }
}

type Stage = (&'static str, Vec<Ranked>, Duration);

fn by_stage(rankings: Rankings) -> impl Iterator<Item = Stage> {
    let fused = rankings.words_took + rankings.meaning_took + rankings.fusion_took;
    let reranked = fused + rankings.rerank_took;
    [
        Some(("words", rankings.words, rankings.words_took)),
        Some(("meaning", rankings.meaning, rankings.meaning_took)),
        Some(("hybrid", rankings.hybrid, fused)),
        // Without a reranker there is no such stage.
        rankings.reranked.map(|ranked| ("rerank", ranked, reranked)),
    ]
    .into_iter()
    .flatten()
}

/// The collection's ids in the order of a ranking; documents with equal content follow each other.
fn retrieved(ranked: &[Ranked], names: &HashMap<DocumentId, Vec<String>>) -> Vec<(String, f64)> {
    ranked
        .iter()
        .filter_map(|ranked| match ranked.target {
            Target::Document(id) => Some((names.get(&id)?, ranked.score)),
            Target::File(_) => None,
        })
        .flat_map(|(ids, score)| ids.iter().map(move |id| (id.clone(), score)))
        .collect()
}

/// Only of the files in `folder`: a work folder that was copied knows the one it was copied from, too,
/// and what is found twice would count twice.
async fn names_by_document(
    store: &store::Store,
    folder: &Path,
    ids: &[String],
) -> Result<HashMap<DocumentId, Vec<String>>> {
    let mut names: HashMap<DocumentId, Vec<String>> = HashMap::new();
    for file in store.all_files().await? {
        let path = file.seen.path.to_path();
        if path.parent() != Some(folder) {
            continue;
        }
        let number = path
            .file_stem()
            .and_then(|stem| stem.to_str()?.strip_prefix('d')?.parse::<usize>().ok());
        if let (Some(document), Some(id)) = (file.document, number.and_then(|n| ids.get(n))) {
            names.entry(document).or_default().push(id.clone());
        }
    }
    Ok(names)
}

/// One HTML file per document, as `d<line number>.html`; returns the ids by line number.
fn write_documents(folder: &Path, corpus: Vec<Document>) -> Result<Vec<String>> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { path, source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut ids = Vec::with_capacity(corpus.len());
    for (number, document) in corpus.into_iter().enumerate() {
        let path = folder.join(format!("d{number}.html"));
        let page = page(&document.title, &document.text);
        // Rewriting what is there already would make the library look at it again.
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&page) {
            std::fs::write(&path, page).map_err(failed(&path))?;
        }
        ids.push(document.id);
    }
    Ok(ids)
}

fn page(title: &str, text: &str) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let mut page = String::from("<!doctype html><meta charset=\"utf-8\">\n");
    if !title.trim().is_empty() {
        let title = escape(title);
        page += &format!("<title>{title}</title>\n<h1>{title}</h1>\n");
    }
    page += &format!("<p>{}</p>\n", escape(text));
    page
}
