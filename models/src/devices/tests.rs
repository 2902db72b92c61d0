//! The choice as a table, and what becomes of programs that give no report.

use super::*;
use crate::catalogue::models;

const GIB: u64 = 1 << 30;

fn spec(id: &str) -> ModelSpec {
    let found = models().into_iter().find(|spec| spec.id == id);
    found.unwrap_or_else(|| ModelSpec {
        id: id.into(),
        kind: Kind::EncoderReranker,
        ..ModelSpec::default_embedding()
    })
}

fn device(kind: DeviceKind, ordinal: usize, memory_bytes: Option<u64>) -> DeviceReport {
    DeviceReport {
        name: "device".into(),
        kind,
        ordinal,
        memory_bytes,
        free_bytes: None,
        problem: None,
    }
}

/// A machine's processor with `nuthatch-models`, and its cards with `nuthatch-models-cuda`.
fn machine(cards_mib: &[u64]) -> Vec<WorkerReport> {
    let processor = device(DeviceKind::Cpu, 0, Some(16 * GIB));
    let cards = cards_mib.iter().enumerate();
    let cards = cards.map(|(i, mib)| device(DeviceKind::Cuda, i, Some(mib << 20)));
    let report = |name: &str, devices| WorkerReport {
        executable: name.into(),
        devices: Ok(devices),
    };
    let with_cards = std::iter::once(processor.clone()).chain(cards);
    vec![
        report("nuthatch-models", vec![processor]),
        report("nuthatch-models-cuda", with_cards.collect()),
    ]
}

/// What is chosen, in short: model, device and precision.
fn shown(choice: &Choice) -> String {
    let precision = choice
        .precision
        .map_or("as stored".into(), |precision| format!("{precision:?}"));
    format!("{} {:?} {precision}", choice.spec.id, choice.device)
}

fn chosen(ids: &[&str], reports: &[WorkerReport]) -> String {
    let installed: Vec<ModelSpec> = ids.iter().map(|id| spec(id)).collect();
    choose(&installed, reports).map_or("none".into(), |choice| shown(&choice))
}

const ALL: [&str; 5] = [
    "zerank-2",
    "zerank-1-small",
    "qwen3-reranker-0.6b",
    "qwen3-reranker-4b",
    "an-encoder",
];

#[test]
fn the_choice_follows_the_cards_memory() {
    for (ids, cards_mib, wanted) in [
        (&ALL[..], &[24_564_u64][..], "zerank-2 Gpu(0) Bf16"),
        // Cards of 12 and of 8 GB report what their driver leaves of them.
        (&ALL, &[12_282], "zerank-2 Gpu(0) Bf16"),
        (&ALL, &[11_910], "zerank-2 Gpu(0) Bf16"),
        (&ALL, &[10_240], "zerank-2 Gpu(0) Q8_0"),
        (&ALL, &[8_188], "zerank-2 Gpu(0) Q8_0"),
        (&ALL, &[7_800], "zerank-2 Gpu(0) Q8_0"),
        (&ALL, &[6_144], "zerank-1-small Gpu(0) Bf16"),
        (&ALL, &[4_096], "zerank-1-small Gpu(0) Q8_0"),
        (&ALL, &[2_900], "qwen3-reranker-0.6b Gpu(0) Bf16"),
        (&ALL, &[2_048], "qwen3-reranker-0.6b Gpu(0) Q8_0"),
        (&ALL, &[1_024], "an-encoder Cpu as stored"),
        (&ALL, &[], "an-encoder Cpu as stored"),
        (&ALL, &[4_096, 24_564], "zerank-2 Gpu(1) Bf16"),
        (&ALL[1..], &[24_564], "qwen3-reranker-4b Gpu(0) Bf16"),
        (
            &["qwen3-reranker-0.6b"],
            &[24_564],
            "qwen3-reranker-0.6b Gpu(0) Bf16",
        ),
        (&["zerank-2"], &[6_144], "none"),
        // A processor would take seconds for a passage.
        (&["zerank-2", "qwen3-reranker-0.6b"], &[], "none"),
        (&["all-minilm-l6-v2-int8"], &[24_564], "none"),
        (&[], &[24_564], "none"),
    ] {
        assert_eq!(
            chosen(ids, &machine(cards_mib)),
            wanted,
            "{ids:?} {cards_mib:?}"
        );
    }
}

#[test]
fn a_card_with_a_problem_or_of_unknown_memory_is_not_chosen() {
    let mut reports = machine(&[24_564]);
    let broken = |reports: &mut Vec<WorkerReport>, change: fn(&mut DeviceReport)| {
        let devices = reports[1].devices.as_mut().unwrap();
        devices.iter_mut().for_each(change);
    };
    broken(&mut reports, |card| card.problem = Some("too old".into()));
    assert_eq!(chosen(&ALL, &reports), "an-encoder Cpu as stored");
    broken(&mut reports, |card| {
        card.problem = None;
        card.memory_bytes = None;
    });
    assert_eq!(chosen(&ALL, &reports), "an-encoder Cpu as stored");
    reports[1].devices = Err("the program is not installed".into());
    assert_eq!(chosen(&ALL, &reports), "an-encoder Cpu as stored");
    reports.clear();
    assert_eq!(chosen(&ALL, &reports), "none");
}

#[test]
fn of_several_encoders_the_smallest_runs_on_the_processor() {
    let sized = |id: &str, size_bytes: Option<u64>| {
        let mut spec = spec(id);
        spec.files.truncate(1);
        spec.files[0].size_bytes = size_bytes;
        spec
    };
    let installed = [
        sized("unknown", None),
        sized("large", Some(600 << 20)),
        sized("small", Some(90 << 20)),
    ];
    let choice = choose(&installed, &machine(&[])).unwrap();
    assert_eq!(shown(&choice), "small Cpu as stored");
    assert_eq!(choice.executable, Path::new("nuthatch-models"));
}

#[test]
fn a_cascade_has_the_large_model_only_on_a_card() {
    let steps = |ids: &[&str], cards_mib: &[u64]| {
        let installed: Vec<ModelSpec> = ids.iter().map(|id| spec(id)).collect();
        let steps = choose_cascade(&installed, &machine(cards_mib));
        steps.iter().map(shown).collect::<Vec<_>>().join(", ")
    };
    let both = "an-encoder Cpu as stored, zerank-2 Gpu(0) Bf16";
    assert_eq!(steps(&ALL, &[24_564]), both);
    assert_eq!(steps(&ALL, &[]), "an-encoder Cpu as stored");
    assert_eq!(steps(&ALL[..4], &[24_564]), "zerank-2 Gpu(0) Bf16");
    assert_eq!(steps(&ALL[..4], &[]), "");
}

#[test]
fn a_program_that_is_not_there_is_a_sentence() {
    let missing = PathBuf::from("/nowhere/nuthatch-models-cuda");
    let reports = probe(&[missing], Duration::from_secs(1));
    let error = reports[0].devices.clone().unwrap_err();
    assert_eq!(error, "the program nuthatch-models-cuda is not installed");
}
