//! Which encoding a font's characters, or a whole document's, are in.
//!
//! Numbers as Microsoft's specification of RTF 1.9.1 lists them. Pure. Invariant: what is not known is
//! `None`, so that the encoding at hand stays.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};

/// Of a code page's number.
pub(in crate::extract) fn of_page(page: i32) -> Option<&'static Encoding> {
    Some(match page {
        866 => IBM866,
        874 => WINDOWS_874,
        932 => SHIFT_JIS,
        936 | 54936 => GBK,
        949 | 1361 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1252 => WINDOWS_1252,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10000 => MACINTOSH,
        10007 => X_MAC_CYRILLIC,
        65001 => UTF_8,
        _ => return None,
    })
}

/// Of the number of a font's set of characters.
pub(super) fn of_set(set: i32) -> Option<&'static Encoding> {
    of_page(match set {
        0 => 1252,
        77 => 10000,
        78 | 128 => 932,
        79 | 129 => 949,
        80 | 134 => 936,
        81 | 136 => 950,
        85 | 161 => 1253,
        86 | 162 => 1254,
        83 | 177 => 1255,
        84 | 178 => 1256,
        163 => 1258,
        186 => 1257,
        89 | 204 => 1251,
        87 | 222 => 874,
        88 | 238 => 1250,
        _ => return None,
    })
}
