//! Two runs over the same queries: how much they differ, whether that is chance, and where.
//!
//! Pure. Differences are the second run's measure minus the first's, so that better is positive.

use super::{
    run::{Measures, Row},
    significance::{Difference, paired_bootstrap},
};

/// Smaller differences of a query's nDCG@10 are none.
const EQUAL: f64 = 1e-9;

/// A second run beside a first.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The first run's name.
    pub from: String,
    /// The second run's name.
    pub to: String,
    /// Queries that both are measured on.
    pub n: usize,
    /// Of nDCG@10.
    pub ndcg_at_10: Difference,
    /// Of recall@100.
    pub recall_at_100: Difference,
    /// Of MRR@10.
    pub mrr_at_10: Difference,
    /// Queries whose nDCG@10 rose.
    pub n_better: usize,
    /// Queries whose nDCG@10 fell.
    pub n_worse: usize,
    /// Every query whose nDCG@10 changed, the one that lost most first.
    pub changed: Vec<Changed>,
}

/// A query that did otherwise in the second run.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// Its id.
    pub query: String,
    /// Its nDCG@10 in the first run.
    pub from: f64,
    /// And in the second.
    pub to: f64,
}

impl Changed {
    /// What it gained.
    pub fn delta(&self) -> f64 {
        self.to - self.from
    }
}

/// Compares over the queries that both have.
pub fn compare(from: &Row, to: &Row) -> Comparison {
    let pairs: Vec<(&String, Measures, Measures)> = from
        .by_query
        .iter()
        .filter_map(|(query, &before)| Some((query, before, *to.by_query.get(query)?)))
        .collect();
    let difference = |value: fn(&Measures) -> f64| {
        let differences: Vec<f64> = pairs
            .iter()
            .map(|(_, before, after)| value(after) - value(before))
            .collect();
        paired_bootstrap(&differences)
    };
    let mut changed: Vec<Changed> = pairs
        .iter()
        .map(|&(query, before, after)| Changed {
            query: query.clone(),
            from: before.ndcg_at_10,
            to: after.ndcg_at_10,
        })
        .filter(|changed| changed.delta().abs() > EQUAL)
        .collect();
    changed.sort_by(|a, b| {
        let by_loss = a.delta().total_cmp(&b.delta());
        by_loss.then_with(|| a.query.cmp(&b.query))
    });
    let n_worse = changed.partition_point(|changed| changed.delta() < 0.0);
    Comparison {
        from: from.stage.clone(),
        to: to.stage.clone(),
        n: pairs.len(),
        ndcg_at_10: difference(|measures| measures.ndcg_at_10),
        recall_at_100: difference(|measures| measures.recall_at_100),
        mrr_at_10: difference(|measures| measures.mrr_at_10),
        n_better: changed.len() - n_worse,
        n_worse,
        changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(stage: &str, ndcgs: &[(&str, f64)]) -> Row {
        let by_query = ndcgs.iter().map(|&(query, ndcg_at_10)| {
            let measures = Measures {
                ndcg_at_10,
                ..Measures::default()
            };
            (query.to_owned(), measures)
        });
        Row {
            stage: stage.into(),
            means: Measures::default(),
            p50: None,
            p95: None,
            by_query: by_query.collect(),
        }
    }

    #[test]
    fn each_query_is_better_worse_or_equal_and_the_worst_hit_comes_first() {
        let before = row(
            "words",
            &[("a", 1.0), ("b", 0.5), ("c", 0.5), ("d", 0.0), ("e", 0.3)],
        );
        let after = row(
            "hybrid",
            &[("a", 0.2), ("b", 0.4), ("c", 0.5), ("d", 0.9), ("f", 1.0)],
        );
        let found = compare(&before, &after);
        assert_eq!((found.n, found.n_better, found.n_worse), (4, 1, 2));
        let order: Vec<&str> = found
            .changed
            .iter()
            .map(|changed| changed.query.as_str())
            .collect();
        assert_eq!(order, ["a", "b", "d"]);
        assert!(
            found.ndcg_at_10.mean.abs() < 1e-9,
            "-0.8 - 0.1 + 0.9 is nothing: {found:?}"
        );
        assert!(found.ndcg_at_10.p > 0.5);
    }
}
