//! What each format gives: the right words at the right place, through the real reader process.

use nuthatch::{document::FileState, extract::decode};

use crate::support::{DocumentView, FileView, Home, docx, pdf, view_of, word_paragraph};

/// What becomes of one file.
fn read(name: &str, content: impl AsRef<[u8]>) -> FileView {
    let home = Home::new();
    home.write(name, content);
    home.add();
    let mut files = view_of(&home.library());
    assert_eq!(files.len(), 1);
    files.pop_first().unwrap().1
}

fn document(name: &str, content: impl AsRef<[u8]>) -> DocumentView {
    let file = read(name, content);
    file.document
        .unwrap_or_else(|| panic!("{name}: {:?}", file.reason))
}

/// The text of each heading with its level.
fn headings(document: &DocumentView) -> Vec<(u8, &str)> {
    let ends = document.marks.iter().skip(1).map(|mark| mark.start);
    let ends = ends.chain([document.text.len()]);
    document
        .marks
        .iter()
        .zip(ends)
        .filter_map(|(mark, end)| Some((mark.heading?, document.text[mark.start..end].trim())))
        .collect()
}

#[test]
fn text_in_any_common_encoding_is_read_as_it_was_meant() {
    let english = "The quarterly budget meeting was moved to Thursday at noon.\n".repeat(4);
    let wide = |text: &str, big: bool, mark: bool| {
        let units = mark
            .then_some(0xfeff)
            .into_iter()
            .chain(text.encode_utf16());
        let bytes = units.flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        bytes.collect::<Vec<u8>>()
    };
    let russian = "Отчёт о продажах за третий квартал подготовлен вовремя.\r\n".repeat(4);
    let chinese = "季度预算会议改到星期四中午在港口办公室举行。\n".repeat(4);
    for text in [&english, &russian, &chinese] {
        for (big, mark) in [(false, false), (false, true), (true, false), (true, true)] {
            let read = decode(&wide(text, big, mark));
            assert_eq!(&read, text, "UTF-16, {big} {mark}");
        }
    }
    let named = [
        (
            "gbk",
            "季度预算会议改到星期四中午在港口办公室举行。请大家准时参加，并带上第三季度的销售报告。",
        ),
        (
            "shift_jis",
            "四半期の予算会議は木曜日の正午に港のオフィスへ変更されました。資料を持ってきてください。",
        ),
        (
            "iso-2022-jp",
            "四半期の予算会議は木曜日の正午に港のオフィスへ変更されました。",
        ),
        (
            "koi8-r",
            "Отчёт о продажах за третий квартал подготовлен бухгалтерией вовремя. Спасибо всем участникам.",
        ),
        (
            "windows-1251",
            "Отчёт о продажах за третий квартал подготовлен бухгалтерией вовремя. Спасибо всем участникам.",
        ),
        (
            "windows-1252",
            "Le château d’été à côté de la forêt reçoit déjà des élèves très motivés. Où êtes-vous ?",
        ),
        (
            "euc-kr",
            "분기 예산 회의는 목요일 정오에 항구 사무실로 변경되었습니다. 모두 참석해 주시기 바랍니다.",
        ),
        (
            "big5",
            "季度預算會議改到星期四中午在港口辦公室舉行。請大家準時參加，並帶上第三季度的銷售報告。",
        ),
    ];
    for (name, sentence) in named {
        let text = format!("{sentence}\n").repeat(6);
        let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
        let (bytes, _, lossy) = encoding.encode(&text);
        assert!(!lossy, "{name}");
        assert_eq!(decode(&bytes), text, "{name}");
    }
}

#[test]
fn a_file_of_numbers_is_not_taken_for_wide_text() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let samples: Vec<u8> = (0..4_000)
        .flat_map(|_| (noise() as i16 / 64).to_le_bytes())
        .collect();
    let packed: Vec<u8> = (0..8_000).map(|_| noise() as u8).collect();
    let counters: Vec<u8> = (0_u32..2_000).flat_map(u32::to_le_bytes).collect();
    for (name, content) in [("a.dat", samples), ("b.dat", packed), ("c.dat", counters)] {
        assert!(read(name, content).document.is_none(), "{name}");
    }
}

#[test]
fn plain_text_keeps_its_lines() {
    let found = document("a.txt", "one\r\ntwo\rthree\n\n\nsix \u{7}bell\n");
    assert_eq!(found.text, "one\ntwo\nthree\n\n\nsix bell");
    assert_eq!(found.passages[0].position.line, Some(1));
}

#[test]
fn a_web_page_gives_its_title_headings_and_visible_words() {
    let page = "<!doctype html><html><head><title>Tea &amp; Cake</title>\
        <style>p { color: red }</style><script>var hiddenword = 1;</script></head><body>\
        <h1>Green <em>tea</em></h1><!-- commentword -->\
        <p>Steep   at\n80&nbsp;&deg;C &lt;not&gt; more.</p>\
        <p>First line<br>second line</p>\
        <template>templateword</template><noscript>noscriptword</noscript>\
        <h2>Cake</h2><table><tr><td>flour</td><td>500 g</td></tr></table>\
        <pre>kept\n  as it stands</pre></body></html>";
    let found = document("tea.html", page);
    assert_eq!(found.title.as_deref(), Some("Tea & Cake"));
    assert_eq!(headings(&found), [(1, "Green tea"), (2, "Cake")]);
    for part in [
        "Steep at 80\u{a0}°C <not> more.",
        "First line\nsecond line",
        "flour\t500 g",
        "kept\n  as it stands",
    ] {
        let spaced = found.text.replace('\u{a0}', " ");
        assert!(
            spaced.contains(&part.replace('\u{a0}', " ")),
            "{part:?} in {:?}",
            found.text
        );
    }
    for word in [
        "hiddenword",
        "color",
        "commentword",
        "templateword",
        "noscriptword",
    ] {
        assert!(!found.text.contains(word), "{word} in {:?}", found.text);
    }
}

