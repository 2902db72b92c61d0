//! One form for words that mean the same to who types them: case, width, accents, spelling marks.
//!
//! Pure. Invariant: folding a folded word changes nothing.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case, compatibility forms and widths unified, accents of Latin and Greek letters, the vowel
/// marks of Arabic and Hebrew and invisible characters dropped. Marks that make another letter
/// (Cyrillic й, Indic vowels) stay.
pub fn fold(word: &str) -> Cow<'_, str> {
    if word
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    {
        return Cow::Borrowed(word);
    }
    if word.is_ascii() {
        return Cow::Owned(word.to_ascii_lowercase());
    }
    let mut base = ' ';
    let decomposed = word
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(move |&character| {
            let accent = ('\u{300}'..='\u{36f}').contains(&character);
            if !is_combining_mark(character) {
                base = character;
            }
            !(accent && base < '\u{400}' || is_vowel_mark(character) || is_invisible(character))
        });
    let mut folded = String::with_capacity(word.len());
    for character in decomposed.nfc() {
        push_letter(&mut folded, character);
    }
    Cow::Owned(folded)
}

/// Letters that are written in several ways.
fn push_letter(folded: &mut String, letter: char) {
    match letter {
        'ß' => folded.push_str("ss"),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        'ё' => folded.push('е'),
        'ø' => folded.push('o'),
        'ł' => folded.push('l'),
        'đ' | 'ð' => folded.push('d'),
        'ı' => folded.push('i'),
        'ς' => folded.push('σ'),
        // Alef with hamza or madda, the two yehs, teh marbuta, the Persian kaf and yeh: what Lucene's
        // normalisation of Arabic and Persian unifies.
        'أ' | 'إ' | 'آ' | 'ٱ' => folded.push('ا'),
        'ى' | 'ی' => folded.push('ي'),
        'ة' => folded.push('ه'),
        'ک' => folded.push('ك'),
        other => folded.push(other),
    }
}

/// Vowel points of Arabic (with the stretching tatweel) and Hebrew, which most texts leave out, and
/// the dot below some Indic letters, which many leave out.
const fn is_vowel_mark(character: char) -> bool {
    matches!(character,
        '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' | '\u{591}'..='\u{5c7}'
        | '\u{93c}' | '\u{9bc}' | '\u{a3c}' | '\u{abc}' | '\u{b3c}')
}

/// Characters without a shape of their own that stand inside words: soft hyphens, joiners, marks of
/// direction, the byte order mark.
pub(super) const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_word_meet() {
        for (one, other) in [
            ("Größe", "grosse"),
            ("naïve", "naive"),
            ("Ёлка", "елка"),
            ("ﬁle", "file"),
            ("Ⅶ", "vii"),
            ("ＡＢＣ１２３", "abc123"),
            ("ΜΈΓΑΣ", "μεγασ"),
            ("أحمد", "احمد"),
            ("مَدْرَسَة", "مدرسه"),
            ("کتاب", "كتاب"),
            ("שָׁלוֹם", "שלום"),
            ("क़लम", "कलम"),
            ("co\u{ad}operate", "cooperate"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        assert_ne!(fold("йод"), fold("иод"));
        assert_ne!(fold("कि"), fold("क"));
    }

    proptest! {
        #[test]
        fn a_folded_word_stays_as_it_is(word in "\\PC{0,20}") {
            let folded = fold(&word).into_owned();
            prop_assert_eq!(fold(&folded).into_owned(), folded);
        }
    }
}
