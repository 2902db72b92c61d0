//! Made-up text with the statistics of real text: seeded, so that everybody has the same.
//!
//! Words by Zipf's law; about every other word is one of a few that its predecessor likes, so that
//! the text compresses about as real text does, and phrases come again. Knows no files.

/// Words that come again and again; a few beyond are rare ones (names, numbers of things).
const N_WORDS: u64 = 60_000;
/// What a word's followers are drawn from.
const N_FOLLOWERS: u64 = 5;

/// Marsaglia's xorshift: the same numbers everywhere.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers that depend on the seed alone.
    pub fn new(seed: u64) -> Self {
        Self(scramble(seed.wrapping_add(1)) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// 0 to `n` − 1.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// 0 to 1.
    pub fn share(&mut self) -> f64 {
        share(self.next())
    }

    /// Of a log-normal distribution with this median; `spread` is the standard deviation of the
    /// logarithm.
    pub fn around(&mut self, median: f64, spread: f64) -> f64 {
        // Box and Muller (1958).
        let radius = (-2.0 * self.share().max(1e-12).ln()).sqrt();
        let angle = std::f64::consts::TAU * self.share();
        median * (spread * radius * angle.cos()).exp()
    }

    /// A word from rank `commonest` on, by Zipf's law: as often as one over its rank.
    pub fn word(&mut self, commonest: u64) -> String {
        spelled(zipf(self.share(), commonest))
    }

    /// Several words of a name or a title.
    pub fn words(&mut self, n: u64, between: &str) -> String {
        let words: Vec<String> = (0..n).map(|_| self.word(30)).collect();
        words.join(between)
    }

    /// A paragraph of about `n_bytes`.
    pub fn paragraph(&mut self, n_bytes: usize) -> String {
        let mut text = String::with_capacity(n_bytes + 64);
        let mut last = self.next();
        while text.len() < n_bytes {
            self.sentence(&mut text, &mut last);
        }
        text
    }

    fn sentence(&mut self, text: &mut String, last: &mut u64) {
        let n_words = 5 + self.below(18);
        for n in 0..n_words {
            let rank = self.follower(*last);
            *last = rank;
            let word = match self.below(100) {
                0 => spelled(N_WORDS + self.below(1 << 24)),
                1 => self.below(3_000).to_string(),
                _ => spelled(rank),
            };
            match (n, word.chars().next()) {
                (0, Some(first)) => {
                    text.extend(first.to_uppercase());
                    text.push_str(&word[first.len_utf8()..]);
                }
                _ => text.push_str(&word),
            }
            text.push_str(match (n + 1 == n_words, self.below(12)) {
                (true, _) => ". ",
                (false, 0) => ", ",
                _ => " ",
            });
        }
    }

    fn follower(&mut self, of: u64) -> u64 {
        if self.below(100) < 55 {
            let liked = scramble(of.wrapping_mul(N_FOLLOWERS) + self.below(N_FOLLOWERS));
            zipf(share(liked), 1)
        } else {
            zipf(self.share(), 1)
        }
    }
}

fn share(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

fn zipf(share: f64, commonest: u64) -> u64 {
    let span = (N_WORDS as f64 / commonest as f64).ln();
    ((share * span).exp() * commonest as f64) as u64
}

/// The finaliser of `SplitMix64` (Steele and others, 2014).
fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The word of a rank: short for common ones.
fn spelled(rank: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ra", "ten", "mo", "li", "sor", "ve", "ka", "dun", "pe", "gri", "to", "ban", "ul", "che",
        "nor", "fi",
    ];
    let mut rest = rank + 16;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[(rest % 16) as usize]);
        rest /= 16;
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_text_and_another_seed_another() {
        let text = |seed| Random::new(seed).paragraph(2_000);
        assert_eq!(text(7), text(7));
        assert_ne!(text(7), text(8));
        assert!(text(7).len() >= 2_000);
    }

    #[test]
    fn sizes_lie_around_their_median() {
        let mut random = Random::new(1);
        let mut sizes: Vec<f64> = (0..2_001).map(|_| random.around(100.0, 1.0)).collect();
        sizes.sort_by(f64::total_cmp);
        assert!((80.0..125.0).contains(&sizes[1_000]));
    }
}
