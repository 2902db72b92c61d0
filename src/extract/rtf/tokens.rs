//! RTF's bytes into groups, control words and characters.
//!
//! Knows no word's meaning but `\bin`, whose bytes are none of the text. Invariant: every token takes
//! at least one byte, whatever the file says of itself.

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    /// A control word with its number.
    Word(&'a [u8], Option<i32>),
    /// `\*`: a word that follows may be passed over with its group.
    Optional,
    /// A character of the code page at hand, or a part of one.
    Byte(u8),
    /// A character that is the same in all of them.
    Character(char),
}

/// Longest control word; longer ones are noise.
const MAX_WORD: usize = 40;

/// Walks through the bytes.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let first = self.peek()?;
        if first.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.at += 1;
        Some(match first {
            b'\'' => {
                let digits = self.bytes.get(self.at..self.at + 2).unwrap_or_default();
                let digits = std::str::from_utf8(digits).unwrap_or_default();
                let byte = u8::from_str_radix(digits, 16);
                self.at += if byte.is_ok() { 2 } else { 0 };
                Token::Byte(byte.unwrap_or(b'?'))
            }
            b'*' => Token::Optional,
            b'~' => Token::Character('\u{a0}'),
            b'_' => Token::Character('-'),
            // Where a word may be divided: nothing to be seen.
            b'-' => Token::Word(b"", None),
            b'\r' | b'\n' => Token::Word(b"par", None),
            b'\t' => Token::Character('\t'),
            other => Token::Byte(other),
        })
    }

    fn word(&mut self) -> Token<'a> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let n_letters = rest.iter().take(MAX_WORD);
        let n_letters = n_letters
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let (word, rest) = rest.split_at(n_letters);
        let is_negative = rest.first() == Some(&b'-');
        let digits = rest.get(usize::from(is_negative)..).unwrap_or_default();
        let n_digits = digits
            .iter()
            .take(10)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.at += n_letters;
        let mut number = None;
        if n_digits > 0 {
            let value = digits
                .iter()
                .take(n_digits)
                .fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
            let value = if is_negative { -value } else { value };
            number = i32::try_from(value).ok();
            self.at += n_digits + usize::from(is_negative);
        }
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        if word == b"bin" {
            let n_bytes = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            // A length that leads beyond the end is a lie.
            let behind = self.at.saturating_add(n_bytes);
            if behind < self.bytes.len() {
                self.at = behind;
            }
        }
        Token::Word(word, number)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            return Some(match self.take()? {
                b'{' => Token::Open,
                b'}' => Token::Close,
                b'\\' => return self.control(),
                // Lines of the file are none of the text; zero bytes fill some files up.
                b'\r' | b'\n' | 0 => continue,
                byte => Token::Byte(byte),
            });
        }
    }
}