#[test]
fn a_web_page_in_the_encoding_it_names_is_read_in_it() {
    let page = "<html><head><meta charset=\"windows-1250\"></head><body><p>Zażółć gęślą jaźń</p>";
    let (bytes, _, _) = encoding_rs::WINDOWS_1250.encode(page);
    assert_eq!(document("a.html", &bytes).text, "Zażółć gęślą jaźń");
}

#[test]
fn a_word_document_gives_headings_tables_tabs_and_no_deleted_text() {
    let heading = "<w:p><w:pPr><w:pStyle w:val=\"Heading2\"/><w:tabs><w:tab w:val=\"left\" w:pos=\"720\"/>\
        </w:tabs></w:pPr><w:r><w:t>Assets</w:t></w:r></w:p>";
    let tabbed = "<w:p><w:r><w:t>left</w:t><w:tab/><w:t>right</w:t><w:br/><w:t>below &amp; on</w:t></w:r></w:p>";
    let table = format!(
        "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
        word_paragraph("cash"),
        word_paragraph("42")
    );
    let tracked = "<w:p><w:r><w:t>kept </w:t></w:r><w:del><w:r><w:delText>deletedword</w:delText></w:r></w:del>\
        <w:ins><w:r><w:t>inserted</w:t></w:r></w:ins></w:p>";
    let boxed = "<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>boxed once</w:t></mc:Choice>\
        <mc:Fallback><w:t>boxed once</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>";
    let body = [
        &word_paragraph("Intro"),
        heading,
        tabbed,
        &table,
        tracked,
        boxed,
    ]
    .concat();
    let found = document("a.docx", docx(&body));
    assert_eq!(headings(&found), [(2, "Assets")]);
    assert_eq!(
        found.text,
        "Intro\n\nAssets\n\nleft\tright\nbelow & on\n\ncash\n\n42\n\nkept inserted\n\nboxed once"
    );
}

#[test]
fn a_damaged_word_document_fails_with_a_reason() {
    let whole = docx(&word_paragraph("Intro"));
    for broken in [&whole[..whole.len() / 2], b"PK\x03\x04 and then nothing"] {
        let file = read("a.docx", broken);
        assert_eq!(file.state, FileState::Failed);
        assert!(file.reason.unwrap().contains("damaged"));
    }
    let file = read("a.docx", "no archive at all");
    assert!(file.reason.unwrap().contains("not a docx file"));
}

#[test]
fn pages_of_a_pdf_keep_their_numbers_across_a_blank_one() {
    let found = document(
        "a.pdf",
        pdf(&["apricot on one", "", "cherry on three", "damson on four"]),
    );
    assert_eq!(found.n_pages, Some(4));
    assert_eq!(found.partial, None, "an empty page lacks nothing");
    let pages: Vec<(Option<u32>, &str)> = found
        .passages
        .iter()
        .map(|passage| {
            let text = &found.text[passage.span.0..passage.span.1];
            (passage.position.page, text.trim())
        })
        .collect();
    assert_eq!(
        pages,
        [
            (Some(1), "apricot on one"),
            (Some(3), "cherry on three"),
            (Some(4), "damson on four")
        ]
    );
}

#[test]
fn a_pdf_of_empty_pages_is_skipped_and_a_locked_one_fails_with_its_reason() {
    let file = read("scan.pdf", pdf(&["", ""]));
    assert_eq!(file.state, FileState::Skipped);
    assert!(file.reason.unwrap().contains("nothing on its pages"));
    // An encryption that no empty password opens.
    let lock = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 \
        /O (01234567890123456789012345678901) /U (01234567890123456789012345678901) >> \
        /ID [(a) (a)] /Root";
    let locked = String::from_utf8(pdf(&["secret"]))
        .unwrap()
        .replace("/Root", lock);
    let file = read("locked.pdf", locked);
    assert_eq!(file.state, FileState::Failed);
    assert_eq!(file.reason.unwrap(), "the PDF is locked with a password");
}

#[test]
fn a_note_in_markdown_gives_title_headings_code_and_lines() {
    let note = "---\ntitle: \"My notes\"\ntags: [a]\n---\n\n# Birds *and* bees\n\n\
        A **bold** word and `code`.\n\n- first\n- second\n  - nested\n\n\
        ```rust\nfn main() {}\n```\n\n## Table\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\
        <p align=\"center\">\nA line <b>inside</b> markup, 1 < 2\n</p>\n\n<!-- commentword -->\n\nLast.\n";
    let found = document("a.md", note);
    assert_eq!(found.title.as_deref(), Some("My notes"));
    assert_eq!(headings(&found), [(1, "Birds and bees"), (2, "Table")]);
    for part in [
        "A bold word and code.",
        "first",
        "second",
        "nested",
        "fn main() {}",
        "A line inside markup, 1 < 2",
        "Last.",
    ] {
        assert!(found.text.contains(part), "{part:?} in {:?}", found.text);
    }
    assert!(!found.text.contains("commentword"), "{:?}", found.text);
    assert!(!found.text.contains("tags"), "{:?}", found.text);
    for (part, line) in [
        ("Birds", 6),
        ("A bold", 8),
        ("fn main", 15),
        ("A line", 25),
        ("Last", 30),
    ] {
        let at = found.text.find(part).unwrap();
        let mark = found.marks.iter().rfind(|mark| mark.start <= at).unwrap();
        assert_eq!(mark.line, Some(line), "{part}");
    }
}
