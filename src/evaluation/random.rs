//! Numbers by a seed: the Mersenne twister, as Python seeds it.
//!
//! Python's, so that a sample of queries is the one that a script with `random.Random(seed)` draws,
//! and figures can be compared query by query. Pure.

const N: usize = 624;
const M: usize = 397;

/// Matsumoto and Nishimura's MT19937 (1998).
pub(super) struct Random {
    state: [u32; N],
    next: usize,
}

impl Random {
    /// As `random.Random(seed)`: the seed is the one word of a key.
    pub(super) fn new(seed: u32) -> Self {
        let mut state = [0; N];
        state[0] = 19_650_218;
        for i in 1..N {
            state[i] = mixed(state[i - 1], 1_812_433_253).wrapping_add(i as u32);
        }
        let mut i = 1;
        for _ in 0..N {
            state[i] = (state[i] ^ mixed(state[i - 1], 1_664_525)).wrapping_add(seed);
            i = stepped(&mut state, i);
        }
        for _ in 1..N {
            state[i] = (state[i] ^ mixed(state[i - 1], 1_566_083_941)).wrapping_sub(i as u32);
            i = stepped(&mut state, i);
        }
        state[0] = 0x8000_0000;
        Self { state, next: N }
    }

    fn word(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn twist(&mut self) {
        for i in 0..N {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// 0 to `n` − 1, `n` being 1 or more: as many bits as `n` has, until they are below it.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let n = n as u32;
        let shift = n.leading_zeros();
        loop {
            let drawn = self.word() >> shift;
            if drawn < n {
                return drawn as usize;
            }
        }
    }

    /// The same permutation as Python's `shuffle`.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

fn mixed(before: u32, factor: u32) -> u32 {
    (before ^ (before >> 30)).wrapping_mul(factor)
}

/// The index after `i`, which is 1 after the last; 0 then holds the last's value.
fn stepped(state: &mut [u32; N], i: usize) -> usize {
    if i + 1 < N {
        return i + 1;
    }
    state[0] = state[N - 1];
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_pythons() {
        // random.Random(7).getrandbits(32), four times.
        let mut random = Random::new(7);
        let words: Vec<u32> = (0..4).map(|_| random.word()).collect();
        assert_eq!(
            words,
            [1_390_851_128, 4_071_050_724, 647_892_279, 1_695_753_998]
        );
    }

    #[test]
    fn a_shuffle_is_pythons() {
        // random.Random(7).shuffle(list(range(20))).
        let mut items: Vec<u32> = (0..20).collect();
        Random::new(7).shuffle(&mut items);
        let python = [
            17, 15, 11, 18, 7, 6, 19, 3, 14, 0, 9, 5, 16, 8, 13, 2, 1, 12, 4, 10,
        ];
        assert_eq!(items, python);
    }
}
