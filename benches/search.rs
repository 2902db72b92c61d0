//! How long a query takes over a library of 100,000 passages, or of another number, warm.
//!
//! `cargo bench --bench search [-- passages=1000000]`. Makes the library once, below the target folder: seeded text of
//! Zipf-distributed words, embeddings around seeded centres. Queries go through the engine's face,
//! with loading and highlighting; hybrid ones through the real model. Prints medians and
//! 95th percentiles beside the targets. Other work on the machine shows in the figures.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nuthatch::{
    bench::words::Random,
    chunk,
    dirs::Dirs,
    document::{FileState, Mark, PathKey, Text},
    engine::Engine,
    evaluation::metrics::percentile,
    search::{Only, SearchRequest},
    store::{NewDocument, Observed, Store},
    vectors::quantize,
};
use nuthatch_models::ModelSpec;

/// Unless the arguments say another number.
const N_PASSAGES: u64 = 100_000;
const WORDS_PER_PARAGRAPH: usize = 110;
const PARAGRAPHS_PER_DOCUMENT: usize = 8;
const N_QUERIES: usize = 300;

fn document_text(random: &mut Random) -> Text {
    let mut text = Text::default();
    for _ in 0..PARAGRAPHS_PER_DOCUMENT {
        let mut paragraph = String::new();
        for n in 1..=WORDS_PER_PARAGRAPH {
            paragraph.push_str(&random.word(1));
            paragraph.push_str(if n % 14 == 0 { ". " } else { " " });
        }
        text.push(&paragraph, Mark::default());
    }
    text.title = Some(
        (0..4)
            .map(|_| random.word(30))
            .collect::<Vec<_>>()
            .join(" "),
    );
    text
}

async fn make_library(dirs: &Dirs, n_passages: u64) {
    let _ = std::fs::remove_dir_all(dirs.library());
    Engine::open(dirs.clone()).await.unwrap().close().await;
    let store = Store::open(&dirs.database()).await.unwrap();
    let model = ModelSpec::default_embedding();
    let folder = PathKey::of(Path::new("/bench"));
    let folder_id = store.add_folder(&folder).await.unwrap();
    let mut random = Random::new(1);
    let mut n_documents = 0_u64;
    while store.count_passages().await.unwrap() < n_passages {
        let mut batch = store.begin().await.unwrap();
        for _ in 0..500 {
            let text = document_text(&mut random);
            let mut content_hash = [0; 32];
            content_hash[..8].copy_from_slice(&n_documents.to_le_bytes());
            let new = NewDocument {
                to_recognise: Vec::new(),
                n_children: 0,
                content_hash,
                extractor: "plain",
                extractor_version: 1,
                chunker_version: chunk::VERSION,
                language: Some("eng".into()),
                chunks: chunk::chunks(&text),
                text,
            };
            let document = batch.put_document(&new, &model.key()).await.unwrap();
            let seen = Observed {
                path: PathKey::of(Path::new(&format!(
                    "/bench/{}-{n_documents}.txt",
                    random.word(50)
                ))),
                size_bytes: 1,
                modified_ns: 1,
                file_key: None,
            };
            let file = batch
                .add_file(folder_id, &seen, FileState::Waiting, None)
                .await
                .unwrap();
            batch
                .set_document(file, (None, Some(document)), FileState::Indexed, None)
                .await
                .unwrap();
            n_documents += 1;
        }
        batch.commit().await.unwrap();
    }
    put_embeddings(&store, &model, &mut random).await;
    store.close().await;
    // Brings the word index up to date.
    let engine = Engine::open(dirs.clone()).await.unwrap();
    engine.settle_words().await.unwrap();
    engine.close().await;
}

async fn put_embeddings(store: &Store, model: &ModelSpec, random: &mut Random) {
    let noise = |random: &mut Random| (random.share() - 0.5) as f32;
    let centres: Vec<Vec<f32>> = (0..1_000)
        .map(|_| (0..model.dimensions()).map(|_| noise(random)).collect())
        .collect();
    loop {
        let waiting = store.to_embed(5_000).await.unwrap();
        if waiting.is_empty() {
            return;
        }
        let vectors: Vec<_> = waiting
            .iter()
            .map(|passage| {
                let centre = &centres[random.below(1_000) as usize];
                let mut vector: Vec<f32> = centre
                    .iter()
                    .map(|value| value + 0.7 * noise(random))
                    .collect();
                let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
                for value in &mut vector {
                    *value /= length;
                }
                (passage.text_hash, quantize(&vector))
            })
            .collect();
        store
            .put_embeddings(&model.key(), &waiting, &vectors)
            .await
            .unwrap();
    }
}

