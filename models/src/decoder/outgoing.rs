//! From the bytes of tokens to text that may be shown.
//!
//! Owns what has to wait: the first bytes of a character, and letters that may become a mark that
//! ends the answer. Invariant: all that is given out is whole characters and never taken back.

/// Text on its way out.
#[derive(Debug, Default)]
pub struct Outgoing {
    /// Bytes of a character that is not whole.
    bytes: Vec<u8>,
    /// Letters that may become a mark.
    held: String,
    stops: Vec<String>,
    has_stopped: bool,
}

impl Outgoing {
    /// Ends at the first of these.
    pub fn new(stops: &[String]) -> Self {
        Self {
            stops: stops.to_vec(),
            ..Self::default()
        }
    }

    /// Takes the bytes of a token and gives out what may be shown.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        if self.has_stopped {
            return String::new();
        }
        self.bytes.extend_from_slice(bytes);
        self.take_characters();
        let first = self
            .stops
            .iter()
            .filter_map(|stop| self.held.find(stop))
            .min();
        if let Some(at) = first {
            self.has_stopped = true;
            self.held.truncate(at);
            return std::mem::take(&mut self.held);
        }
        let n_held = self.n_held();
        self.held.drain(..self.held.len() - n_held).collect()
    }

    /// Whether a mark came.
    pub fn has_stopped(&self) -> bool {
        self.has_stopped
    }

    /// What was held back and did not become a mark; a character that was never finished is left
    /// out.
    pub fn finish(&mut self) -> String {
        self.bytes.clear();
        std::mem::take(&mut self.held)
    }

    /// Moves whole characters over; bytes that can never become one count as U+FFFD.
    fn take_characters(&mut self) {
        let mut n_done = 0;
        for chunk in self.bytes.utf8_chunks() {
            self.held.push_str(chunk.valid());
            n_done += chunk.valid().len();
            let rest = self.bytes.get(n_done..).unwrap_or_default();
            let invalid = chunk.invalid();
            let is_open = invalid.len() == rest.len() && is_beginning(invalid);
            if invalid.is_empty() || is_open {
                break;
            }
            self.held.push(char::REPLACEMENT_CHARACTER);
            n_done += invalid.len();
        }
        self.bytes.drain(..n_done);
    }

    /// How many bytes at the end may be the beginning of a mark.
    fn n_held(&self) -> usize {
        let begins = |at: usize| {
            let end = self.held.get(at..);
            end.is_some_and(|end| self.stops.iter().any(|stop| stop.starts_with(end)))
        };
        let longest = self.stops.iter().map(String::len).max().unwrap_or(0);
        let first = self.held.len().saturating_sub(longest);
        let at = (first..self.held.len()).find(|&at| begins(at));
        at.map_or(0, |at| self.held.len() - at)
    }
}

/// Whether more bytes could make a character of these.
fn is_beginning(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing() -> Outgoing {
        Outgoing::new(&["<|im_end|>".to_owned(), "<|x".to_owned()])
    }

    #[test]
    fn a_character_waits_for_its_last_byte() {
        let mut out = outgoing();
        assert_eq!(out.push(b"a\xe2"), "a");
        assert_eq!(out.push(b"\x82"), "");
        assert_eq!(out.push(b"\xacb\xf0\x9f"), "€b");
        assert_eq!(out.push(b"\x98\x80"), "😀");
        assert_eq!(out.push(b"\xe2\x82"), "");
        assert_eq!(out.finish(), "");
    }

    #[test]
    fn bytes_that_are_no_character_are_told_apart_from_those_that_wait() {
        let mut out = outgoing();
        assert_eq!(out.push(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(out.push(b"\xe2(\xac"), "\u{fffd}(\u{fffd}");
    }

    #[test]
    fn letters_that_may_become_a_mark_wait_until_it_is_clear() {
        let mut out = outgoing();
        assert_eq!(out.push(b"a < b, c <|im"), "a < b, c ");
        assert_eq!(out.push(b"age|> <|im_e"), "<|image|> ");
        assert_eq!(out.push(b"nd|> and more"), "");
        assert!(out.has_stopped());
        assert_eq!(out.push(b"and more"), "");
        assert_eq!(out.finish(), "");
    }

    #[test]
    fn what_did_not_become_a_mark_comes_at_the_end() {
        let mut out = outgoing();
        assert_eq!(out.push(b"1 <"), "1 ");
        assert!(!out.has_stopped());
        assert_eq!(out.finish(), "<");
    }

    #[test]
    fn the_first_of_two_marks_counts() {
        let mut out = outgoing();
        assert_eq!(out.push(b"one<|xtwo<|im_end|>three"), "one");
        assert!(out.has_stopped());
    }
}
