//! A run: one stage's ranking of every query; scored against judgements, written and read as TREC has it.
//!
//! Knows no engine. Invariant: a run that was written and is read again scores the same, though the
//! format orders by score alone.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
    path::Path,
    time::Duration,
};

use super::{
    Error, Result, collection,
    metrics::{self, Judgements},
};

/// Results looked at per query: what recall@100 needs.
pub(super) const DEPTH: usize = 100;

/// Ids of documents by query, best first, with their scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// What made it.
    pub name: String,
    rankings: BTreeMap<String, Vec<(String, f64)>>,
    times: Vec<Duration>,
}

/// The measures of one query.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measures {
    /// 0 to 1.
    pub ndcg_at_10: f64,
    /// 0 to 1.
    pub recall_at_100: f64,
    /// 0 to 1.
    pub mrr_at_10: f64,
}

/// How a run did over all queries that were asked and have an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The run's name: a stage, or a file.
    pub stage: String,
    /// Means over the queries.
    pub means: Measures,
    /// Median time to rank one query, without loading texts; `None` where a run was read.
    pub p50: Option<Duration>,
    /// 95 of 100 queries were ranked within this time.
    pub p95: Option<Duration>,
    /// By query.
    pub by_query: BTreeMap<String, Measures>,
}

impl Run {
    /// An empty one.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Adds the ranking of a query, best first, without repetition.
    pub(super) fn add(&mut self, query: &str, ranking: Vec<(String, f64)>, took: Duration) {
        self.rankings.insert(query.to_owned(), ranking);
        self.times.push(took);
    }

    /// Whether any query has any.
    pub(super) fn has_results(&self) -> bool {
        self.rankings.values().any(|ranking| !ranking.is_empty())
    }

    /// Measures every query that is judged; one that the run lacks counts as a query without results.
    pub fn score(&self, judgements: &HashMap<String, Judgements>) -> Row {
        let none = Vec::new();
        let by_query: BTreeMap<String, Measures> = judgements
            .iter()
            .map(|(query, relevant)| {
                let ranking = self.rankings.get(query).unwrap_or(&none);
                let retrieved: Vec<&str> = ranking.iter().map(|(id, _)| id.as_str()).collect();
                let measures = Measures {
                    ndcg_at_10: metrics::ndcg(&retrieved, relevant, 10),
                    recall_at_100: metrics::recall(&retrieved, relevant, DEPTH),
                    mrr_at_10: metrics::reciprocal_rank(&retrieved, relevant, 10),
                };
                (query.clone(), measures)
            })
            .collect();
        let mut times = self.times.clone();
        times.sort_unstable();
        let percentile =
            |percent| (!times.is_empty()).then(|| metrics::percentile(&times, percent));
        Row {
            stage: self.name.clone(),
            means: mean(&by_query),
            p50: percentile(50),
            p95: percentile(95),
            by_query,
        }
    }

    /// Writes it as `trec_eval` reads it: query, `Q0`, document, rank, score, name.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut text = String::new();
        for (query, ranking) in &self.rankings {
            let mut before = f64::INFINITY;
            for (rank, (document, score)) in (1..).zip(ranking) {
                // Readers order by score alone, and equal ones by id: each is kept below the one before.
                let score = if *score < before {
                    *score
                } else {
                    before.next_down()
                };
                before = score;
                // Writing into a string cannot fail.
                let _ = writeln!(text, "{query} Q0 {document} {rank} {score} {}", self.name);
            }
        }
        std::fs::write(path, text).map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })
    }

    /// Reads one that any program wrote, and calls it what its file is called.
    pub fn read(path: &Path) -> Result<Self> {
        let stem = path.file_stem().unwrap_or(path.as_os_str());
        let mut run = Self::new(stem.to_string_lossy());
        let mut seen: HashSet<(String, String)> = HashSet::new();
        for line in collection::lines(path)? {
            let (number, line) = line?;
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (query, document, score) = match fields[..] {
                [] => continue,
                [query, _, document, _, score, _] => (query, document, score),
                _ => {
                    let wanted = "six columns are wanted: query, Q0, document, rank, score, name";
                    return Err(Error::malformed(path, number, wanted));
                }
            };
            let score: f64 = score
                .parse()
                .ok()
                .filter(|score: &f64| !score.is_nan())
                .ok_or_else(|| Error::malformed(path, number, "the score is no number"))?;
            if !seen.insert((query.to_owned(), document.to_owned())) {
                let what = format!("document {document} is there twice for query {query}");
                return Err(Error::malformed(path, number, what));
            }
            run.rankings
                .entry(query.to_owned())
                .or_default()
                .push((document.to_owned(), score));
        }
        for ranking in run.rankings.values_mut() {
            // As trec_eval orders them.
            ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
        }
        Ok(run)
    }
}

