//! Names that stand for many: types of files by their endings, languages by their names.
//!
//! Tables; one row is one name that `type:` or `lang:` knows.

/// Types with their other names and the endings of their files.
const TYPES: [(&[&str], &str); 15] = [
    (&["pdf"], "pdf"),
    (
        &["document", "documents", "doc", "docs", "word"],
        "doc docx docm dotx odt ott rtf pdf pages",
    ),
    (
        &[
            "slides",
            "slide",
            "presentation",
            "presentations",
            "powerpoint",
        ],
        "ppt pptx pptm ppsx odp key",
    ),
    (
        &[
            "sheet",
            "sheets",
            "spreadsheet",
            "spreadsheets",
            "table",
            "excel",
        ],
        "xls xlsx xlsm xlsb ods csv tsv numbers",
    ),
    (
        &["mail", "mails", "email", "emails", "message"],
        "eml emlx msg mbox mht mhtml",
    ),
    (&["book", "books", "ebook", "ebooks"], "epub fb2 mobi azw3"),
    (
        &["text", "note", "notes"],
        "txt md markdown mdx mkd rst rest org adoc asciidoc asc tex ltx log",
    ),
    (
        &["web", "html", "webpage", "page"],
        "html htm xhtml mht mhtml",
    ),
    (
        &["image", "images", "picture", "pictures", "photo", "photos"],
        "jpg jpeg png gif bmp tif tiff webp svg heic heif avif",
    ),
    (
        &["code", "source", "program"],
        "rs py js ts jsx tsx mjs svelte vue c h cc cpp hpp cs java kt go rb php swift sh bash zsh ps1 lua sql r jl hs scala pl ipynb css scss toml yaml yml",
    ),
    (&["notebook", "notebooks"], "ipynb"),
    (
        &["data"],
        "json jsonl ndjson geojson xml csv tsv yaml yml toml sql parquet",
    ),
    (
        &["archive", "archives", "zip"],
        "zip 7z tar gz tgz bz2 xz zst rar jar",
    ),
    (&["subtitle", "subtitles"], "srt vtt"),
    (&["log", "logs"], "log out"),
];

/// Languages by ISO 639-3, with their other names.
const LANGUAGES: [(&str, &[&str]); 41] = [
    ("eng", &["en", "english"]),
    ("deu", &["de", "ger", "german", "deutsch"]),
    ("fra", &["fr", "fre", "french", "français"]),
    ("spa", &["es", "spanish", "español"]),
    ("ita", &["it", "italian", "italiano"]),
    ("por", &["pt", "portuguese", "português"]),
    ("nld", &["nl", "dut", "dutch", "nederlands"]),
    ("dan", &["da", "danish"]),
    ("swe", &["sv", "swedish"]),
    ("nob", &["no", "nb", "nor", "norwegian"]),
    ("fin", &["fi", "finnish"]),
    ("pol", &["pl", "polish"]),
    ("ces", &["cs", "cze", "czech"]),
    ("slk", &["sk", "slovak"]),
    ("slv", &["sl", "slovenian"]),
    ("hrv", &["hr", "croatian"]),
    ("srp", &["sr", "serbian"]),
    ("hun", &["hu", "hungarian"]),
    ("ron", &["ro", "romanian"]),
    ("bul", &["bg", "bulgarian"]),
    ("ell", &["el", "gre", "greek"]),
    ("tur", &["tr", "turkish"]),
    ("rus", &["ru", "russian", "русский"]),
    ("ukr", &["uk", "ukrainian"]),
    ("lit", &["lt", "lithuanian"]),
    ("lav", &["lv", "latvian"]),
    ("est", &["et", "estonian"]),
    ("cat", &["ca", "catalan"]),
    ("lat", &["la", "latin"]),
    ("heb", &["he", "hebrew"]),
    ("ara", &["ar", "arabic"]),
    ("pes", &["fa", "fas", "persian", "farsi"]),
    ("hin", &["hi", "hindi"]),
    ("ben", &["bn", "bengali"]),
    ("tam", &["ta", "tamil"]),
    ("tha", &["th", "thai"]),
    ("vie", &["vi", "vietnamese"]),
    ("ind", &["id", "indonesian"]),
    ("cmn", &["zh", "zho", "chi", "chinese", "中文"]),
    ("jpn", &["ja", "jp", "japanese", "日本語"]),
    ("kor", &["ko", "korean", "한국어"]),
];

/// The endings of a type.
pub(super) fn endings(name: &str) -> Option<impl Iterator<Item = &'static str>> {
    let found = TYPES.iter().find(|(names, _)| names.contains(&name));
    found.map(|(_, endings)| endings.split(' '))
}

/// Every type, by its first name.
pub(super) fn types() -> String {
    let names: Vec<&str> = TYPES
        .iter()
        .filter_map(|(names, _)| names.first().copied())
        .collect();
    names.join(", ")
}

/// A language by one of its names, as ISO 639-3.
pub(super) fn language(name: &str) -> Option<&'static str> {
    let is_named =
        |(code, names): &&(&'static str, &[&str])| *code == name || names.contains(&name);
    LANGUAGES.iter().find(is_named).map(|(code, _)| *code)
}
