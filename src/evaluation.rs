//! How good the order of results is, measured on a collection with known answers.
//!
//! Reads a collection in the BEIR layout (`corpus.jsonl`, `queries.jsonl`, `qrels.tsv`), writes its
//! documents as files, indexes these through the same code as a user's, and ranks every query.
//! Knows the engine's face alone. Start reading at [`evaluate`].

pub mod metrics;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use crate::{
    dirs::Dirs,
    document::DocumentId,
    engine::{self, Engine},
    evaluation::metrics::Judgements,
    search::{self, Ranked, RerankMode, SearchRequest, Target},
    store,
};

/// Results looked at per query: what recall@100 needs.
const DEPTH: usize = 100;

/// Why a collection could not be evaluated.
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

/// A shorthand of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// How one stage did over all queries that have an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// `words`, `meaning`, `hybrid` or `rerank`.
    pub stage: &'static str,
    /// Mean over the queries, 0 to 1.
    pub ndcg_at_10: f64,
    /// Mean over the queries, 0 to 1.
    pub recall_at_100: f64,
    /// Mean over the queries, 0 to 1.
    pub mrr_at_10: f64,
    /// Median time to rank one query, without loading texts.
    pub p50: Duration,
    /// 95 of 100 queries were ranked within this time.
    pub p95: Duration,
}

#[derive(Deserialize)]
struct CorpusLine {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct QueryLine {
    #[serde(rename = "_id")]
    id: String,
    text: String,
}

/// Evaluates the collection in `dataset`. Documents and library are made below `work`, and
/// found again there by a later run, which then indexes only what changed.
/// Settings, models and executables are those of `dirs`.
pub async fn evaluate(dataset: &Path, work: &Path, dirs: &Dirs) -> Result<Vec<Row>> {
    let queries: Vec<QueryLine> = read_lines(&dataset.join("queries.jsonl"))?;
    let judgements = read_judgements(&dataset.join("qrels.tsv"))?;
    let corpus: Vec<CorpusLine> = read_lines(&dataset.join("corpus.jsonl"))?;
    let documents = work.join("set");
    let ids = write_documents(&documents, corpus)?;

    let engine = Engine::open(dirs.with_library(work.join("library"))).await?;
    engine.add_folder(&documents).await?;
    engine.settle().await?;
    let search = engine.searching(None).await?;
    let names = names_by_document(&search.store, &ids).await?;

    let mut stages = [
        StageRun::new("words"),
        StageRun::new("meaning"),
        StageRun::new("hybrid"),
        StageRun::new("rerank"),
    ];
    for query in &queries {
        let Some(relevant) = judgements.get(&query.id) else {
            continue;
        };
        let request = SearchRequest {
            query: query.text.clone(),
            limit: DEPTH,
            prose: true,
            reranking: RerankMode::Whole,
            ..SearchRequest::default()
        };
        let rankings = search.rank(&request).await?;
        let fused_took = rankings.words_took + rankings.meaning_took + rankings.fusion_took;
        let outcomes = [
            (Some(rankings.words), rankings.words_took),
            (Some(rankings.meaning), rankings.meaning_took),
            (Some(rankings.hybrid), fused_took),
            (rankings.reranked, fused_took + rankings.rerank_took),
        ];
        for (stage, (ranked, took)) in stages.iter_mut().zip(outcomes) {
            if let Some(ranked) = ranked {
                stage.add(&retrieved(&ranked, &names), relevant, took);
            }
        }
    }
    // Without a reranker there is no such stage.
    let ran = stages.into_iter().filter(StageRun::has_run);
    Ok(ran.map(StageRun::finish).collect())
}

/// What one stage has given so far.
struct StageRun {
    stage: &'static str,
    ndcg: f64,
    recall: f64,
    mrr: f64,
    times: Vec<Duration>,
}

impl StageRun {
    fn new(stage: &'static str) -> Self {
        Self {
            stage,
            ndcg: 0.0,
            recall: 0.0,
            mrr: 0.0,
            times: Vec::new(),
        }
    }

    fn add(&mut self, retrieved: &[&str], relevant: &Judgements, took: Duration) {
        self.ndcg += metrics::ndcg(retrieved, relevant, 10);
        self.recall += metrics::recall(retrieved, relevant, DEPTH);
        self.mrr += metrics::reciprocal_rank(retrieved, relevant, 10);
        self.times.push(took);
    }

    fn has_run(&self) -> bool {
        !self.times.is_empty()
    }

    fn finish(mut self) -> Row {
        self.times.sort_unstable();
        let n = self.times.len().max(1) as f64;
        Row {
            stage: self.stage,
            ndcg_at_10: self.ndcg / n,
            recall_at_100: self.recall / n,
            mrr_at_10: self.mrr / n,
            p50: metrics::percentile(&self.times, 50),
            p95: metrics::percentile(&self.times, 95),
        }
    }
}

/// The collection's ids in the order of a ranking; documents with equal content follow each other.
fn retrieved<'a>(ranked: &[Ranked], names: &'a HashMap<DocumentId, Vec<String>>) -> Vec<&'a str> {
    ranked
        .iter()
        .filter_map(|ranked| match ranked.target {
            Target::Document(id) => names.get(&id),
            Target::File(_) => None,
        })
        .flatten()
        .map(String::as_str)
        .collect()
}

async fn names_by_document(
    store: &store::Store,
    ids: &[String],
) -> Result<HashMap<DocumentId, Vec<String>>> {
    let mut names: HashMap<DocumentId, Vec<String>> = HashMap::new();
    for file in store.all_files().await? {
        let path = file.seen.path.to_path();
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
fn write_documents(folder: &Path, corpus: Vec<CorpusLine>) -> Result<Vec<String>> {
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

fn read_lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>> {
    lines(path)?
        .filter(|line| !matches!(line, Ok((_, line)) if line.trim().is_empty()))
        .map(|line| {
            let (number, line) = line?;
            serde_json::from_str(&line).map_err(|error| Error::Malformed {
                path: path.to_owned(),
                line: number,
                reason: error.to_string(),
            })
        })
        .collect()
}

/// Relevance of documents by query; queries without a relevant document are left out.
fn read_judgements(path: &Path) -> Result<HashMap<String, Judgements>> {
    let mut judgements: HashMap<String, Judgements> = HashMap::new();
    for line in lines(path)?.skip(1) {
        let (number, line) = line?;
        let malformed = || Error::Malformed {
            path: path.to_owned(),
            line: number,
            reason: "a query's id, a document's id and a score are wanted, with tabs between"
                .into(),
        };
        let mut fields = line.split('\t');
        let (Some(query), Some(document), Some(score)) =
            (fields.next(), fields.next(), fields.next())
        else {
            return Err(malformed());
        };
        let score: u32 = score.trim().parse().map_err(|_| malformed())?;
        if score > 0 {
            judgements
                .entry(query.to_owned())
                .or_default()
                .insert(document.to_owned(), score);
        }
    }
    Ok(judgements)
}

fn lines(path: &Path) -> Result<impl Iterator<Item = Result<(usize, String)>> + use<>> {
    let failed = {
        let path = path.to_owned();
        move |source| Error::Io {
            path: path.clone(),
            source,
        }
    };
    let file = File::open(path).map_err(&failed)?;
    Ok((1..)
        .zip(BufReader::new(file).lines())
        .map(move |(number, line)| line.map(|line| (number, line)).map_err(&failed)))
}
