//! Workbooks made here: values, ranges, comments, damage, claims and bombs.

use crate::{
    document::{Text, Unit},
    extract::{
        Failure,
        zipped::tests::{input, zip},
    },
};

/// A workbook of these sheets (raw XML inside `worksheet`); the second is hidden.
fn book(sheets: &[&str]) -> Vec<u8> {
    let names = ["Budget", "Archive"];
    let (mut listed, mut related) = (String::new(), String::new());
    for (i, name) in (1..=sheets.len()).zip(names) {
        let state = if i == 2 { " state=\"hidden\"" } else { "" };
        listed += &format!("<sheet name=\"{name}\" sheetId=\"{i}\"{state} r:id=\"rId{i}\"/>");
        related += &format!(
            "<Relationship Id=\"rId{i}\" Type=\"http://schemas.openxmlformats.org/officeDocument/\
             2006/relationships/worksheet\" Target=\"worksheets/sheet{i}.xml\"/>"
        );
    }
    let space = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
                 xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let mut parts = vec![
        (
            "xl/worksheets/_rels/sheet1.xml.rels".to_owned(),
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://x/comments\" \
             Target=\"../comments1.xml\"/></Relationships>"
                .to_owned(),
        ),
        (
            "xl/comments1.xml".to_owned(),
            "<comments><commentList><comment ref=\"D2\"><text><r><t>ask </t></r><r><t>Ada</t></r>\
             </text></comment></commentList></comments>"
                .to_owned(),
        ),
        (
            "_rels/.rels".to_owned(),
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/\
             officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/>\
             </Relationships>"
                .to_owned(),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!("<workbook {space}><sheets>{listed}</sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships>{related}</Relationships>"),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet {space}><cellXfs count=\"2\"><xf numFmtId=\"0\"/>\
                 <xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "docProps/core.xml".to_owned(),
            "<cp:coreProperties><dc:creator>Ada</dc:creator></cp:coreProperties>".to_owned(),
        ),
    ];
    for (i, sheet) in sheets.iter().enumerate() {
        parts.push((
            format!("xl/worksheets/sheet{}.xml", i + 1),
            format!("<worksheet {space}>{sheet}</worksheet>"),
        ));
    }
    let parts: Vec<(&str, String)> = parts
        .iter()
        .map(|(name, xml)| (name.as_str(), xml.clone()))
        .collect();
    zip(&parts)
}

fn read(sheets: &[&str]) -> Result<Text, Failure> {
    super::parse(&input(&book(sheets)))
}

fn places(text: &Text) -> Vec<(u32, Option<&str>)> {
    let marks = text.marks.iter();
    marks
        .map(|mark| (mark.page.unwrap(), mark.label.as_deref()))
        .collect()
}

#[test]
fn cells_are_shown_as_a_person_would_write_them_with_their_range() {
    let text = read(&[
        "<sheetData><row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>Due</t></is></c>\
         <c r=\"C2\" s=\"1\"><v>45351</v></c><c r=\"D2\"><v>0.30000000000000004</v></c>\
         <c r=\"E2\" t=\"b\"><v>1</v></c><c r=\"F2\" t=\"e\"><v>#DIV/0!</v></c></row></sheetData>",
        "<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>kept back</v></c></row></sheetData>",
    ])
    .unwrap();
    assert_eq!(
        text.text,
        "Budget\n\nDue · 2024-02-29 · 0.3 · TRUE · #DIV/0!\n\nask Ada\n\nArchive\n\nkept back"
    );
    assert_eq!(
        places(&text),
        [
            (1, None),
            (1, Some("Budget!B2:F2")),
            (1, Some("Budget!D2")),
            (2, None),
            (2, Some("Archive!A1")),
        ]
    );
    assert_eq!(text.marks[0].start, 0);
    assert_eq!((text.n_pages, text.unit), (Some(2), Unit::Sheet));
    assert_eq!(text.author.as_deref(), Some("Ada"));
}

#[test]
fn a_sheet_that_claims_to_be_huge_and_is_nearly_empty_costs_nothing() {
    let text = read(&["<dimension ref=\"A1:XFD1048576\"/><sheetData>\
         <row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
         <row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row></sheetData>"])
    .unwrap();
    assert_eq!(
        places(&text),
        [
            (1, None),
            (1, Some("Budget!A1")),
            (1, Some("Budget!XFD1048576")),
            (1, Some("Budget!D2")),
        ]
    );
}

#[test]
fn a_damaged_sheet_keeps_its_first_rows_and_the_next_sheet() {
    let whole = "<sheetData><row r=\"1\"><c r=\"A1\"><v>8</v></c></row></sheetData>";
    let text = read(&[
        "<sheetData><row r=\"1\"><c r=\"A1\"><v>7</v></c></row></wrong>",
        whole,
    ]);
    let text = text.unwrap();
    assert_eq!(text.text, "Budget\n\n7\n\nask Ada\n\nArchive\n\n8");
    assert!(text.partial.unwrap().contains("damaged"));
}

#[test]
fn a_file_that_is_cut_anywhere_costs_a_reason_and_never_more() {
    let whole = book(&["<sheetData><row r=\"1\"><c r=\"A1\"><v>7</v></c></row></sheetData>"]);
    for end in (4..whole.len() - 1).step_by(13) {
        assert!(super::parse(&input(&whole[..end])).is_err());
    }
}

#[test]
fn a_bomb_in_the_shared_strings_is_refused_before_it_is_unpacked() {
    let bomb = zip(&[
        ("xl/workbook.xml", "<workbook/>".into()),
        ("xl/sharedStrings.xml", " ".repeat(20 << 20)),
    ]);
    let failure = super::parse(&input(&bomb)).unwrap_err();
    assert!(failure.to_string().contains("unpacks to more than"));
}

#[test]
fn a_workbook_that_is_encrypted_says_so() {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    file.create_stream("/EncryptedPackage").unwrap();
    let bytes = file.into_inner().into_inner();
    let failure = super::parse(&input(&bytes)).unwrap_err();
    assert!(failure.to_string().contains("password"));
}

#[test]
fn an_opendocument_table_that_ends_too_early_is_damage_and_not_waited_for() {
    let table = |end: &str| {
        let content = format!(
            "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
             xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
             xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body>\
             <office:spreadsheet><table:table table:name=\"Rent\"><table:table-row>\
             <table:table-cell office:value-type=\"string\"><text:p>heating</text:p>\
             </table:table-cell></table:table-row>{end}"
        );
        let mimetype = "application/vnd.oasis.opendocument.spreadsheet";
        let bytes = zip(&[
            ("mimetype", mimetype.to_owned()),
            ("META-INF/manifest.xml", "<manifest/>".to_owned()),
            ("content.xml", content),
        ]);
        super::parse(&input(&bytes))
    };
    let whole =
        table("</table:table></office:spreadsheet></office:body></office:document-content>");
    assert!(whole.unwrap().text.contains("heating"));
    let Err(Failure::Failed(reason)) = table("") else {
        panic!("a cut table was read");
    };
    assert!(reason.contains("too early"), "{reason}");
}
