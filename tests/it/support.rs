//! What the tests share: a home on a temporary folder, documents made of bytes, and a library's
//! whole content as plain data, so that two libraries can be compared.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use nuthatch::{
    document::{DocumentId, FileState, Mark, Position},
    store::{FileRow, Store},
};
use nuthatch_models::ModelSpec;
use serde_json::Value;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_nuthatch");
/// For what happens soon on any machine, and must not hang a test where it does not.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn nuthatch(library: &Path, arguments: &[&str]) -> Output {
    command(library, arguments).output().unwrap()
}

pub(crate) fn command(library: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .arg("--library")
        .arg(library)
        .arg("--json")
        .args(arguments);
    command
}

pub(crate) fn json(library: &Path, arguments: &[&str]) -> Value {
    let output = nuthatch(library, arguments);
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {shown}");
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn paths(found: &Value) -> Vec<&str> {
    let results = found["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| result["path"].as_str().unwrap())
        .collect()
}

/// Nothing derived differs from the store.
pub(crate) fn assert_sound(library: &Path) {
    let output = nuthatch(library, &["check"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["problems"], serde_json::json!([]));
    assert!(output.status.success());
}

/// Settings with which background work does not wait for a busy machine that runs tests.
pub(crate) const UNHURRIED: &str =
    "background_priority = \"normal\"\npause_above_load_percent = 0\n";

/// Asks until the answer is there.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A temporary folder with documents in `docs` and a library beside them.
pub(crate) struct Home {
    pub(crate) root: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("nuthatch")
            .tempdir()
            .unwrap();
        std::fs::create_dir(root.path().join("docs")).unwrap();
        Self { root }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("docs").join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn library(&self) -> PathBuf {
        self.root.path().join("library")
    }

    pub(crate) fn docs(&self) -> String {
        self.root.path().join("docs").display().to_string()
    }

    pub(crate) fn add(&self) -> Value {
        json(&self.library(), &["add", &self.docs()])
    }

    pub(crate) fn search(&self, query: &str) -> Value {
        json(&self.library(), &["search", query])
    }

    /// Paths that words alone find.
    pub(crate) fn by_words(&self, query: &str) -> Vec<String> {
        let found = json(&self.library(), &["search", "--only", "words", query]);
        paths(&found).into_iter().map(str::to_owned).collect()
    }

    /// State and reason of a file.
    pub(crate) fn why(&self, name: &str) -> (String, String) {
        let path = self.path(name);
        let why = json(&self.library(), &["why", path.to_str().unwrap()]);
        let of = |key: &str| why[key].as_str().unwrap().to_owned();
        (of("state"), of("reason"))
    }
}

/// A PDF with one line of text per page; an empty line makes a blank page.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    let n = pages.len();
    let kids: Vec<String> = (0..n).map(|i| format!("{} 0 R", 4 + 2 * i)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {n} /Kids [{}] >>", kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (i, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * i
        ));
        let stream = match *page {
            "" => String::new(),
            text => format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET"),
        };
        objects.push(format!(
            "<< /Length {} >>\nstream\n{stream}\nendstream",
            stream.len()
        ));
    }
    pdf_of(&objects)
}

/// A PDF of these objects, numbered from 1; the first is the catalogue.
pub(crate) fn pdf_of(objects: &[String]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(bytes.len());
        write!(bytes, "{number} 0 obj\n{object}\nendobj\n").unwrap();
    }
    let table = bytes.len();
    write!(
        bytes,
        "xref\n0 {}\n0000000000 65535 f \n",
        objects.len() + 1
    )
    .unwrap();
    for offset in offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    write!(
        bytes,
        "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    )
    .unwrap();
    bytes
}

/// A Word document of these paragraphs (raw XML inside `w:body`).
pub(crate) fn docx(body: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("word/document.xml", options).unwrap();
    write!(
        archive,
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/\
         wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    )
    .unwrap();
    archive.finish().unwrap().into_inner()
}

/// A paragraph of a Word document.
pub(crate) fn word_paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

/// A file with everything that was read out of it; no id, since ids tell the history.
#[derive(Debug, PartialEq)]
pub(crate) struct FileView {
    pub(crate) state: FileState,
    pub(crate) reason: Option<String>,
    pub(crate) size_bytes: u64,
    pub(crate) modified_ns: i64,
    pub(crate) document: Option<DocumentView>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct DocumentView {
    pub(crate) content_hash: [u8; 32],
    pub(crate) title: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) n_pages: Option<u32>,
    pub(crate) partial: Option<String>,
    pub(crate) text: String,
    pub(crate) marks: Vec<Mark>,
    pub(crate) passages: Vec<PassageView>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct PassageView {
    pub(crate) span: (usize, usize),
    pub(crate) position: Position,
    pub(crate) context: String,
    pub(crate) vector: Option<Vec<u8>>,
}

/// Everything a library holds, by path.
pub(crate) async fn view(store: &Store) -> BTreeMap<PathBuf, FileView> {
    let mut files = BTreeMap::new();
    for file in store.all_files().await.unwrap() {
        let document = match file.document {
            Some(id) => Some(document_view(store, id).await),
            None => None,
        };
        let FileRow {
            seen,
            state,
            reason,
            ..
        } = file;
        let view = FileView {
            state,
            reason,
            size_bytes: seen.size_bytes,
            modified_ns: seen.modified_ns,
            document,
        };
        files.insert(seen.path.to_path(), view);
    }
    files
}

/// The same of a library that no process holds.
pub(crate) fn view_of(library: &Path) -> BTreeMap<PathBuf, FileView> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open_read_only(&library.join("library.db"))
            .await
            .unwrap();
        let view = view(&store).await;
        store.close().await;
        view
    })
}

async fn document_view(store: &Store, id: DocumentId) -> DocumentView {
    let row = store.document(id).await.unwrap().unwrap();
    let model = ModelSpec::default_embedding().key();
    let vectors = store.vectors_of(&model, &[id]).await.unwrap();
    let passages = store.passages_of(&[id]).await.unwrap();
    DocumentView {
        text: store.text(id, 0, row.n_text_bytes).await.unwrap(),
        marks: store.marks(id).await.unwrap(),
        passages: passages
            .into_iter()
            .map(|passage| PassageView {
                span: (passage.start, passage.end),
                position: passage.position,
                context: passage.context,
                vector: vectors
                    .iter()
                    .find(|vector| vector.passage == passage.id)
                    .map(|vector| vector.vector.clone()),
            })
            .collect(),
        content_hash: row.content_hash,
        title: row.title,
        language: row.language,
        n_pages: row.n_pages,
        partial: row.partial,
    }
}
