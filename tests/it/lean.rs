//! What the executables are linked from, read out of their symbol tables.
//!
//! The library `nuthatch-models` names candle, and the linker leaves it out of whoever only calls
//! the client; that this stays so is what keeps the other executables small and able to start
//! everywhere. A plain search of the file would not do: its notes for debuggers name what was left
//! out as well.

use std::path::Path;

/// Names inside compiled functions' names, with their lengths, as the compiler writes them.
const INFERENCE: [&str; 4] = ["11candle_core", "9candle_nn", "9fastembed", "10tokenizers"];

fn number(bytes: &[u8], at: usize, width: usize) -> usize {
    let digits = bytes[at..at + width].iter().rev();
    digits.fold(0, |number, &byte| number << 8 | usize::from(byte))
}

/// The names of all functions of a 64-bit ELF file.
fn symbols(path: &Path) -> String {
    let file = std::fs::read(path).unwrap();
    assert_eq!(&file[..5], b"\x7fELF\x02", "{}", path.display());
    let (table, size, n) = (
        number(&file, 40, 8),
        number(&file, 58, 2),
        number(&file, 60, 2),
    );
    let section = |i: usize| &file[table + i * size..][..size];
    let is_symbols = |i: &usize| number(section(*i), 4, 4) == 2;
    let symbols = (0..n).find(is_symbols).expect("a table of symbols");
    let names = section(number(section(symbols), 40, 4));
    let (at, len) = (number(names, 24, 8), number(names, 32, 8));
    String::from_utf8_lossy(&file[at..at + len]).into_owned()
}

#[test]
fn only_the_models_worker_is_linked_with_inference() {
    let nuthatch = Path::new(env!("CARGO_BIN_EXE_nuthatch"));
    let is_linked = |path: &Path| {
        let symbols = symbols(path);
        INFERENCE.map(|name| symbols.contains(name))
    };
    assert_eq!(is_linked(nuthatch), [false; 4]);
    // The other two are there after a `cargo build`, or a test of everything.
    let desktop = nuthatch.with_file_name("nuthatch-desktop");
    if desktop.is_file() {
        assert_eq!(is_linked(&desktop), [false; 4]);
    }
    let worker = nuthatch.with_file_name("nuthatch-models");
    assert_eq!(
        is_linked(&worker),
        [true; 4],
        "the search finds what is there"
    );
}
