//! The compressed RTF of Outlook's items, as \[MS-OXRTFCP\] describes it.
//!
//! Pure. Invariant: what comes out is bounded, whatever the header says.

/// What references may point at from the beginning on.
const PRELOADED: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \
\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\
\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4096;
const MAX_BYTES: usize = 64 << 20;
const HEADER_BYTES: usize = 16;

/// The RTF; what was unpacked before damage stays, and nothing is none.
pub(super) fn unpack(bytes: &[u8]) -> Vec<u8> {
    let body = bytes.get(HEADER_BYTES..).unwrap_or_default();
    match bytes.get(8..12) {
        Some(b"MELA") => body.to_vec(),
        Some(b"LZFu") => expand(body),
        _ => Vec::new(),
    }
}

fn expand(body: &[u8]) -> Vec<u8> {
    let mut window = [0_u8; WINDOW];
    for (to, from) in window.iter_mut().zip(PRELOADED) {
        *to = *from;
    }
    let mut at = PRELOADED.len();
    let mut out = Vec::new();
    let mut put = |window: &mut [u8; WINDOW], byte: u8, out: &mut Vec<u8>| {
        if let Some(place) = window.get_mut(at % WINDOW) {
            *place = byte;
        }
        at += 1;
        out.push(byte);
        at
    };
    let mut end = PRELOADED.len();
    let mut body = body.iter().copied();
    while let Some(flags) = body.next() {
        for bit in 0..8 {
            let Some(first) = body.next() else {
                return out;
            };
            if flags & (1 << bit) == 0 {
                end = put(&mut window, first, &mut out);
                continue;
            }
            let Some(second) = body.next() else {
                return out;
            };
            let reference = usize::from(u16::from_be_bytes([first, second]));
            let (from, length) = (reference >> 4, (reference & 0xf) + 2);
            if from == end % WINDOW || out.len() > MAX_BYTES {
                return out;
            }
            for i in 0..length {
                let byte = window.get((from + i) % WINDOW).copied();
                end = put(&mut window, byte.unwrap_or_default(), &mut out);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(kind: &[u8], body: &[u8]) -> Vec<u8> {
        [&[0; 8], kind, &[0; 4], body].concat()
    }

    #[test]
    fn the_published_example_unpacks() {
        // [MS-OXRTFCP] 4.1.
        let body = [
            0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a,
            0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64,
            0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        let found = unpack(&packed(b"LZFu", &body));
        let expected = "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n";
        assert_eq!(String::from_utf8(found).unwrap(), expected);
        assert_eq!(PRELOADED.len(), 207);
    }

    #[test]
    fn what_is_not_packed_is_copied_and_noise_gives_nothing() {
        assert_eq!(unpack(&packed(b"MELA", b"{\\rtf1 a}")), b"{\\rtf1 a}");
        assert_eq!(unpack(b"short"), b"");
        assert_eq!(unpack(&packed(b"LZFu", &[0xff])), b"");
    }
}