fn mean(by_query: &BTreeMap<String, Measures>) -> Measures {
    let n = by_query.len().max(1) as f64;
    let of = |value: fn(&Measures) -> f64| by_query.values().map(value).sum::<f64>() / n;
    Measures {
        ndcg_at_10: of(|measures| measures.ndcg_at_10),
        recall_at_100: of(|measures| measures.recall_at_100),
        mrr_at_10: of(|measures| measures.mrr_at_10),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged() -> HashMap<String, Judgements> {
        let one = |id: &str| Judgements::from([(id.to_owned(), 1)]);
        HashMap::from([("q1".into(), one("a")), ("q2".into(), one("b"))])
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_in_the_same_order_whatever_the_scores(
            scores in prop::collection::vec(
                prop_oneof![(-3_i32..3).prop_map(f64::from), -1e9..1e9_f64],
                1..30,
            )
        ) {
            let mut run = Run::new("words");
            // Not sorted: the order of the ranking counts, not the scores'.
            let ranking = (0..).zip(&scores).map(|(i, &score)| (format!("d{i}"), score));
            run.add("q", ranking.collect(), Duration::ZERO);
            let file = tempfile::NamedTempFile::new().unwrap();
            run.write(file.path()).unwrap();
            let read = Run::read(file.path()).unwrap();
            let ids = |run: &Run| -> Vec<String> {
                run.rankings["q"].iter().map(|(id, _)| id.clone()).collect()
            };
            prop_assert_eq!(ids(&read), ids(&run));
        }
    }

    #[test]
    fn a_query_without_results_counts_as_nothing_found() {
        let mut run = Run::new("words");
        run.add("q1", vec![("a".into(), 2.0)], Duration::from_millis(3));
        run.add(
            "not judged",
            vec![("a".into(), 2.0)],
            Duration::from_millis(5),
        );
        let row = run.score(&judged());
        assert_eq!(row.by_query.len(), 2);
        assert!((row.means.ndcg_at_10 - 0.5).abs() < 1e-9, "{row:?}");
        assert_eq!(row.p95, Some(Duration::from_millis(5)));
    }

    #[test]
    fn equal_scores_are_ordered_as_trec_eval_orders_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("theirs.run");
        std::fs::write(&path, "q1 Q0 a 1 0.5 theirs\n\nq1\tQ0\tz\t2\t0.5\ttheirs\n").unwrap();
        let run = Run::read(&path).unwrap();
        assert_eq!(run.name, "theirs");
        assert_eq!(run.rankings["q1"][0].0, "z");
        assert_eq!(run.score(&judged()).p50, None);
    }

    #[test]
    fn a_line_that_makes_no_sense_is_told_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        for (wrong, says) in [
            ("q1 Q0 a 1 high me", "no number"),
            ("q1 Q0 a 1 NaN me", "no number"),
            ("q1 a 0.5", "six columns"),
            ("q1 Q0 b 2 0.1 me", "twice"),
        ] {
            std::fs::write(&path, format!("q1 Q0 b 1 0.9 me\n{wrong}\n")).unwrap();
            let error = Run::read(&path).unwrap_err().to_string();
            assert!(error.contains("line 2") && error.contains(says), "{error}");
        }
    }
}
