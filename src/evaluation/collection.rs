//! A collection in the BEIR layout: documents, queries, and which answer which.
//!
//! Reads `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`; the queries may be those of another
//! collection with the same ids. Invariant: every query it gives out has a relevant document.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{Error, Result, metrics::Judgements, random::Random};

/// What of a collection is asked.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Questions of another collection, whose ids are those of this one: the file with its queries.
    pub queries: Option<PathBuf>,
    /// So many of them, drawn by a seed; all without.
    pub sample: Option<Sample>,
}

/// Some of the queries, the same for the same seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How many.
    pub n: usize,
    /// Which ones.
    pub seed: u32,
}

/// A document to be indexed.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(rename = "_id")]
    pub(super) id: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) text: String,
}

/// A query with its id.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Query {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) text: String,
}

/// The queries that are asked, and what answers them.
#[derive(Debug)]
pub(super) struct Questions {
    pub(super) queries: Vec<Query>,
    /// By query; those that are not asked are not in here.
    pub(super) judgements: HashMap<String, Judgements>,
}

/// The documents of the collection in `dataset`.
pub(super) fn documents(dataset: &Path) -> Result<Vec<Document>> {
    read_lines(&dataset.join("corpus.jsonl"))
}

/// The queries of the collection in `dataset`, or what is asked instead, with its judgements.
pub(super) fn questions(dataset: &Path, asked: &Asked) -> Result<Questions> {
    let file = asked.queries.clone();
    let file = file.unwrap_or_else(|| dataset.join("queries.jsonl"));
    let mut queries: Vec<Query> = read_lines(&file)?;
    if let Some(sample) = asked.sample
        && queries.len() > sample.n
    {
        Random::new(sample.seed).shuffle(&mut queries);
        queries.truncate(sample.n);
    }
    let mut judgements = read_judgements(&dataset.join("qrels.tsv"))?;
    queries.retain(|query| judgements.contains_key(&query.id));
    let ids: Vec<&str> = queries.iter().map(|query| query.id.as_str()).collect();
    judgements.retain(|id, _| ids.contains(&id.as_str()));
    if queries.is_empty() {
        return Err(Error::NothingAsked { path: file });
    }
    Ok(Questions {
        queries,
        judgements,
    })
}

fn read_lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>> {
    lines(path)?
        .filter(|line| !matches!(line, Ok((_, line)) if line.trim().is_empty()))
        .map(|line| {
            let (number, line) = line?;
            serde_json::from_str(&line)
                .map_err(|error| Error::malformed(path, number, error.to_string()))
        })
        .collect()
}

/// Relevance of documents by query; queries without a relevant document are left out.
fn read_judgements(path: &Path) -> Result<HashMap<String, Judgements>> {
    let mut judgements: HashMap<String, Judgements> = HashMap::new();
    for line in lines(path)?.skip(1) {
        let (number, line) = line?;
        let malformed = || {
            let wanted = "a query's id, a document's id and a score are wanted, with tabs between";
            Error::malformed(path, number, wanted)
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

/// A file's lines with their numbers, from 1.
pub(super) fn lines(path: &Path) -> Result<impl Iterator<Item = Result<(usize, String)>> + use<>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(folder: &Path) {
        std::fs::create_dir_all(folder).unwrap();
        let (mut queries, mut qrels) = (String::new(), String::new());
        for i in 0..10 {
            queries += &format!("{{\"_id\": \"q{i}\", \"text\": \"question {i}\"}}\n");
            qrels += &format!("q{i}\td{i}\t{}\n", i32::from(i < 9));
        }
        std::fs::write(folder.join("queries.jsonl"), queries).unwrap();
        std::fs::write(
            folder.join("qrels.tsv"),
            format!("query-id\tcorpus-id\tscore\n{qrels}"),
        )
        .unwrap();
    }

    #[test]
    fn only_questions_with_an_answer_are_asked_and_a_sample_is_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        collection(folder.path());
        let ids = |asked: &Asked| -> Vec<String> {
            let questions = questions(folder.path(), asked).unwrap();
            assert_eq!(questions.queries.len(), questions.judgements.len());
            questions
                .queries
                .into_iter()
                .map(|query| query.id)
                .collect()
        };
        assert_eq!(ids(&Asked::default()).len(), 9);
        let drawn = Asked {
            sample: Some(Sample { n: 4, seed: 0 }),
            ..Asked::default()
        };
        // Python's `random.Random(0).shuffle` puts 7, 8, 1, 5 first.
        assert_eq!(ids(&drawn), ["q7", "q8", "q1", "q5"]);
    }

    #[test]
    fn the_questions_of_another_collection_are_asked_by_its_ids() {
        let folder = tempfile::tempdir().unwrap();
        collection(folder.path());
        let other = folder.path().join("other.jsonl");
        std::fs::write(&other, "{\"_id\": \"q3\", \"text\": \"Frage 3\"}\n").unwrap();
        let asked = Asked {
            queries: Some(other.clone()),
            sample: None,
        };
        let found = questions(folder.path(), &asked).unwrap();
        assert_eq!(found.queries[0].text, "Frage 3");
        assert!(found.judgements["q3"].contains_key("d3"));

        std::fs::write(&other, "{\"_id\": \"of another set\", \"text\": \"?\"}\n").unwrap();
        let error = questions(folder.path(), &asked).unwrap_err().to_string();
        assert!(error.contains("other.jsonl"), "{error}");
    }
}
