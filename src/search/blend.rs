//! The fused order and a reranker's judgement into the final order.
//!
//! Pure. Judged rows trade places among themselves, the others keep theirs: a row that was not
//! judged is neither better nor worse for it, and no row moves without a reason.
//! Invariant: a protected row never stands lower than the fused order put it.

/// Weight of the fused score beside the reranker's judgement: it decides between passages that the
/// reranker holds for about equally good. Not measured yet: no real reranker was at hand.
const RETRIEVAL_WEIGHT: f64 = 0.1;

/// What is known of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    /// Its fused score, 0 to 1.
    pub(super) fused: f64,
    /// The reranker's judgement, 0 to 1; `None` if it was not asked.
    pub(super) probability: Option<f32>,
    /// It has the very name that was asked for.
    pub(super) is_protected: bool,
}

impl Row {
    /// What orders judged rows; larger is better.
    pub(super) fn blended(&self) -> Option<f64> {
        self.probability.map(|probability| {
            (1.0 - RETRIEVAL_WEIGHT) * f64::from(probability) + RETRIEVAL_WEIGHT * self.fused
        })
    }
}

/// The final order of rows that stand in fused order, as their indexes. Equal rows keep their order.
pub(super) fn order(rows: &[Row]) -> Vec<usize> {
    let places: Vec<usize> = (0..rows.len())
        .filter(|&i| rows[i].probability.is_some())
        .collect();
    let mut best = places.clone();
    best.sort_by(|&a, &b| {
        rows[b]
            .blended()
            .partial_cmp(&rows[a].blended())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut is_placed = vec![false; rows.len()];
    let mut best = best.into_iter();
    for place in places {
        // A protected row that has not risen stays; there is always room, for all before it went
        // to the places before.
        let row = if rows[place].is_protected && !is_placed[place] {
            Some(place)
        } else {
            best.find(|&row| !is_placed[row])
        };
        if let Some(row) = row {
            order[place] = row;
            is_placed[row] = true;
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(fused: f64, probability: impl Into<Option<f32>>) -> Row {
        Row {
            fused,
            probability: probability.into(),
            is_protected: false,
        }
    }

    fn protected(row: Row) -> Row {
        Row {
            is_protected: true,
            ..row
        }
    }

    #[test]
    fn the_judgement_decides_and_the_fused_score_settles_ties() {
        let rows = [row(1.0, 0.2), row(0.9, 0.9), row(0.1, 0.5), row(0.3, 0.5)];
        assert_eq!(order(&rows), [1, 3, 2, 0]);
    }

    #[test]
    fn rows_that_were_not_judged_keep_their_places() {
        let rows = [row(1.0, 0.1), row(0.9, None), row(0.8, 0.9), row(0.7, None)];
        assert_eq!(order(&rows), [2, 1, 0, 3]);
    }

    #[test]
    fn a_file_that_was_asked_for_by_name_is_not_buried_and_may_rise() {
        let rows = [protected(row(1.0, 0.1)), row(0.9, 0.9)];
        assert_eq!(order(&rows), [0, 1]);
        let rows = [row(1.0, 0.1), protected(row(0.9, 0.9))];
        assert_eq!(order(&rows), [1, 0]);
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let row = (
            0.0..1.0_f64,
            prop::option::of(0.0..1.0_f32),
            prop::bool::weighted(0.1),
        );
        let row = row.prop_map(|(fused, probability, is_protected)| Row {
            fused,
            probability,
            is_protected,
        });
        prop::collection::vec(row, 0..60)
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_only_judged_rows_move(rows in rows()) {
            let order = order(&rows);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..rows.len()).collect::<Vec<_>>());
            for (place, &row) in order.iter().enumerate() {
                prop_assert!(rows[row].probability.is_some() || place == row);
            }
        }

        #[test]
        fn protected_rows_never_sink_and_the_others_stand_by_their_scores(rows in rows()) {
            let order = order(&rows);
            for (place, &row) in order.iter().enumerate() {
                prop_assert!(!rows[row].is_protected || place <= row);
            }
            let judged: Vec<f64> = order
                .iter()
                .filter(|&&row| !rows[row].is_protected)
                .filter_map(|&row| rows[row].blended())
                .collect();
            prop_assert!(judged.is_sorted_by(|a, b| a >= b));
        }
    }
}
