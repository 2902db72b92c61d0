//! Whether a model writes the same over and over, which small ones do and never stop.
//!
//! Knows tokens only. Invariant: nothing that is short enough to be meant counts: a dotted line, the
//! rule of a table, a refrain.

/// How often the same comes before it is a loop.
const N_TIMES: usize = 3;
/// Tokens that all of its times make at least: a rule under a table of ten columns has 30.
const MIN_TOKENS: usize = 48;
/// Longest part that is looked for.
const MAX_PERIOD: usize = 160;

/// Whether the end of `ids` is the same part several times.
pub fn repeats(ids: &[u32]) -> bool {
    (1..=MAX_PERIOD).any(|period| {
        let n = MIN_TOKENS.max(N_TIMES * period);
        let Some(end) = ids.len().checked_sub(n).and_then(|at| ids.get(at..)) else {
            return false;
        };
        end.iter().zip(end.iter().skip(period)).all(|(a, b)| a == b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens that never repeat, and `part` so many times behind them.
    fn written(part: &[u32], times: usize) -> Vec<u32> {
        let before = 1000..1100;
        before.chain(part.repeat(times)).collect()
    }

    #[test]
    fn a_sentence_three_times_is_a_loop_and_twice_is_not() {
        let sentence: Vec<u32> = (0..20).collect();
        assert!(repeats(&written(&sentence, 3)));
        assert!(!repeats(&written(&sentence, 2)));
        let mut broken = written(&sentence, 3);
        broken[110] = 7;
        assert!(!repeats(&broken));
    }

    #[test]
    fn a_paragraph_three_times_is_a_loop_wherever_it_was_cut() {
        let paragraph: Vec<u32> = (0..150).collect();
        let mut ids = written(&paragraph, 3);
        ids.extend(&paragraph[..70]);
        assert!(repeats(&ids));
    }

    #[test]
    fn short_repetitions_may_be_meant() {
        assert!(!repeats(&written(&[1], 40)));
        assert!(repeats(&written(&[1], 48)));
        assert!(!repeats(&written(&[1, 2, 3], 15)));
        assert!(repeats(&written(&[1, 2, 3], 16)));
        assert!(!repeats(&[]));
    }
}
