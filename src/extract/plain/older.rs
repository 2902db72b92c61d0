//! Text of programs from before Windows: western of DOS (code page 850) and of the old Macintosh, and
//! Cyrillic of that.
//!
//! Statistics that know the web only take them for Windows-1252 and -1251. Invariant: a text is taken
//! for one of these only if it then looks more like writing than as what they took it for.

use encoding_rs::{MACINTOSH, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC};

/// The upper half of code page 850; 437 has the same letters in the same places.
const DOS: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´ ±‗¾¶§÷¸°¨·¹³²■ ";
/// Letters and marks that western languages use often.
const COMMON: &str = "äöüßéèêëàâçîïôùûñíóúáãõøåæœÄÖÜÉÈÀÇÅØÆÑ’‘“”„«»–—…°§€";
/// What stands at Cyrillic words.
const MARKS: &str = "«»„“”‘’—–…№\u{a0}";
/// So much of a text is looked at.
const MAX_BYTES: usize = 64 << 10;

/// The text, if it is one of these.
pub(super) fn decoded(bytes: &[u8]) -> Option<String> {
    let sample = bytes.get(..bytes.len().min(MAX_BYTES))?;
    let windows = rate(&WINDOWS_1252.decode_without_bom_handling(sample).0);
    let macintosh = rate(&MACINTOSH.decode_without_bom_handling(sample).0);
    let dos = rate(&of_dos(sample));
    if macintosh > windows && macintosh >= dos {
        return Some(MACINTOSH.decode_without_bom_handling(bytes).0.into_owned());
    }
    (dos > windows).then(|| of_dos(bytes))
}

/// The text, if it is Cyrillic of the old Macintosh. Most small letters are the same in both, but what
/// is a capital in one is a small letter or a sign in the other.
pub(super) fn cyrillic(bytes: &[u8]) -> Option<String> {
    let sample = bytes.get(..bytes.len().min(MAX_BYTES))?;
    let windows = n_oddities(&WINDOWS_1251.decode_without_bom_handling(sample).0);
    let macintosh = n_oddities(&X_MAC_CYRILLIC.decode_without_bom_handling(sample).0);
    let decoded = || X_MAC_CYRILLIC.decode_without_bom_handling(bytes).0;
    (macintosh * 4 < windows).then(|| decoded().into_owned())
}

/// Capitals behind small letters, and signs at letters that are no marks of a sentence.
fn n_oddities(text: &str) -> usize {
    let is_sign = |character: char| {
        !character.is_ascii() && !character.is_alphanumeric() && !MARKS.contains(character)
    };
    let pairs = text.chars().zip(text.chars().skip(1));
    let is_odd = |&(first, second): &(char, char)| {
        first.is_lowercase() && second.is_uppercase()
            || first.is_alphabetic() && is_sign(second)
            || is_sign(first) && second.is_alphabetic()
    };
    pairs.filter(is_odd).count()
}

fn of_dos(bytes: &[u8]) -> String {
    let table: Vec<char> = DOS.chars().collect();
    let character = |&byte: &u8| match byte.checked_sub(128) {
        Some(at) => table.get(usize::from(at)).copied().unwrap_or(' '),
        None => char::from(byte),
    };
    bytes.iter().map(character).collect()
}

/// Common letters against all others that are not ASCII.
fn rate(text: &str) -> i64 {
    let others = text.chars().filter(|character| !character.is_ascii());
    let rate = |character| if COMMON.contains(character) { 1 } else { -1 };
    others.map(rate).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str =
        "Die Prüfung der Größenmaße für Öltanks fällt auf übermorgen; Straße gesperrt.";

    #[test]
    fn texts_of_dos_and_of_the_old_macintosh_are_told_from_those_of_windows() {
        let dos: Vec<u8> = GERMAN
            .chars()
            .map(
                |character| match DOS.chars().position(|known| known == character) {
                    Some(at) => at as u8 + 128,
                    None => character as u8,
                },
            )
            .collect();
        assert_eq!(decoded(&dos).as_deref(), Some(GERMAN));
        assert_eq!(DOS.chars().count(), 128);
        let (macintosh, ..) = MACINTOSH.decode_without_bom_handling(b"d\x8ej\x88 \x8et\x8e");
        assert_eq!(macintosh, "déjà été");
        assert_eq!(
            decoded(b"d\x8ej\x88 \x8et\x8e").as_deref(),
            Some("déjà été")
        );
        let (windows, ..) = WINDOWS_1252.encode(GERMAN);
        assert_eq!(decoded(&windows), None);
    }

    #[test]
    fn cyrillic_of_the_old_macintosh_is_told_from_that_of_windows() {
        let russian = "Отчёт о продажах за третий квартал подготовлен вовремя.";
        let (windows, ..) = WINDOWS_1251.encode(russian);
        assert_eq!(cyrillic(&windows), None);
        let (macintosh, ..) = X_MAC_CYRILLIC.encode(russian);
        assert_eq!(cyrillic(&macintosh).as_deref(), Some(russian));
    }
}
