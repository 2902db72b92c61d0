//! Whether a difference between two runs is more than chance: the paired bootstrap.
//!
//! Efron and Tibshirani (An Introduction to the Bootstrap, 1993), over queries: the mean difference is
//! drawn again from as many queries, with replacement. Pure; the same seed gives the same answer.

use super::random::Random;

/// How often the mean is drawn again.
pub const N_RESAMPLES: usize = 10_000;
/// A fixed seed: two people who compare the same runs are to read the same figures.
const SEED: u32 = 1;

/// A mean difference over queries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Second run minus first.
    pub mean: f64,
    /// Lower end of the 95 % confidence interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How often chance alone would give a mean as far from 0, or further; two-sided.
    pub p: f64,
}

/// The difference of paired values, of which there is at least one.
pub fn paired_bootstrap(differences: &[f64]) -> Difference {
    resampled(differences, N_RESAMPLES, SEED)
}

fn resampled(differences: &[f64], n_resamples: usize, seed: u32) -> Difference {
    let n = differences.len();
    if n == 0 {
        return Difference {
            mean: 0.0,
            low: 0.0,
            high: 0.0,
            p: 1.0,
        };
    }
    let mean = differences.iter().sum::<f64>() / n as f64;
    let mut random = Random::new(seed);
    let mut means: Vec<f64> = (0..n_resamples)
        .map(|_| {
            let drawn = (0..n).map(|_| differences.get(random.below(n)).copied());
            drawn.flatten().sum::<f64>() / n as f64
        })
        .collect();
    // Under the null hypothesis the mean is 0 and scatters as the drawn ones do about theirs. Sums in
    // another order differ in the last digits, which must not decide.
    let tolerance = 1e-12;
    let n_as_far = means
        .iter()
        .filter(|&&drawn| (drawn - mean).abs() >= mean.abs() - tolerance)
        .count();
    means.sort_unstable_by(f64::total_cmp);
    // The same number is left out at both ends, so that swapping the runs mirrors the interval.
    let n_outside = n_resamples * 25 / 1_000;
    Difference {
        mean,
        low: means.get(n_outside).copied().unwrap_or(mean),
        high: means
            .get(n_resamples.saturating_sub(n_outside + 1))
            .copied()
            .unwrap_or(mean),
        p: (n_as_far + 1) as f64 / (n_resamples + 1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn differences() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec((-100_i32..=100).prop_map(|n| f64::from(n) / 100.0), 1..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_interval_lies_among_the_differences_and_p_is_a_probability(of in differences()) {
            let found = resampled(&of, 300, 1);
            let least = of.iter().copied().fold(f64::INFINITY, f64::min);
            let most = of.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(found.low <= found.high);
            prop_assert!(least - 1e-9 <= found.low && found.high <= most + 1e-9);
            prop_assert!(found.p > 0.0 && found.p <= 1.0);
        }

        #[test]
        fn swapping_the_runs_mirrors_everything_but_p(of in differences()) {
            let swapped: Vec<f64> = of.iter().map(|difference| -difference).collect();
            let (there, back) = (resampled(&of, 300, 1), resampled(&swapped, 300, 1));
            prop_assert!((there.mean + back.mean).abs() < 1e-9);
            prop_assert!((there.low + back.high).abs() < 1e-9);
            prop_assert!((there.high + back.low).abs() < 1e-9);
            prop_assert!((there.p - back.p).abs() < 1e-9);
        }

        #[test]
        fn the_same_difference_everywhere_is_no_chance(by in 1_i32..100, n in 1_usize..40) {
            let found = resampled(&vec![f64::from(by) / 100.0; n], 300, 1);
            prop_assert!((found.p - 1.0 / 301.0).abs() < 1e-9);
            prop_assert!((found.high - found.low).abs() < 1e-9);
        }

        #[test]
        fn a_difference_and_the_same_for_the_other_side_are_chance(of in differences()) {
            let mirrored: Vec<f64> = of.iter().flat_map(|&by| [by, -by]).collect();
            prop_assert!(resampled(&mirrored, 300, 1).p > 0.99);
        }
    }

    #[test]
    fn runs_that_are_equal_do_not_differ() {
        let found = paired_bootstrap(&[0.0; 30]);
        assert_eq!(
            found,
            Difference {
                mean: 0.0,
                low: 0.0,
                high: 0.0,
                p: 1.0
            }
        );
        assert!((paired_bootstrap(&[]).p - 1.0).abs() < 1e-9);
    }

    /// 300 comparisons of runs between which there is no difference: about one of twenty looks like one.
    #[test]
    fn where_there_is_no_difference_about_one_of_twenty_looks_significant() {
        let mut random = Random::new(3);
        let n_significant = (0..300)
            .filter(|_| {
                let noise: Vec<f64> = (0..40)
                    .map(|_| random.below(2_001) as f64 / 1_000.0 - 1.0)
                    .collect();
                resampled(&noise, 400, 1).p < 0.05
            })
            .count();
        assert!((5..=30).contains(&n_significant), "{n_significant} of 300");
    }

    #[test]
    fn a_small_steady_difference_is_told_from_noise() {
        let steady: Vec<f64> = (0..200_u32)
            .map(|i| 0.02 + f64::from(i % 5) / 100.0)
            .collect();
        let found = paired_bootstrap(&steady);
        assert!(
            found.p < 0.001 && found.low > 0.03 && found.high < 0.05,
            "{found:?}"
        );
    }
}