fn queries(random: &mut Random) -> Vec<String> {
    (0..N_QUERIES)
        .map(|_| {
            let n_words = 2 + random.below(7);
            let words: Vec<String> = (0..n_words).map(|_| random.word(20)).collect();
            words.join(" ")
        })
        .collect()
}

/// The same, each with conditions that a few or most of the documents meet.
fn conditional(queries: &[String], random: &mut Random) -> Vec<String> {
    let with_one = |query: &String| match random.below(4) {
        0 => format!("{query} -{}", random.word(20)),
        1 => format!("{query} +{}", random.word(20)),
        2 => format!("{query} type:text"),
        _ => format!("{} AND {}", random.word(5), random.word(20)),
    };
    queries.iter().map(with_one).collect()
}

fn report(what: &str, mut times: Vec<Duration>, target: &str) {
    times.sort_unstable();
    let ms = |percent| percentile(&times, percent).as_secs_f64() * 1e3;
    println!(
        "{what:34} p50 {:7.2} ms   p95 {:7.2} ms   {target}",
        ms(50),
        ms(95)
    );
}

async fn measure(
    engine: &Engine,
    queries: &[String],
    only: Option<Only>,
    typing: bool,
) -> [Vec<Duration>; 5] {
    let mut times: [Vec<Duration>; 5] = Default::default();
    for query in queries {
        let request = SearchRequest {
            query: query.clone(),
            limit: 10,
            only,
            typing,
            ..SearchRequest::default()
        };
        let began = Instant::now();
        let found = engine.search(&request, drop).await.unwrap();
        let took = [
            Some(began.elapsed()),
            found.timings.words,
            found.timings.embed,
            found.timings.vectors,
            Some(found.timings.show),
        ];
        for (times, took) in times.iter_mut().zip(took) {
            times.extend(took);
        }
    }
    times
}

fn report_stages(times: [Vec<Duration>; 5]) {
    let [_, words, embed, vectors, show] = times;
    for (stage, times) in [
        ("words", words),
        ("embed", embed),
        ("vectors", vectors),
        ("show", show),
    ] {
        if !times.is_empty() {
            report(&format!("    {stage}"), times, "");
        }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let programs = PathBuf::from(env!("CARGO_BIN_EXE_nuthatch"));
    let programs = programs.parent().unwrap();
    let given = std::env::args().find_map(|argument| {
        let n = argument.strip_prefix("passages=")?;
        Some(n.parse().unwrap())
    });
    let n_passages = given.unwrap_or(N_PASSAGES);
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("search-bench-{n_passages}"));
    let dirs = Dirs::new(&library, programs);
    let done = library.join("bench.done");
    let version = format!("{n_passages} {}", chunk::VERSION);
    if std::fs::read_to_string(&done).ok() != Some(version.clone()) {
        println!(
            "making a library of {n_passages} passages in {}",
            library.display()
        );
        make_library(&dirs, n_passages).await;
        std::fs::write(&done, version).unwrap();
    }
    let engine = Engine::open_read_only(dirs).await.unwrap();
    let status = engine.status().await.unwrap();
    println!(
        "{} passages, {} to embed",
        status.n_passages, status.n_to_embed
    );

    let mut random = Random::new(2);
    // Brings the files into memory: what is measured is a library in use.
    measure(&engine, &queries(&mut random), None, false).await;
    let words = measure(&engine, &queries(&mut random), Some(Only::Words), false).await;
    report("words, whole search", words[0].clone(), "target: p95 10 ms");
    report_stages(words);
    let typing = measure(&engine, &queries(&mut random), Some(Only::Words), true).await;
    report("words, last one still typed", typing[0].clone(), "");
    let asked = queries(&mut random);
    let asked = conditional(&asked, &mut random);
    let conditional = measure(&engine, &asked, Some(Only::Words), false).await;
    report("words, with a condition", conditional[0].clone(), "");
    let meaning = engine
        .search(
            &SearchRequest {
                query: "notice period".into(),
                limit: 1,
                ..SearchRequest::default()
            },
            drop,
        )
        .await
        .unwrap();
    assert!(
        meaning.notices.is_empty(),
        "{:?}; run `cargo xtask build` first",
        meaning.notices
    );
    let hybrid = measure(&engine, &queries(&mut random), None, false).await;
    report(
        "hybrid, whole search",
        hybrid[0].clone(),
        "target: p95 40 ms",
    );
    report_stages(hybrid);
    for notice in status.notices {
        println!("{}", notice.message);
    }
}
