//! Western text of programs from before Windows: of DOS (code page 850) and of the old Macintosh.
//!
//! Statistics that know the web only take both for Windows-1252. Invariant: a text is taken for one
//! of these only if it makes more letters of western languages than Windows-1252 does.

use encoding_rs::{MACINTOSH, WINDOWS_1252};

/// The upper half of code page 850; 437 has the same letters in the same places.
const DOS: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´ ±‗¾¶§÷¸°¨·¹³²■ ";
/// Letters and marks that western languages use often.
const COMMON: &str = "äöüßéèêëàâçîïôùûñíóúáãõøåæœÄÖÜÉÈÀÇÅØÆÑ’‘“”„«»–—…°§€";
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
}
